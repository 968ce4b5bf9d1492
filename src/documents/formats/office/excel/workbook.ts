// Opens a workbook: its visible sheets, and the strings and number formats that they share.
import { checkLimit } from '../../limits.ts'
import { type PieceStyle, StyledText } from '../../styled-text.ts'
import { damaged } from '../../unreadable-file.ts'
import type { Parts } from '../archive.ts'
import { mainPart, type Relation, relationsOf } from '../relations.ts'
import { readXml } from '../xml.ts'
import { type CellStyles, type Font, newFont, readCellStyles, setFont, styleOfFont } from './cell-styles.ts'

export interface Workbook {
  /** Visible sheets, in order. */
  sheets: { name: string, part: string, xml: string }[]
  strings: string[]
  styles: CellStyles
  from1904: boolean
  /** Formulas are calculated when the workbook is opened: their stored results may be old, or of no meaning. */
  recalculates: boolean
}

export function openWorkbook (parts: Parts): Workbook {
  const main = mainPart(parts, 'xl/workbook.xml')
  const relations = relationsOf(parts, main.name)
  const { sheets, from1904, recalculates } = sheetsOf(main.xml, relations, parts)
  const part = (type: string, usual: string) =>
    parts.get(relations.find(relation => relation.type === type)?.target ?? usual)
  const styles = part('styles', 'xl/styles.xml')
  const strings = part('sharedStrings', 'xl/sharedstrings.xml')
  return {
    sheets,
    from1904,
    recalculates,
    strings: strings === undefined ? [] : stringsOf(strings),
    styles: readCellStyles(styles ?? '<none/>')
  }
}

function sheetsOf (
  workbook: string,
  relations: Relation[],
  parts: Parts
): Pick<Workbook, 'sheets' | 'from1904' | 'recalculates'> {
  const targets = new Map(relations.map(({ id, target }) => [id, target]))
  const sheets: Workbook['sheets'] = []
  const seen = new Set<string>()
  let from1904 = false
  let recalculates = false
  readXml(workbook, {
    open (name, attributes) {
      if (name === 'workbookPr') from1904 = /^(?:1|true)$/.test(attributes().date1904 ?? '')
      if (name === 'calcPr') recalculates = /^(?:1|true)$/.test(attributes().fullCalcOnLoad ?? '')
      if (name !== 'sheet') return
      const sheet = attributes()
      const target = targets.get(sheet.id ?? '') ?? ''
      const xml = parts.get(target)
      // Chart sheets have no worksheet part; hidden sheets are not published.
      if (xml === undefined || (sheet.state ?? 'visible') !== 'visible') return
      if (seen.has(target)) {
        throw damaged({ zh: '两个工作表指向同一内容', en: 'two of its sheets have the same content' })
      }
      seen.add(target)
      checkLimit('sheets', sheets.push({ name: sheet.name ?? '', part: target, xml }))
    }
  })
  if (sheets.length === 0) throw damaged({ zh: '没有可读的工作表', en: 'it has no readable sheet' })
  return { sheets, from1904, recalculates }
}

function stringsOf (xml: string): string[] {
  const strings: string[] = []
  let characters = 0
  let text = textReader()
  readXml(xml, {
    open (name, attributes) {
      if (name === 'si') text = textReader()
      text.open(name, attributes)
    },
    close (name) {
      text.close(name)
      if (name !== 'si') return
      const string = text.value()
      checkLimit('characters', characters += string.length)
      checkLimit('strings', strings.push(string))
    },
    text: value => text.text(value)
  })
  return strings
}

/** Of a run without a font of its own, in points. */
const USUAL_SIZE = 11

/** Collects the text of the runs of a string, without phonetic readings. Feed it the events of `readXml`. */
export function textReader () {
  const text = new StyledText()
  let pieces: string[] = []
  let font: Font | null = null
  let style: PieceStyle = { size: USUAL_SIZE }
  let shown = false
  let reading = false
  const endPiece = () => {
    text.add(unescape(pieces.join('')), style)
    pieces = []
  }
  return {
    open (name: string, attributes: () => Record<string, string>) {
      if (name === 'rPh') reading = true
      else if (name === 'r') style = { size: USUAL_SIZE }
      else if (name === 'rPr') font = newFont()
      else if (name === 't') shown = !reading
      else if (font !== null) setFont(font, name, attributes())
    },
    close (name: string) {
      if (name === 'rPh') reading = false
      else if (name === 't') {
        endPiece()
        shown = false
      } else if (name === 'rPr' && font !== null) {
        // The ground of the cell is not known here.
        style = styleOfFont(font, null)
        font = null
      }
    },
    text (value: string) {
      if (shown) pieces.push(value)
    },
    value: () => text.takeCell()
  }
}

const unescape = (text: string): string =>
  text.replace(/_x([0-9A-F]{4})_/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16) || 0x20))
