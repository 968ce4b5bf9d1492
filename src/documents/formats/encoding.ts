// Bytes to text. Nothing is taken that does not decode without a fault.
import { UnreadableFile } from './unreadable-file.ts'

const DECLARED_WITHIN = 4096

/**
 * GB 18030 reads all that its forerunners wrote. Labels that are not here are as good as none: many servers say
 * iso-8859-1 of everything.
 */
const DECODERS: Record<string, string> = {
  'utf-8': 'utf-8',
  utf8: 'utf-8',
  'us-ascii': 'utf-8',
  gb2312: 'gb18030',
  gb_2312: 'gb18030',
  'gb_2312-80': 'gb18030',
  'x-gbk': 'gb18030',
  gbk: 'gb18030',
  cp936: 'gb18030',
  ms936: 'gb18030',
  'windows-936': 'gb18030',
  gb18030: 'gb18030',
  'gb18030-2000': 'gb18030',
  big5: 'big5',
  'big5-hkscs': 'big5',
  'utf-16': 'utf-16le',
  'utf-16le': 'utf-16le',
  'utf-16be': 'utf-16be'
}

const MARKS: [number[], string][] = [[[0xEF, 0xBB, 0xBF], 'utf-8'], [[0xFF, 0xFE], 'utf-16le'], [
  [0xFE, 0xFF],
  'utf-16be'
], [[0x84, 0x31, 0x95, 0x33], 'gb18030']]

/**
 * A mark at the start holds. Without one, text in another encoding is never valid UTF-8 by chance, so that a wrong
 * declaration does no harm to UTF-8; what is declared comes next, and at last GB 18030.
 */
export function decode (bytes: Buffer, contentType: string, html: boolean): string {
  const mark = MARKS.find(([start]) => start.every((byte, i) => bytes[i] === byte))
  const tried = mark === undefined
    ? [
      bytes.includes(0) ? null : 'utf-8',
      charsetOf(contentType),
      html ? charsetWithin(bytes) : null,
      'utf-8',
      'gb18030'
    ]
    : [mark[1]]
  for (const encoding of new Set(tried)) {
    const text = encoding === null ? null : decoded(bytes, encoding)
    if (text !== null) return checked(text)
  }
  throw undecodable(bytes.includes(0) && mark === undefined)
}

const undecodable = (withNull: boolean) =>
  new UnreadableFile(
    'undecodable',
    withNull
      ? {
        zh: '文本中含有空字符（U+0000），可能不是文本文件，或是没有标记的 UTF-16。请另存为 UTF-8。',
        en:
          'The text holds the character U+0000; it may not be text at all, or UTF-16 without its mark. Save it as UTF-8.'
      }
      : {
        zh: '无法判定文本的编码：既不是所声明的编码，也不是 UTF-8 或 GB 18030。请另存为 UTF-8。',
        en:
          'The encoding of the text cannot be told: it is neither the declared one nor UTF-8 nor GB 18030. Save it as UTF-8.'
      }
  )

function checked (text: string): string {
  if (text.includes('\0')) throw undecodable(true)
  return text.replace(/\r\n?/g, '\n')
}

function decoded (bytes: Buffer, encoding: string): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

const charsetOf = (contentType: string) => decoderOf(/;\s*charset\s*=\s*["']?([^\s"';]+)/i.exec(contentType)?.[1])

const decoderOf = (label: string | undefined): string | null => DECODERS[label?.toLowerCase() ?? ''] ?? null

/** As the page itself declares it: `<?xml encoding>` or `<meta charset>`. */
function charsetWithin (bytes: Buffer): string | null {
  const head = bytes.subarray(0, DECLARED_WITHIN).toString('latin1').replace(/<!--.*?-->/gs, '')
  const declared = /^\s*<\?xml\s[^<>]*?encoding\s*=\s*["']([^"']+)/i.exec(head)?.[1]
  for (
    const label of [
      declared,
      ...[...head.matchAll(/<meta\s[^<>]*>/gi)].map(([meta]) => /charset\s*=\s*["']?([^\s"'>;/]+)/i.exec(meta)?.[1])
    ]
  ) {
    const found = decoderOf(label)
    // A page whose declaration can be read byte by byte is not in UTF-16, whatever it says.
    if (found !== null && !found.startsWith('utf-16')) return found
  }
  return null
}
