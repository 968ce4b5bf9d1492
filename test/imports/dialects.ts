// Writes rows in the dialects of spreadsheet programs.
import { excelParts, inline, row, zip } from '../documents/formats/files.ts'
import { columnName } from '../documents/formats/files.ts'

export interface Dialect {
  delimiter: ',' | ';' | '\t'
  encoding: 'utf-8' | 'utf-8 with a mark' | 'utf-16le' | 'utf-16be' | 'gb18030'
  end: '\n' | '\r\n' | '\r'
  /** A first line `sep=`. */
  saysSeparator: boolean
  emptyColumns: number
  emptyLines: number
  quotesAll: boolean
}

export function writeDialect (rows: string[][], dialect: Dialect): Buffer {
  const { delimiter, end, saysSeparator, emptyColumns, emptyLines, quotesAll } = dialect
  const field = (text: string) => quotesAll || /[",;\t]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  const empty = Array<string>(emptyColumns).fill('')
  const lines = [
    ...saysSeparator ? [`sep=${delimiter}`] : [],
    ...rows.map(row => [...row.map(field), ...empty].join(delimiter)),
    ...Array<string>(emptyLines).fill(delimiter.repeat(rows[0]!.length - 1 + emptyColumns))
  ]
  return encode(`${lines.join(end)}${end}`, dialect.encoding)
}

/** The rows as the first sheet of a workbook; numbers are numbers there. */
export const writeWorkbook = (rows: string[][]): Buffer =>
  zip(excelParts([
    {
      rows: rows.map((fields, y) =>
        row(
          y + 1,
          fields.map((text, x) => {
            const at = `${columnName(x)}${y + 1}`
            if (text === '') return ''
            return /^(0|[1-9]\d{0,8})$/.test(text) ? `<c r="${at}"><v>${text}</v></c>` : inline(at, text)
          }).join('')
        )
      ).join('')
    },
    { rows: row(1, inline('A1', '说明')) }
  ]))

function encode (text: string, encoding: Dialect['encoding']): Buffer {
  if (encoding === 'utf-8') return Buffer.from(text)
  if (encoding === 'utf-8 with a mark') return Buffer.from(`\ufeff${text}`)
  if (encoding === 'gb18030') return Buffer.concat([...text].map(gb18030Of))
  const bytes = Buffer.from(`\ufeff${text}`, 'utf16le')
  return encoding === 'utf-16le' ? bytes : bytes.swap16()
}

/** Node has no encoder for GB18030; its characters of two bytes are all that is needed. */
const twoBytes = new Map<string, Buffer>()
const decoder = new TextDecoder('gb18030')
for (let lead = 0x81; lead <= 0xfe; lead++) {
  for (let trail = 0x40; trail <= 0xfe; trail++) {
    const bytes = Buffer.of(lead, trail)
    const text = decoder.decode(bytes)
    if (text.length === 1 && text !== '\ufffd') twoBytes.set(text, bytes)
  }
}

const gb18030Of = (character: string): Buffer => character < '\x80' ? Buffer.from(character) : twoBytes.get(character)!
