// Builds files of every format and extracts their text for the tests.
import { strToU8, zipSync } from 'fflate'
import { type Document, slice } from '../../../src/documents/document.ts'
import { extractDocument } from '../../../src/documents/extract.ts'
import { UnreadableFile } from '../../../src/documents/formats/unreadable-file.ts'
import { zip } from '../reading/styles/office.ts'

export { zip }

export const WORD = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
export const EXCEL = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
const RELATIONS = 'http://schemas.openxmlformats.org/package/2006/relationships'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'

export const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

const relations = (of: [type: string, target: string][]) =>
  `<Relationships xmlns="${RELATIONS}">${
    of.map(([type, target], i) => `<Relationship Id="rId${i + 1}" Type="${OFFICE}/${type}" Target="${target}"/>`).join(
      ''
    )
  }</Relationships>`

/** A zip archive of the files without compression. */
export const stored = (files: Record<string, string>): Buffer =>
  Buffer.from(
    zipSync(Object.fromEntries(Object.entries(files).map(([name, content]) => [name, strToU8(content)])), { level: 0 })
  )

// Word

export const p = (...runs: string[]) => `<w:p>${runs.map(run => run.startsWith('<') ? run : r(run)).join('')}</w:p>`
export const r = (text: string, properties = '') =>
  `<w:r>${properties === '' ? '' : `<w:rPr>${properties}</w:rPr>`}<w:t xml:space="preserve">${escape(text)}</w:t></w:r>`
/** Content that begins with `<` is XML, other content a paragraph. */
export const tc = (content: string, properties = '') =>
  `<w:tc>${properties === '' ? '' : `<w:tcPr>${properties}</w:tcPr>`}${
    content.startsWith('<') ? content : p(content)
  }</w:tc>`
export const tr = (...cells: string[]) =>
  `<w:tr>${cells.map(cell => cell.startsWith('<') ? cell : tc(cell)).join('')}</w:tr>`
export const tbl = (...rows: string[]) => `<w:tbl>${rows.join('')}</w:tbl>`

export const wordXml = (body: string) =>
  `<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:mc="urn:mc" xmlns:v="urn:v" xmlns:m="urn:m" xmlns:wps="urn:wps"><w:body>${body}</w:body></w:document>`

export const wordParts = (body: string): Record<string, string> => ({
  '[Content_Types].xml': '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
  '_rels/.rels': relations([['officeDocument', 'word/document.xml']]),
  'word/document.xml': wordXml(body)
})

export const docx = (body: string, more: Record<string, string> = {}): Buffer => zip({ ...wordParts(body), ...more })

// Excel

interface Sheet {
  name?: string
  state?: string
  cols?: string
  rows: string
  after?: string
}

export const columnName = (column: number): string =>
  column < 26 ? String.fromCharCode(65 + column) : columnName(Math.floor(column / 26) - 1) + columnName(column % 26)
export const inline = (at: string, text: string) => `<c r="${at}" t="inlineStr"><is><t>${escape(text)}</t></is></c>`
/** A row with the given XML of cells. */
export const row = (number: number, cells: string, more = '') => `<row r="${number}"${more}>${cells}</row>`

export function excelParts (
  sheets: Sheet[],
  { strings = '', styles = '', workbook = '' } = {}
): Record<string, string> {
  const main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
  return {
    '_rels/.rels': relations([['officeDocument', 'xl/workbook.xml']]),
    'xl/_rels/workbook.xml.rels': relations(sheets.map((_, i) => ['worksheet', `worksheets/sheet${i + 1}.xml`])),
    'xl/workbook.xml': `<workbook ${main} xmlns:r="${OFFICE}">${workbook}<sheets>${
      sheets.map(({ name = '表', state }, i) =>
        `<sheet name="${name}" sheetId="${i + 1}" r:id="rId${i + 1}"${state === undefined ? '' : ` state="${state}"`}/>`
      ).join('')
    }</sheets></workbook>`,
    ...Object.fromEntries(
      sheets.map((
        { cols = '', rows, after = '' },
        i
      ) => [
        `xl/worksheets/sheet${i + 1}.xml`,
        `<worksheet ${main}>${cols}<sheetData>${rows}</sheetData>${after}</worksheet>`
      ])
    ),
    ...(strings === '' ? {} : { 'xl/sharedStrings.xml': `<sst ${main}>${strings}</sst>` }),
    ...(styles === '' ? {} : { 'xl/styles.xml': `<styleSheet ${main}>${styles}</styleSheet>` })
  }
}

export const xlsx = (sheets: Sheet[], shared: Parameters<typeof excelParts>[1] = {}): Buffer =>
  zip(excelParts(sheets, shared))

/** One sheet with these rows. */
export const sheet = (rows: string, after = '', cols = '') => xlsx([{ name: '年报', rows, after, cols }])

// Extraction

export const extract = async (file: string | Buffer, type = 'application/octet-stream'): Promise<Document> =>
  await extractDocument(Buffer.from(file as string), type)

/**
 * Running text is a string, a row of a table an array of `[column, text]`, with the width if it is more than 1.
 */
export type Cells = ([column: number, text: string] | [column: number, text: string, width: number])[]

export const linesOf = (document: Document): (string | Cells)[] =>
  document.lines.map(line =>
    line.fields === null
      ? slice(document, line)
      : line.fields.map(field =>
        field.width === 1 ? [field.column, slice(document, field)] : [field.column, slice(document, field), field.width]
      )
  )

export const read = async (file: string | Buffer, type?: string) => linesOf(await extract(file, type))

/** The texts of the cells of all tables, row by row. */
export const grid = async (file: string | Buffer, type?: string): Promise<string[][]> =>
  (await read(file, type)).flatMap(line => typeof line === 'string' ? [] : [line.map(([, text]) => text)])

/** Returns the error for the file. Fails on any other error. */
export async function refusal (
  file: string | Buffer,
  type?: string
): Promise<{ kind: string, zh: string, en: string } | 'read'> {
  try {
    await extract(file, type)
    return 'read'
  } catch (error) {
    if (error instanceof UnreadableFile) return { kind: error.kind, ...error.reason }
    throw error
  }
}

/** CPU time in milliseconds, which other processes on the machine hardly affect. */
export async function timed (work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
