// What a report may be at most. The largest that are published stay far below.
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
  /** What an archive says that it holds, and what its parts with text really hold. */
  unpacked: 64 * 2 ** 20,
  xml: 24 * 2 ** 20
}

/** A cell with more text than this is a column of the page. */
export const MAX_CELL_LENGTH = 1000

const WHAT = {
  characters: { zh: '字符数', en: 'characters of text' },
  lines: { zh: '行数', en: 'lines' },
  fields: { zh: '单元格总数', en: 'cells' },
  fieldsInRow: { zh: '一行的单元格数', en: 'cells in one row' },
  elements: { zh: '元素数', en: 'elements' },
  entries: { zh: '压缩包内的文件数', en: 'files in the archive' },
  unpacked: { zh: '解压后的字节数', en: 'bytes when decompressed' },
  xml: { zh: '正文解压后的字节数', en: 'bytes of text when decompressed' }
}

export function limit (what: keyof typeof WHAT, count: number): void {
  if (count > LIMITS[what]) throw tooMany(WHAT[what], LIMITS[what])
}

/** Before plain text is divided: its bars and tabs may become fields, its line feeds lines. */
export function limitText (text: string): void {
  limit('characters', text.length)
  let lines = 1
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++
  limit('lines', lines)
}

export function limitDocument (document: Document): Document {
  limit('characters', document.text.length)
  limit('lines', document.lines.length)
  let fields = 0
  for (const line of document.lines) {
    limit('fieldsInRow', line.fields?.length ?? 0)
    limit('fields', fields += line.fields?.length ?? 0)
  }
  return document
}
