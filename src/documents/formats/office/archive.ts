// Unpacks the parts of a .docx or .xlsx within limits. office/ reads both formats itself because the libraries misplace
// merged cells.
import { crc32 } from 'node:zlib'
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl'
import { checkLimit, LIMITS } from '../limits.ts'
import { damaged, UnreadableFile } from '../unreadable-file.ts'

export type Parts = Map<string, string>
export interface Archive {
  kind: 'word' | 'excel' | 'ofd' | 'opendocument' | null
  /** By name in lower case: the names of parts are compared without regard to case. */
  parts: Parts
  /** Files that Word shows as part of the text, by name in lower case. */
  embedded: Map<string, Buffer>
}

/** Other parts (pictures, fonts, themes) have no text of the report and are never unpacked. */
const WITH_TEXT =
  /^(?:\[Content_Types\]\.xml|_rels\/\.rels|word\/(?:_rels\/)?[^/]+\.(?:xml|rels)|xl\/(?:_rels\/|worksheets\/(?:_rels\/)?|drawings\/)?(?!calcChain)[^/]+\.(?:xml|rels))$/i
const EMBEDDED = /^word\/(?:[^/]+\/)?[^/]+\.x?html?$/i

export async function openArchive (bytes: Buffer): Promise<Archive> {
  const archive: Archive = { kind: null, parts: new Map(), embedded: new Map() }
  try {
    const zip = await fromBufferPromise(bytes, { validateEntrySizes: true })
    const entries = await listEntries(zip)
    if (entries.some(entry => /^word\/[^/]+\.xml$/i.test(entry.fileName))) archive.kind = 'word'
    else if (entries.some(entry => /^xl\/[^/]+\.xml$/i.test(entry.fileName))) archive.kind = 'excel'
    else if (entries.some(entry => entry.fileName === 'OFD.xml')) archive.kind = 'ofd'
    else if (entries.some(entry => entry.fileName === 'META-INF/manifest.xml')) archive.kind = 'opendocument'
    if (archive.kind !== 'word' && archive.kind !== 'excel') return archive
    let size = 0
    for (const entry of entries.filter(({ fileName }) => WITH_TEXT.test(fileName) || EMBEDDED.test(fileName))) {
      const name = entry.fileName.toLowerCase()
      if (archive.parts.has(name) || archive.embedded.has(name)) {
        throw damaged({ zh: '压缩包内有重名文件', en: 'two files of the archive have the same name' })
      }
      const part = await unpackEntry(zip, entry, LIMITS.xml - size)
      checkLimit('xml', size += part.length)
      if (EMBEDDED.test(name)) archive.embedded.set(name, part)
      else archive.parts.set(name, decodeXml(part))
    }
    return archive
  } catch (cause) {
    throw cause instanceof UnreadableFile
      ? cause
      : damaged({ zh: '压缩包不完整或有错误', en: 'the archive is incomplete or faulty' }, cause)
  }
}

async function listEntries (zip: ZipFile): Promise<Entry[]> {
  checkLimit('entries', zip.entryCount)
  const entries: Entry[] = []
  let declared = 0
  for await (const entry of zip.eachEntry()) {
    checkLimit('unpacked', declared += entry.uncompressedSize)
    if (entry.isEncrypted()) {
      throw new UnreadableFile('encrypted', { zh: '压缩包有密码保护。', en: 'The archive is protected by a password.' })
    }
    entries.push(entry)
    checkLimit('entries', entries.length)
  }
  return entries
}

/** yauzl fails as soon as the stream has more or fewer bytes than declared, so the declared size is reliable. */
async function unpackEntry (zip: ZipFile, entry: Entry, max: number): Promise<Buffer> {
  if (entry.uncompressedSize > max) checkLimit('xml', LIMITS.xml + 1)
  const stream = await zip.openReadStreamPromise(entry)
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  const part = Buffer.concat(chunks)
  if (crc32(part) !== entry.crc32) {
    throw damaged({ zh: '压缩包内容与校验和不符', en: 'the content of the archive does not match its checksum' })
  }
  return part
}

/** Rejects document types: Office writes none, and they could define entities or refer to external files. */
function decodeXml (part: Buffer): string {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(part)
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) {
    throw damaged({ zh: 'XML 中不得有 DOCTYPE 或 ENTITY', en: 'its XML must not contain DOCTYPE or ENTITY' })
  }
  return text
}
