// Decodes bytes to text. Accepts only an encoding in which every byte is valid.
import { UnreadableFile } from './unreadable-file.ts'

const MAX_DECLARATION_OFFSET = 4096

/**
 * Decoders by label. GB 18030 is a superset of GB 2312 and GBK. Other labels are ignored: many servers declare
 * iso-8859-1 for everything.
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

const BYTE_ORDER_MARKS: [number[], string][] = [[[0xEF, 0xBB, 0xBF], 'utf-8'], [[0xFF, 0xFE], 'utf-16le'], [
  [0xFE, 0xFF],
  'utf-16be'
], [[0x84, 0x31, 0x95, 0x33], 'gb18030']]

/**
 * A byte order mark decides. Otherwise UTF-8 is tried first, as text in another encoding is practically never valid
 * UTF-8, so a wrong declaration does no harm; then the declared encodings, and finally GB 18030.
 */
export function decode (bytes: Buffer, contentType: string, html: boolean): string {
  const mark = BYTE_ORDER_MARKS.find(([start]) => start.every((byte, i) => bytes[i] === byte))
  const tried = mark === undefined
    ? [
      bytes.includes(0) ? null : 'utf-8',
      charsetOf(contentType),
      html ? charsetWithin(bytes) : null,
      'utf-8',
      'utf-8 with faults',
      'gb18030',
      'gb18030 with faults'
    ]
    : [mark[1], `${mark[1]} with faults`]
  for (const encoding of new Set(tried)) {
    const text = encoding === null
      ? null
      : encoding.endsWith(FAULTS)
      ? decodeFaulty(bytes, encoding.slice(0, -FAULTS.length))
      : tryDecode(bytes, encoding)
    if (text !== null) return normalizeLineEnds(text)
  }
  throw undecodable(bytes.includes(0) && mark === undefined)
}

const FAULTS = ' with faults'
/** A text may have so many bytes that are no characters, if it has many times as many characters that are. */
const MAX_FAULTS = 20
const CHARACTERS_PER_FAULT = 20

/** Decodes text of which single bytes are faulty; these become U+FFFD. Null if the encoding may be another one. */
function decodeFaulty (bytes: Buffer, encoding: string): string | null {
  const text = new TextDecoder(encoding).decode(bytes)
  const faults = text.split('\uFFFD').length - 1
  if (faults > MAX_FAULTS) return null
  const common = text.match(/[\u4E00-\u9FA5\u3000-\u303F\uFF00-\uFFEF]/g)?.length ?? 0
  const others = text.match(/[\u0080-\u2FFF\u3040-\u4DFF\u9FA6-\uFEFF]/g)?.length ?? 0
  return common >= CHARACTERS_PER_FAULT * faults && others * 10 < common ? text : null
}

const undecodable = (withNull: boolean) =>
  new UnreadableFile(
    'undecodable',
    withNull
      ? {
        zh: '文本中含有空字符（U+0000），可能不是文本文件，或是没有标记的 UTF-16。请另存为 UTF-8。',
        en:
          'The text contains the character U+0000; it may not be text, or UTF-16 without a byte order mark. Save it as UTF-8.'
      }
      : {
        zh: '无法判定文本的编码：既不是所声明的编码，也不是 UTF-8 或 GB 18030。请另存为 UTF-8。',
        en:
          'The encoding of the text is unknown: it is neither the declared one nor UTF-8 nor GB 18030. Save it as UTF-8.'
      }
  )

function normalizeLineEnds (text: string): string {
  const nulls = text.split('\0').length - 1
  if (nulls > MAX_FAULTS || nulls * 200 > text.length) throw undecodable(true)
  return text.replaceAll('\0', '\uFFFD').replace(/\r\n?/g, '\n')
}

function tryDecode (bytes: Buffer, encoding: string): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

const charsetOf = (contentType: string) => decoderOf(/;\s*charset\s*=\s*["']?([^\s"';]+)/i.exec(contentType)?.[1])

const decoderOf = (label: string | undefined): string | null => DECODERS[label?.toLowerCase() ?? ''] ?? null

/** The encoding that a page declares: `<?xml encoding>` or `<meta charset>`. */
function charsetWithin (bytes: Buffer): string | null {
  const head = bytes.subarray(0, MAX_DECLARATION_OFFSET).toString('latin1').replace(/<!--.*?-->/gs, '')
  const declared = /^\s*<\?xml\s[^<>]*?encoding\s*=\s*["']([^"']+)/i.exec(head)?.[1]
  for (
    const label of [
      declared,
      ...[...head.matchAll(/<meta\s[^<>]*>/gi)].map(([meta]) => /charset\s*=\s*["']?([^\s"'>;/]+)/i.exec(meta)?.[1])
    ]
  ) {
    const found = decoderOf(label)
    // A page whose declaration is readable as ASCII is not in UTF-16, whatever it declares.
    if (found !== null && !found.startsWith('utf-16')) return found
  }
  return null
}
