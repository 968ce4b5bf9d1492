// The parts of a .docx or .xlsx, unpacked with an eye on what comes out.
import { crc32 } from 'node:zlib'
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl'
import { limit, LIMITS } from '../limits.ts'
import { damaged, UnreadableFile } from '../unreadable-file.ts'

export type Parts = Map<string, string>
export interface Archive {
  kind: 'word' | 'excel' | 'ofd' | null
  parts: Parts
}

/** All others (pictures, fonts, themes) hold no text of the report and are never unpacked. */
const WITH_TEXT =
  /^(?:\[Content_Types\]\.xml|_rels\/\.rels|word\/(?:_rels\/)?[^/]+\.(?:xml|rels)|xl\/(?:_rels\/|worksheets\/)?(?!calcChain)[^/]+\.(?:xml|rels))$/i

export async function openArchive (bytes: Buffer): Promise<Archive> {
  const archive: Archive = { kind: null, parts: new Map() }
  try {
    const zip = await fromBufferPromise(bytes, { validateEntrySizes: true })
    const entries = await listed(zip)
    if (entries.some(entry => /^word\/[^/]+\.xml$/i.test(entry.fileName))) archive.kind = 'word'
    else if (entries.some(entry => /^xl\/[^/]+\.xml$/i.test(entry.fileName))) archive.kind = 'excel'
    else if (entries.some(entry => entry.fileName === 'OFD.xml')) archive.kind = 'ofd'
    if (archive.kind !== 'word' && archive.kind !== 'excel') return archive
    let size = 0
    for (const entry of entries.filter(entry => WITH_TEXT.test(entry.fileName))) {
      if (archive.parts.has(entry.fileName)) {
        throw damaged({ zh: '压缩包内有重名文件', en: 'two files of the archive have one name' })
      }
      const part = await unpacked(zip, entry, LIMITS.xml - size)
      limit('xml', size += part.length)
      archive.parts.set(entry.fileName, xmlOf(part))
    }
    return archive
  } catch (cause) {
    throw cause instanceof UnreadableFile
      ? cause
      : damaged({ zh: '压缩包不完整或有错误', en: 'the archive is incomplete or faulty' }, cause)
  }
}

async function listed (zip: ZipFile): Promise<Entry[]> {
  limit('entries', zip.entryCount)
  const entries: Entry[] = []
  let declared = 0
  for await (const entry of zip.eachEntry()) {
    limit('unpacked', declared += entry.uncompressedSize)
    if (entry.isEncrypted()) {
      throw new UnreadableFile('encrypted', { zh: '压缩包有密码保护。', en: 'The archive is protected by a password.' })
    }
    entries.push(entry)
    limit('entries', entries.length)
  }
  return entries
}

/** yauzl ends with an error as soon as more or fewer bytes come out than the archive says. */
async function unpacked (zip: ZipFile, entry: Entry, most: number): Promise<Buffer> {
  if (entry.uncompressedSize > most) limit('xml', LIMITS.xml + 1)
  const stream = await zip.openReadStreamPromise(entry)
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  const part = Buffer.concat(chunks)
  if (crc32(part) !== entry.crc32) {
    throw damaged({ zh: '压缩包内容与校验和不符', en: 'what the archive holds does not match its checksum' })
  }
  return part
}

/** Office writes no document type, and only one could define entities, or name files to be fetched. */
function xmlOf (part: Buffer): string {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(part)
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) {
    throw damaged({ zh: 'XML 中不得有 DOCTYPE 或 ENTITY', en: 'its XML must hold no DOCTYPE or ENTITY' })
  }
  return text
}
