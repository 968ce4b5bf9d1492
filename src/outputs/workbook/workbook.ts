// Writes Excel workbooks (.xlsx) in pieces: numbers as numbers, texts as texts that are never run as formulas.
import { type ArchivePart, archivePieces, contentTypes, joinPieces, relationships, XML_HEADER } from '../archive.ts'
import { escapeXml } from '../escape-xml.ts'
import { type Role, Styles } from './styles.ts'

/** `value` is the cached result of the formula, for readers that do not calculate. */
export type Value = string | number | null | { formula: string, value: number | null }

export interface StyledValue {
  value: Value
  role?: Role
  /** Of a number, such as `0.00`. General if absent. */
  format?: string
  /** Columns and rows that the cell covers; the cells of a row stand in the columns that are left free. */
  width?: number
  height?: number
}

/** The cells of a row from the left; a row may state its height in points. */
export interface SheetRow {
  cells: (Value | StyledValue)[]
  height?: number
}

export interface Validation {
  /** Addresses, such as `B2:D4 F2`. */
  cells: string
  type: 'whole' | 'decimal'
  min: number
  title: string
  message: string
}

export interface Sheet {
  name: string
  /** In characters. */
  columnWidths?: number[]
  /** Rows at the top that stay in view. */
  frozenRows?: number
  rows: Iterable<SheetRow> | AsyncIterable<SheetRow>
  validations?: Validation[]
  /** Prints on A4, all columns on a page. */
  landscape?: boolean
}

const MAIN = 'application/vnd.openxmlformats-officedocument.spreadsheetml'
const NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
/** Characters of text that are collected before they are compressed. */
const PIECE = 1 << 16
/** Excel cuts no text shorter than this. */
export const MAX_CELL_LENGTH = 32_767

/** Text that a spreadsheet would interpret as a formula once it is edited. */
const LIKE_FORMULA = /^[=+\-@\t\r]/

export const writeWorkbook = async (sheets: Sheet[]): Promise<Buffer> => await joinPieces(workbookPieces(sheets))

/** Yields the bytes of the workbook, rows of which may come from a database. */
export const workbookPieces = (sheets: Sheet[]): AsyncGenerator<Uint8Array> => archivePieces(partsOf(sheets))

function* partsOf (sheets: Sheet[]): Generator<ArchivePart> {
  const styles = new Styles()
  const files = sheets.map((_, i) => `worksheets/sheet${i + 1}.xml`)
  yield {
    name: '[Content_Types].xml',
    text: [contentTypes({
      'xl/workbook.xml': `${MAIN}.sheet.main+xml`,
      'xl/styles.xml': `${MAIN}.styles+xml`,
      ...Object.fromEntries(files.map(file => [`xl/${file}`, `${MAIN}.worksheet+xml`]))
    })]
  }
  yield { name: '_rels/.rels', text: [relationships([['officeDocument', 'xl/workbook.xml']])] }
  yield {
    name: 'xl/_rels/workbook.xml.rels',
    text: [relationships([...files.map((file): [string, string] => ['worksheet', file]), ['styles', 'styles.xml']])]
  }
  const names = sheets.map(({ name }, i) =>
    `<sheet name="${escapeXml(sheetName(name))}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`
  )
  yield {
    name: 'xl/workbook.xml',
    text: [
      `${XML_HEADER}<workbook ${NAMESPACE} xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>${
        names.join('')
      }</sheets></workbook>`
    ]
  }
  for (const [i, sheet] of sheets.entries()) yield { name: `xl/${files[i]!}`, text: sheetPieces(sheet, styles) }
  yield { name: 'xl/styles.xml', text: [XML_HEADER + styles.xml()] }
}

/** The characters that Excel refuses in the name of a sheet become spaces. */
const sheetName = (name: string): string => name.replace(/[[\]:*?/\\]/g, ' ').slice(0, 31)

