import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { ADMIN_KEY } from './app.ts'

/** The service as a process of its own. */
export async function service (t: { teardown(work: () => Promise<void>): void }, url: string) {
  const child = spawn(process.execPath, ['--max-old-space-size=160', 'dist/server.js'], {
    cwd: fileURLToPath(new URL('../../', import.meta.url)),
    env: { PATH: process.env.PATH, DATABASE_URL: url, PORT: '0', ADMIN_API_KEY: ADMIN_KEY, LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const ended = once(child, 'exit')
  t.teardown(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const [said] = await once(child.stdout, 'data')
  return { child, ended, base: /http:\/\/\S+:\d+/.exec(String(said))![0] }
}
