// Word and Excel files, written as XML for control over merged cells and split runs.
import { crc32, deflateRawSync } from 'node:zlib'
import type { Cell, Grid, Page } from '../page.ts'
import type { Random } from '../random.ts'
import { squared } from './lines.ts'
import type { Rendered, Style } from './style.ts'

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const WORD = 'application/vnd.openxmlformats-officedocument.wordprocessingml'
const SHEET = 'application/vnd.openxmlformats-officedocument.spreadsheetml'
const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

/** A zip archive of the files, compressed. */
export function zip (files: Record<string, string>): Buffer {
  const locals: Buffer[] = []
  const central: Buffer[] = []
  let offset = 0
  for (const [name, content] of Object.entries(files)) {
    const path = Buffer.from(name)
    const data = Buffer.from(content)
    const packed = deflateRawSync(data)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(0x0800, 2)
    common.writeUInt16LE(8, 4)
    common.writeUInt16LE(0x21, 8)
    common.writeUInt32LE(crc32(data), 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(data.length, 18)
    common.writeUInt16LE(path.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, path, packed])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    central.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), common, tail, path]))
    locals.push(local)
    offset += local.length
  }
  const directory = Buffer.concat(central)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(central.length, 4)
  end.writeUInt16LE(central.length, 6)
  end.writeUInt32LE(directory.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...locals, directory, Buffer.from('PK\x05\x06'), end])
}

const types = (parts: string) =>
  `${XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${parts}</Types>`
const relations = (of: [string, string][]) =>
  `${XML}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${
    of.map(([type, target], i) =>
      `<Relationship Id="rId${
        i + 1
      }" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/${type}" Target="${target}"/>`
    ).join('')
  }</Relationships>`

// Word

function wordParagraph (text: string, random: Random): string {
  const runs = text.split('\n').map(line => {
    const at = line.length > 1 && random.chance(0.4) ? 1 + random.int(line.length - 1) : line.length
    return [line.slice(0, at), line.slice(at)].filter(part => part !== '').map(part =>
      `<w:r><w:rPr><w:sz w:val="21"/></w:rPr><w:t xml:space="preserve">${escape(part)}</w:t></w:r>`
    ).join('')
  })
  return `<w:p>${runs.join('<w:r><w:br/></w:r>')}</w:p>`
}

function wordTable (grid: Grid, random: Random): string {
  const places = squared(grid)
  const rows = places.map((row, r) => {
    const cells: string[] = []
    for (let c = 0; c < grid.width;) {
      const cell = row[c]
      const upper = cell ?? reaching(places, r, c)
      const properties = `${upper.colspan > 1 ? `<w:gridSpan w:val="${upper.colspan}"/>` : ''}${
        upper.rowspan > 1 ? (cell ? '<w:vMerge w:val="restart"/>' : '<w:vMerge/>') : ''
      }`
      cells.push(
        `<w:tc><w:tcPr><w:tcW w:w="900" w:type="dxa"/>${properties}</w:tcPr>${
          wordParagraph(cell?.text ?? '', random)
        }</w:tc>`
      )
      c += upper.colspan
    }
    return `<w:tr>${cells.join('')}</w:tr>`
  })
  return `<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/></w:tblPr><w:tblGrid>${
    '<w:gridCol w:w="900"/>'.repeat(grid.width)
  }</w:tblGrid>${rows.join('')}</w:tbl>`
}

/** The merged cell that extends down to this place. */
function reaching (places: (Cell | null)[][], r: number, c: number): Cell {
  for (let i = r - 1; i >= 0; i--) if (places[i]![c]) return places[i]![c]!
  throw new Error(`no cell reaches row ${r}, column ${c}`)
}

function docx (page: Page, random: Random): Rendered {
  const body = [
    ...page.title.map(title => wordParagraph(title, random)),
    ...page.parts.map(part =>
      'grid' in part ? wordTable(part.grid, random) + '<w:p/>' : wordParagraph(part.paragraph, random)
    )
  ]
  return {
    contentType: `${WORD}.document`,
    bytes: zip({
      '[Content_Types].xml': types(`<Override PartName="/word/document.xml" ContentType="${WORD}.document.main+xml"/>`),
      '_rels/.rels': relations([['officeDocument', 'word/document.xml']]),
      'word/document.xml':
        `${XML}<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${
          body.join('')
        }<w:sectPr/></w:body></w:document>`
    })
  }
}

