// Verifies the checksums of the compressed streams of a PDF. PDFium ignores them, and a damaged stream may contain
// different figures.
import { inflateSync } from 'node:zlib'
import { checkLimit, LIMITS } from '../limits.ts'
import { damaged } from '../unreadable-file.ts'

/** Longer than the dictionary of a stream that has text. */
const MAX_DICTIONARY = 4096

export function verifyStreams (bytes: Buffer): void {
  let unpacked = 0
  for (let at = bytes.indexOf('stream'); at >= 0; at = bytes.indexOf('stream', at)) {
    if (bytes.toString('latin1', Math.max(0, at - 3), at) === 'end') {
      at += 6
      continue
    }
    let from = at + 6
    if (bytes[from] === 13) from++
    if (bytes[from] === 10) from++
    const end = bytes.indexOf('endstream', from)
    const dictionary = dictionaryBefore(bytes, at)
    if (dictionary === null) {
      at += 6
      continue
    }
    if (end < 0) throw damaged({ zh: '文件不完整', en: 'it is cut off' })
    if (isShortened(dictionary, bytes, from, end)) {
      throw damaged({ zh: '数据流的长度不符', en: 'the length of a stream is wrong' })
    }
    at = end + 9
    if (!hasChecksum(dictionary)) continue
    unpacked += inflatedSize(bytes.subarray(from, end))
    checkLimit('unpackedPdf', unpacked)
  }
}

/** The dictionary that ends at the word, or null: the word may occur in a text. */
function dictionaryBefore (bytes: Buffer, at: number): string | null {
  let end = at
  while (end > 0 && at - end < 16 && bytes[end - 1]! <= 32) end--
  if (bytes.toString('latin1', Math.max(0, end - 2), end) !== '>>') return null
  const before = bytes.toString('latin1', Math.max(0, end - MAX_DICTIONARY), end)
  return before.slice(Math.max(0, before.lastIndexOf(' obj')))
}

/** A stream that is declared to be shorter than it is lacks its end, and a page the figures there. */
const isShortened = (dictionary: string, bytes: Buffer, from: number, end: number) => {
  const length = /\/Length\s+(\d+)(?!\d|\s+\d+\s+R)/.exec(dictionary)?.[1]
  return length !== undefined &&
    (from + Number(length) > end || bytes.toString('latin1', from + Number(length), end).trim() !== '')
}

/** Flate is the first or only filter, and the stream is not a picture, of which nothing is read. */
const hasChecksum = (dictionary: string) =>
  /\/Filter\s*(?:\[\s*)?\/(?:FlateDecode|Fl)\b/.test(dictionary) && !/\/Subtype\s*\/Image\b/.test(dictionary)

function inflatedSize (deflated: Buffer): number {
  try {
    return inflateSync(deflated, { maxOutputLength: LIMITS.unpackedPdf }).length
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return LIMITS.unpackedPdf + 1
    throw damaged({ zh: '压缩数据的校验和不符', en: 'the checksum of its compressed data is wrong' }, error)
  }
}
