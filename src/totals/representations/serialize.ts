// Serializes totals as JSON and CSV, whole or in pieces.
import type { Labels } from '../../http/formats/formats.ts'
import { csvHeader, csvLines } from '../../http/formats/list.ts'
import { type Group, Totals } from '../schemas.ts'
import { totalColumns } from './columns.ts'

type Head = Omit<Totals, 'totals'>

export const csvOf = ({ totals, ...head }: Totals, labels?: Labels): string =>
  csvHeader(totalColumns(head), labels) + csvLines(totalColumns(head), totals, labels)

/** `prefix` begins the text. */
export async function* csvPieces (head: Head, pieces: AsyncIterable<Group[]>, { prefix, labels }: {
  prefix: string
  labels: Labels | undefined
}): AsyncGenerator<string> {
  const columns = totalColumns(head)
  yield prefix + csvHeader(columns, labels)
  for await (const groups of pieces) if (groups.length > 0) yield csvLines(columns, groups, labels)
}

/** Yields the same text as JSON.stringify of the whole response. */
export async function* jsonPieces (head: Head, pieces: AsyncIterable<Group[]>): AsyncGenerator<string> {
  yield `${JSON.stringify(head).slice(0, -1)},"totals":[`
  let before = ''
  for await (const groups of pieces) {
    if (groups.length === 0) continue
    yield before + JSON.stringify(groups).slice(1, -1)
    before = ','
  }
  yield ']}'
}
