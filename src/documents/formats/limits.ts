// Limits on files. The largest published reports are far below them.
import { tooMany } from './unreadable-file.ts'

export const LIMITS = {
  characters: 4_000_000,
  lines: 100_000,
  fields: 200_000,
  fieldsInRow: 1000,
  /** Of running text, divided by spaces. */
  words: 500_000,
  depth: 400,
  elements: 600_000,
  attributes: 600_000,
  /** Of one part of an archive; Word needs several for each cell. */
  xmlElements: 1_500_000,
  sheets: 200,
  strings: 200_000,
  merges: 200_000,
  columns: 16_384,
  entries: 2000,
  /** Bytes of all entries as the archive declares them. */
  unpacked: 64 * 2 ** 20,
  /** Actual bytes of the parts with text. */
  xml: 24 * 2 ** 20,
  /** Of a PDF, as those below. Real reports have up to 20 pages. */
  pages: 60,
  objectsOfPage: 20_000,
  charactersOfPage: 50_000,
  rulesOfPage: 3000,
  fieldsOfPage: 20_000,
  pixels: 16_000_000,
  /** Bytes of all compressed streams without pictures. */
  unpackedPdf: 64 * 2 ** 20,
  /** Bytes of the memory of PDFium. */
  pdfMemory: 256 * 2 ** 20
}

/** A table with a longer cell is taken for the layout of the page. */
export const MAX_CELL_LENGTH = 1000

const LIMIT_NAMES = {
  characters: { zh: '字符数', en: 'characters of text' },
  lines: { zh: '行数', en: 'lines' },
  fields: { zh: '单元格总数', en: 'cells' },
  fieldsInRow: { zh: '一行的单元格数', en: 'cells in one row' },
  words: { zh: '词数', en: 'words' },
  elements: { zh: '元素数', en: 'elements' },
  attributes: { zh: '属性数', en: 'attributes' },
  xmlElements: { zh: '元素数', en: 'elements' },
  sheets: { zh: '工作表数', en: 'sheets' },
  strings: { zh: '共享字符串数', en: 'shared strings' },
  merges: { zh: '合并单元格数', en: 'merged cells' },
  columns: { zh: '列数', en: 'columns' },
  entries: { zh: '压缩包内的文件数', en: 'files in the archive' },
  unpacked: { zh: '解压后的字节数', en: 'bytes when decompressed' },
  xml: { zh: '正文解压后的字节数', en: 'bytes of text when decompressed' },
  pages: { zh: '页数', en: 'pages' },
  objectsOfPage: { zh: '一页的对象数', en: 'objects on one page' },
  charactersOfPage: { zh: '一页的字符数', en: 'characters on one page' },
  rulesOfPage: { zh: '一页的表格线数', en: 'ruling lines on one page' },
  fieldsOfPage: { zh: '一页的单元格数', en: 'cells on one page' },
  pixels: { zh: '页面的像素数', en: 'pixels of a page' },
  unpackedPdf: { zh: '解压后的字节数', en: 'bytes when decompressed' }
}

export function checkLimit (what: keyof typeof LIMIT_NAMES, count: number): void {
  if (count > LIMITS[what]) throw tooMany(LIMIT_NAMES[what], LIMITS[what])
}

/** Run before plain text is split into lines, so that a large text does not allocate them. */
export function checkTextLimits (text: string): void {
  checkLimit('characters', text.length)
  let lines = 1
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++
  checkLimit('lines', lines)
}

/** Returns the number of words that are divided by spaces. */
export function countWords (text: string): number {
  const word = /\S+/g
  let words = 0
  while (word.test(text)) words++
  return words
}
