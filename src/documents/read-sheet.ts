// Reads the first sheet of a workbook as rows of text, for data that people keep in Excel. Pure, as all of documents/.
import { slice } from './document.ts'
import { openArchive } from './formats/office/archive.ts'
import { documentOfWorkbook } from './formats/office/excel/excel.ts'
import { isArchive, rejectUnsupported } from './formats/signature.ts'
import { SIGN } from './formats/styled-text.ts'
import { UnreadableFile } from './formats/unreadable-file.ts'

/** Recognizes archives and the old format of Office by their first bytes. */
export const isOfficeFile = (bytes: Buffer): boolean => isArchive(bytes) || bytes.toString('hex', 0, 4) === 'd0cf11e0'

/**
 * Returns the cells of the first visible sheet with text, each as it is shown; row 1 comes first, and a row without
 * text is empty. Throws UnreadableFile, also where a row has merged cells or something that is no text: what belongs to
 * which column is then not certain.
 */
export async function readFirstSheet (bytes: Buffer): Promise<string[][]> {
  rejectUnsupported(bytes)
  const archive = await openArchive(bytes)
  if (archive.kind !== 'excel') throw new UnreadableFile('unsupported', NO_WORKBOOK)
  const document = documentOfWorkbook(archive.parts)
  const rows: string[][] = []
  for (const { grid, fields } of document.lines) {
    if (grid === null || fields === null || grid.table !== 1) continue
    while (rows.length < grid.row - 1) rows.push([])
    rows.push(fields.map((field, i) => {
      const text = slice(document, field)
      if (field.column !== i || field.width > 1) throw unclear(grid.row, MERGED)
      if (text.includes(SIGN)) throw unclear(grid.row, UNREADABLE)
      return text
    }))
  }
  return rows
}

const NO_WORKBOOK = {
  zh: '压缩包不是 Excel 工作簿（.xlsx）。',
  en: 'The archive is no Excel workbook (.xlsx).'
}
const MERGED = { zh: '有合并单元格', en: 'has merged cells' }
const UNREADABLE = {
  zh: '有不能确定的单元格（图片、删除线或条件格式）',
  en: 'has a cell that is not certain (a picture, struck text or a conditional format)'
}

const unclear = (row: number, { zh, en }: typeof MERGED) =>
  new UnreadableFile('unsupported', { zh: `第一张表的第 ${row} 行${zh}。`, en: `Row ${row} of the first sheet ${en}.` })
