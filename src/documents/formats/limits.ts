// Limits on files. The largest published reports are far below them.
import type { Document } from '../document.ts'
import { tooMany } from './unreadable-file.ts'

export const LIMITS = {
  characters: 4_000_000,
  lines: 100_000,
  fields: 200_000,
  fieldsInRow: 1000,
  depth: 400,
  elements: 600_000,
  entries: 2000,
  /** Bytes of all entries as the archive declares them. */
  unpacked: 64 * 2 ** 20,
  /** Actual bytes of the parts with text. */
  xml: 24 * 2 ** 20
}

/** A table with a longer cell is taken for the layout of the page. */
export const MAX_CELL_LENGTH = 1000

const LIMIT_NAMES = {
  characters: { zh: '字符数', en: 'characters of text' },
  lines: { zh: '行数', en: 'lines' },
  fields: { zh: '单元格总数', en: 'cells' },
  fieldsInRow: { zh: '一行的单元格数', en: 'cells in one row' },
  elements: { zh: '元素数', en: 'elements' },
  entries: { zh: '压缩包内的文件数', en: 'files in the archive' },
  unpacked: { zh: '解压后的字节数', en: 'bytes when decompressed' },
  xml: { zh: '正文解压后的字节数', en: 'bytes of text when decompressed' }
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

export function checkDocumentLimits (document: Document): Document {
  checkLimit('characters', document.text.length)
  checkLimit('lines', document.lines.length)
  let fields = 0
  for (const line of document.lines) {
    checkLimit('fieldsInRow', line.fields?.length ?? 0)
    checkLimit('fields', fields += line.fields?.length ?? 0)
  }
  return document
}
