// Writes PDFs from content streams, with fonts that are not embedded: Helvetica, and a font for Chinese.
import { deflateSync } from 'node:zlib'

export const WIDTH = 595
export const HEIGHT = 842

const FONTS = [
  '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
  '<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [5 0 R] >>',
  '<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /FontDescriptor 6 0 R /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> >>',
  '<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>'
]

export interface PdfOptions {
  /** Added to the dictionary of each page, such as `/Rotate 90`. */
  page?: string
  resources?: string
  /** Objects from number 7 on. */
  objects?: (string | Buffer)[]
  trailer?: string
  catalog?: string
  isCompressed?: boolean
}

export function streamOf (content: string | Buffer, dictionary = '', isCompressed = true): Buffer {
  const raw = isCompressed ? deflateSync(content) : Buffer.from(content)
  const filter = isCompressed ? '/Filter /FlateDecode ' : ''
  return Buffer.concat([
    Buffer.from(`<< /Length ${raw.length} ${filter}${dictionary} >>\nstream\n`),
    raw,
    Buffer.from('\nendstream')
  ])
}

/** A file with one page for each content. */
export function pdf (contents: (string | Buffer)[], options: PdfOptions = {}): Buffer {
  const { page = '', resources = '', objects = [], trailer = '', catalog = '', isCompressed = true } = options
  const first = 3 + FONTS.length + objects.length
  const all: (string | Buffer)[] = [
    `<< /Type /Catalog /Pages 2 0 R ${catalog} >>`,
    `<< /Type /Pages /Count ${contents.length} /Kids [${contents.map((_, i) => `${first + 2 * i} 0 R`).join(' ')}] >>`,
    ...FONTS,
    ...objects,
    ...contents.flatMap((content, i) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${WIDTH} ${HEIGHT}] /Contents ${
        first + 2 * i + 1
      } 0 R /Resources << /Font << /H 3 0 R /S 4 0 R >> ${resources} >> ${page} >>`,
      streamOf(content, '', isCompressed)
    ])
  ]
  return fileOf(all, trailer)
}

export function fileOf (objects: (string | Buffer)[], trailer = ''): Buffer {
  const pieces = [Buffer.from('%PDF-1.7\n%\xE2\xE3\xCF\xD3\n', 'latin1')]
  const offsets: number[] = []
  let at = pieces[0]!.length
  objects.forEach((object, i) => {
    offsets.push(at)
    const piece = Buffer.concat([Buffer.from(`${i + 1} 0 obj\n`), Buffer.from(object), Buffer.from('\nendobj\n')])
    pieces.push(piece)
    at += piece.length
  })
  const lines = offsets.map(offset => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  pieces.push(Buffer.from(
    `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${lines}trailer\n<< /Size ${
      objects.length + 1
    } /Root 1 0 R ${trailer} >>\nstartxref\n${at}\n%%EOF\n`
  ))
  return Buffer.concat(pieces)
}

/** Of Helvetica, or a Chinese character, in parts of the size. */
const widthOf = (char: string) =>
  /[-\d+]/.test(char) ? (char === '-' ? 0.333 : 0.556) : /[.,/ ]/.test(char) ? 0.278 : char < '\x80' ? 0.556 : 1
export const widthOfText = (text: string, size: number) =>
  [...text].reduce((sum, char) => sum + widthOf(char), 0) * size

/** A line of text with its baseline at `y` from the top of the page. */
export function textAt (x: number, y: number, text: string, size = 10): string {
  let at = x
  return (text.match(/[\x20-\x7E]+|[^\x20-\x7E]+/g) ?? []).map(run => {
    const isLatin = run < '\x80'
    const shown = isLatin
      ? `(${run.replace(/[()\\]/g, '\\$&')})`
      : `<${Buffer.from(run, 'utf16le').swap16().toString('hex')}>`
    const out = `BT /${isLatin ? 'H' : 'S'} ${size} Tf ${at.toFixed(2)} ${(HEIGHT - y).toFixed(2)} Td ${shown} Tj ET\n`
    at += widthOfText(run, size)
    return out
  }).join('')
}

export type RuleStyle = 'boxes' | 'lines' | 'fills'

export function boxAt (x0: number, y0: number, x1: number, y1: number, style: RuleStyle = 'boxes'): string {
  const [bottom, top] = [HEIGHT - y1, HEIGHT - y0]
  if (style === 'boxes') return `${x0} ${bottom} ${x1 - x0} ${y1 - y0} re S\n`
  if (style === 'lines') {
    return `${x0} ${top} m ${x1} ${top} l S ${x0} ${bottom} m ${x1} ${bottom} l S ${x0} ${top} m ${x0} ${bottom} l S ${x1} ${top} m ${x1} ${bottom} l S\n`
  }
  const t = 0.5
  return `${x0} ${top} ${x1 - x0} ${t} re f ${x0} ${bottom} ${x1 - x0} ${t} re f ${x0} ${bottom} ${t} ${
    y1 - y0
  } re f ${x1} ${bottom} ${t} ${y1 - y0} re f\n`
}
