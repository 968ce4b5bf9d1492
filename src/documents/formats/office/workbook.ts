// Opens a workbook: its visible sheets, and the strings and number formats that they share.
import { checkLimit } from '../limits.ts'
import { damaged } from '../unreadable-file.ts'
import type { Parts } from './archive.ts'
import { type Format, formatsOf } from './number-formats.ts'
import { mainPart, type Relation, relationsOf } from './relations.ts'
import { readXml } from './xml.ts'

export interface Workbook {
  /** Visible sheets, in order. */
  sheets: { name: string, xml: string }[]
  strings: string[]
  /** By style index. */
  formats: Format[]
  from1904: boolean
}

export function openWorkbook (parts: Parts): Workbook {
  const main = mainPart(parts, 'xl/workbook.xml')
  const relations = relationsOf(parts, main.name)
  const { sheets, from1904 } = sheetsOf(main.xml, relations, parts)
  const part = (type: string, usual: string) =>
    parts.get(relations.find(relation => relation.type === type)?.target ?? usual)
  const styles = part('styles', 'xl/styles.xml')
  const strings = part('sharedStrings', 'xl/sharedStrings.xml')
  return {
    sheets,
    from1904,
    strings: strings === undefined ? [] : stringsOf(strings),
    formats: styles === undefined ? [] : formatsOf(styles)
  }
}

function sheetsOf (workbook: string, relations: Relation[], parts: Parts): Pick<Workbook, 'sheets' | 'from1904'> {
  const targets = new Map(relations.map(({ id, target }) => [id, target]))
  const sheets: Workbook['sheets'] = []
  const seen = new Set<string>()
  let from1904 = false
  readXml(workbook, {
    open (name, attributes) {
      if (name === 'workbookPr') from1904 = /^(?:1|true)$/.test(attributes().date1904 ?? '')
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
      checkLimit('sheets', sheets.push({ name: sheet.name ?? '', xml }))
    }
  })
  if (sheets.length === 0) throw damaged({ zh: '没有可读的工作表', en: 'it has no readable sheet' })
  return { sheets, from1904 }
}

function stringsOf (xml: string): string[] {
  const strings: string[] = []
  let characters = 0
  let text = textReader()
  readXml(xml, {
    open (name) {
      if (name === 'si') text = textReader()
      text.open(name)
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

/** Collects the text of the runs of a string, without phonetic readings. Feed it the events of `readXml`. */
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
    text (value: string) {
      if (shown) pieces.push(value)
    },
    value: () =>
      pieces.join('').replace(
        /_x([0-9A-F]{4})_/gi,
        (_, code: string) => String.fromCharCode(parseInt(code, 16) || 0x20)
      )
  }
}
