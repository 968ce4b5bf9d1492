import { randomUUID } from 'node:crypto'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path/posix'

/** Opens a temporary file without a name, which disappears with the process, however that ends. */
export async function openTemporaryFile (): Promise<FileHandle> {
  const path = join(tmpdir(), `gongkai-${randomUUID()}`)
  const handle = await open(path, 'wx+', 0o600)
  await unlink(path)
  return handle
}