async function* sheetPieces (sheet: Sheet, styles: Styles): AsyncGenerator<string> {
  const { columnWidths = [], frozenRows = 0 } = sheet
  const columns = columnWidths.map((width, i) =>
    `<col min="${i + 1}" max="${i + 1}" width="${width}" customWidth="1"/>`
  )
  const pane = frozenRows === 0
    ? ''
    : `<pane ySplit="${frozenRows}" topLeftCell="A${frozenRows + 1}" activePane="bottomLeft" state="frozen"/>`
  let piece =
    `${XML_HEADER}<worksheet ${NAMESPACE}><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews><sheetView workbookViewId="0">${pane}</sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>${
      columns.length === 0 ? '' : `<cols>${columns.join('')}</cols>`
    }<sheetData>`
  const merges: string[] = []
  const covered: Covered = []
  let number = 0
  for await (const row of sheet.rows) {
    piece += rowXml(row, ++number, covered, merges, styles)
    if (piece.length < PIECE) continue
    yield piece
    piece = ''
  }
  yield `${piece}</sheetData>${
    merges.length === 0
      ? ''
      : `<mergeCells count="${merges.length}">${merges.map(ref => `<mergeCell ref="${ref}"/>`).join('')}</mergeCells>`
  }${
    validationsXml(sheet.validations ?? [])
  }<printOptions horizontalCentered="1"/><pageMargins left="0.5" right="0.5" top="0.6" bottom="0.6" header="0.3" footer="0.3"/><pageSetup paperSize="9" orientation="${
    sheet.landscape === true ? 'landscape' : 'portrait'
  }" fitToWidth="1" fitToHeight="0"/></worksheet>`
}

/** For each column, the last row of a merged cell from above, and its style. */
type Covered = ({ last: number, style: number } | undefined)[]

function rowXml ({ cells, height }: SheetRow, row: number, covered: Covered, merges: string[], styles: Styles): string {
  const xml: string[] = []
  let column = 0
  // Each cell within a merged range needs its own border.
  const skipCovered = () => {
    for (let above; (above = covered[column]) !== undefined && above.last >= row; column++) {
      xml.push(cellXml(addressOf(row, column), null, above.style))
    }
  }
  for (const cell of cells) {
    const isBare = typeof cell !== 'object' || cell === null || 'formula' in cell
    const { value, width = 1, height = 1, role = 'plain', format = 'General' }: StyledValue = isBare
      ? { value: cell }
      : cell
    skipCovered()
    const style = styles.idOf(role, format, typeof value === 'string' && LIKE_FORMULA.test(value))
    if (width > 1 || height > 1) {
      merges.push(`${addressOf(row, column)}:${addressOf(row + height - 1, column + width - 1)}`)
    }
    for (let i = 0; i < width; i++, column++) {
      xml.push(cellXml(addressOf(row, column), i === 0 ? value : null, style))
      if (height > 1) covered[column] = { last: row + height - 1, style }
    }
  }
  skipCovered()
  return `<row r="${row}"${height === undefined ? '' : ` ht="${height}" customHeight="1"`}>${xml.join('')}</row>`
}

function cellXml (address: string, value: Value, style: number): string {
  const at = `<c r="${address}"${style === 0 ? '' : ` s="${style}"`}`
  if (value === null || value === '') return style === 0 ? '' : `${at}/>`
  if (typeof value === 'number') return `${at}><v>${value}</v></c>`
  if (typeof value === 'object') {
    return `${at}><f>${escapeXml(value.formula)}</f>${value.value === null ? '' : `<v>${value.value}</v>`}</c>`
  }
  return `${at} t="inlineStr"><is><t xml:space="preserve">${escapeXml(value.slice(0, MAX_CELL_LENGTH))}</t></is></c>`
}

/** Rows count from 1, columns from 0. */
export function addressOf (row: number, column: number): string {
  let letters = ''
  for (let rest = column + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    letters = String.fromCharCode(65 + (rest - 1) % 26) + letters
  }
  return `${letters}${row}`
}

function validationsXml (validations: Validation[]): string {
  if (validations.length === 0) return ''
  const xml = validations.map(({ cells, type, min, title, message }) =>
    `<dataValidation type="${type}" operator="greaterThanOrEqual" allowBlank="1" showInputMessage="1" errorStyle="warning" showErrorMessage="1" errorTitle="${
      escapeXml(title)
    }" error="${escapeXml(message)}" sqref="${cells}"><formula1>${min}</formula1></dataValidation>`
  )
  return `<dataValidations count="${xml.length}">${xml.join('')}</dataValidations>`
}