// Excel

interface Sheet {
  name: string
  rows: string[]
  merges: string[]
}

const columnName = (c: number) => String.fromCharCode(65 + c)

/** Appends the table to the sheet. Plain numbers are stored as numbers unless `asText`. */
function addGrid (sheet: Sheet, grid: Grid, asText: boolean): void {
  const top = sheet.rows.length + 1
  squared(grid).forEach((row, r) => {
    const cells = row.flatMap((cell, c) =>
      cell === null || cell.text === ''
        ? []
        : [sheetCell(`${columnName(c)}${top + r}`, cell.text, asText || cell.kind !== 'figure')]
    )
    sheet.rows.push(`<row r="${top + r}">${cells.join('')}</row>`)
    row.forEach((cell, c) => {
      if (cell && (cell.colspan > 1 || cell.rowspan > 1)) {
        sheet.merges.push(`${columnName(c)}${top + r}:${columnName(c + cell.colspan - 1)}${top + r + cell.rowspan - 1}`)
      }
    })
  })
}

function addText (sheet: Sheet, text: string): void {
  const r = sheet.rows.length + 1
  sheet.rows.push(`<row r="${r}">${sheetCell(`A${r}`, text, true)}</row>`)
}

const sheetCell = (at: string, text: string, asText: boolean) =>
  !asText && /^-?(0|[1-9]\d*)(\.\d+)?$/.test(text)
    ? `<c r="${at}"><v>${text}</v></c>`
    : `<c r="${at}" t="inlineStr"><is><t xml:space="preserve">${escape(text)}</t></is></c>`

function xlsx (page: Page, random: Random): Rendered {
  const asText = random.chance(0.3)
  const apart = random.chance(0.5)
  const sheets: Sheet[] = []
  const open = (name: string) => {
    sheets.push({ name, rows: [], merges: [] })
  }
  open('年报')
  for (const title of page.title) addText(sheets[0]!, title)
  for (const part of page.parts) {
    if ('grid' in part) addGrid(sheets.at(-1)!, part.grid, asText)
    else {
      if (apart && part.heading && /^[一二三四五六]、/.test(part.paragraph)) {
        open(part.paragraph.slice(0, 12).replace(/[/\\?*:[\]]/g, ''))
      }
      addText(sheets.at(-1)!, part.paragraph)
    }
  }
  const shown = sheets.filter(sheet => sheet.rows.length > 0)
  return {
    contentType: `${SHEET}.sheet`,
    bytes: zip({
      '[Content_Types].xml': types(
        `<Override PartName="/xl/workbook.xml" ContentType="${SHEET}.sheet.main+xml"/>${
          shown.map((_, i) =>
            `<Override PartName="/xl/worksheets/sheet${i + 1}.xml" ContentType="${SHEET}.worksheet+xml"/>`
          ).join('')
        }`
      ),
      '_rels/.rels': relations([['officeDocument', 'xl/workbook.xml']]),
      'xl/_rels/workbook.xml.rels': relations(shown.map((_, i) => ['worksheet', `worksheets/sheet${i + 1}.xml`])),
      'xl/workbook.xml':
        `${XML}<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>${
          shown.map((sheet, i) => `<sheet name="${escape(sheet.name)}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`).join(
            ''
          )
        }</sheets></workbook>`,
      ...Object.fromEntries(
        shown.map((
          sheet,
          i
        ) => [
          `xl/worksheets/sheet${i + 1}.xml`,
          `${XML}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${
            sheet.rows.join('')
          }</sheetData>${
            sheet.merges.length > 0
              ? `<mergeCells count="${sheet.merges.length}">${
                sheet.merges.map(ref => `<mergeCell ref="${ref}"/>`).join('')
              }</mergeCells>`
              : ''
          }</worksheet>`
        ])
      )
    })
  }
}

export const OFFICE: Style[] = [
  { name: 'word', render: docx },
  { name: 'excel', render: xlsx }
]
