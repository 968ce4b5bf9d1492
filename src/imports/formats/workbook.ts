// What the sheets of a workbook share: their names, the strings, and which formats show a number as a date.
import type { Parts } from './archive.ts'
import { mainPart, relationsOf } from './relations.ts'
import { damaged } from './unreadable.ts'
import { readXml } from './xml.ts'

export interface Workbook {
  /** The sheets that are shown, in their order. */
  sheets: { name: string, xml: string }[]
  strings: string[]
  /** By the number of the style. */
  formats: Format[]
  from1904: boolean
}
export type Format = 'number' | 'percent' | 'date'

/** Formats that Excel knows by number, with those it has for East Asia. */
const DATES = new Set([14, 15, 16, 17, 18, 19, 20, 21, 22, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 45, 46, 47, 50, 51, 52, 53, 54, 55, 56, 57, 58])

export function openWorkbook (parts: Parts): Workbook {
  const { sheets, from1904 } = sheetsOf(parts)
  const styles = parts.get('xl/styles.xml')
  const strings = parts.get('xl/sharedStrings.xml')
  return { sheets, from1904, strings: strings === undefined ? [] : stringsOf(strings), formats: styles === undefined ? [] : formatsOf(styles) }
}

function sheetsOf (parts: Parts): Pick<Workbook, 'sheets' | 'from1904'> {
  const { name: main, xml: workbook } = mainPart(parts, 'xl/workbook.xml')
  const targets = new Map(relationsOf(parts, main).map(({ id, target }) => [id, target]))
  const sheets: Workbook['sheets'] = []
  let from1904 = false
  readXml(workbook, {
    open (name, attributes) {
      if (name === 'workbookPr') from1904 = /^(?:1|true)$/.test(attributes().date1904 ?? '')
      if (name !== 'sheet') return
      const sheet = attributes()
      const xml = parts.get(targets.get(sheet.id ?? '') ?? '')
      // Sheets of charts have no part among the worksheets; what is hidden is not part of what was published.
      if (xml !== undefined && (sheet.state ?? 'visible') === 'visible') sheets.push({ name: sheet.name ?? '', xml })
    }
  })
  if (sheets.length === 0) throw damaged({ zh: '没有可读的工作表', en: 'it has no sheet that can be read' })
  return { sheets, from1904 }
}

function stringsOf (xml: string): string[] {
  const strings: string[] = []
  let text = textReader()
  readXml(xml, {
    open (name) {
      if (name === 'si') text = textReader()
      text.open(name)
    },
    close (name) {
      text.close(name)
      if (name === 'si') strings.push(text.value())
    },
    text: value => text.text(value)
  })
  return strings
}

/** The runs of a string one after the other, without the readings that may stand beside them. */
export function textReader () {
  const pieces: string[] = []
  let shown = false
  let reading = false
  return {
    open (name: string) {
      if (name === 'rPh') reading = true
      if (name === 't') shown = !reading
    },
    close (name: string) {
      if (name === 'rPh') reading = false
      if (name === 't') shown = false
    },
    text (value: string) { if (shown) pieces.push(value) },
    value: () => pieces.join('').replace(/_x([0-9A-F]{4})_/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16) || 0x20))
  }
}

function formatsOf (xml: string): Format[] {
  const own = new Map<string, Format>()
  const formats: Format[] = []
  let inCells = false
  readXml(xml, {
    open (name, attributes) {
      if (name === 'numFmt') {
        const { numFmtId, formatCode } = attributes()
        own.set(numFmtId ?? '', formatOf(formatCode ?? ''))
      }
      if (name === 'cellXfs') inCells = true
      if (name !== 'xf' || !inCells) return
      const id = attributes().numFmtId ?? '0'
      formats.push(own.get(id) ?? (DATES.has(Number(id)) ? 'date' : id === '9' || id === '10' ? 'percent' : 'number'))
    },
    close (name) { if (name === 'cellXfs') inCells = false }
  })
  return formats
}

function formatOf (code: string): Format {
  const bare = code.replace(/"[^"]*"|\\.|_./g, '').replace(/\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, '')
  if (/^general/i.test(bare)) return 'number'
  return bare.includes('%') ? 'percent' : /[ymdhs]/i.test(bare) ? 'date' : 'number'
}
