// Serializes totals as JSON and CSV, whole or in pieces.
import { stringify } from 'csv-stringify/sync'
import { escapeFormula } from '../http/bodies/formula.ts'
import { type Group, Totals } from './schemas.ts'

type Head = Omit<Totals, 'totals'>

export const csvOf = ({ totals, ...head }: Totals): string => headerOf(head) + linesOf(head, totals)

export async function* csvPieces (head: Head, pieces: AsyncIterable<Group[]>): AsyncGenerator<string> {
  yield headerOf(head)
  for await (const groups of pieces) if (groups.length > 0) yield linesOf(head, groups)
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

const keysOf = ({ by }: Head) =>
  by.flatMap(key => key === 'child' || key === 'agency' ? [key, `${key}_name`] as const : [key])
const idsOf = ({ measures }: Head) => measures.map(({ id }) => id)

const changesOf = (head: Head) =>
  head.change === undefined
    ? []
    : idsOf(head).flatMap(id => [[id, 'absolute'], [id, 'relative']] as [string, 'absolute' | 'relative'][])

const headerOf = (head: Head) =>
  stringify([[
    ...keysOf(head),
    ...idsOf(head),
    ...changesOf(head).map(([id, of]) => `${id}.change.${of}`),
    'expected',
    'included',
    'missing',
    ...idsOf(head).map(id => `${id}.blank`)
  ]])

const textOf = (key: unknown) => typeof key === 'string' ? escapeFormula(key) : key

function linesOf (head: Head, groups: Group[]): string {
  const keys = keysOf(head)
  const ids = idsOf(head)
  return stringify(groups.map(group => [
    ...keys.map(key => textOf(group[key])),
    ...ids.map(id => group.values[id]),
    ...changesOf(head).map(([id, of]) => group.change![id]![of]),
    group.coverage.expected,
    group.coverage.included,
    group.coverage.missing,
    ...ids.map(id => group.blank[id])
  ]))
}
