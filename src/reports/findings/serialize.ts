// Serializes findings as CSV.
import { stringify } from 'csv-stringify/sync'
import { escapeFormula } from '../../http/bodies/formula.ts'
import type { FindingGroup, FindingSummary, ReportFinding } from './schemas.ts'

export const FINDING_COLUMNS = [
  'agency',
  'agency_name',
  'year',
  'version',
  'status',
  'check',
  'severity',
  'outcome',
  'left',
  'right',
  'delta',
  'cells',
  'other_agency',
  'other_year',
  'other_version',
  'explanation',
  'message_zh',
  'message_en'
]

const COUNTS = ['reports', 'fail', 'not_assessable', 'explained'] as const
const KEYS = {
  check: ['check', 'severity'],
  child: ['child', 'child_name'],
  agency: ['agency', 'agency_name']
} as const

const textOf = (value: unknown) => typeof value === 'string' ? escapeFormula(value) : value

/** Yields the header, then the lines of each batch. */
export async function* findingsAsCsv (batches: AsyncIterable<{ items: ReportFinding[] }>): AsyncGenerator<string> {
  yield stringify([FINDING_COLUMNS])
  for await (const { items } of batches) if (items.length > 0) yield stringify(items.map(lineOf))
}

const lineOf = (item: ReportFinding) =>
  [
    item.agency,
    item.agency_name,
    item.year,
    item.version,
    item.status,
    item.check,
    item.severity,
    item.outcome,
    item.left,
    item.right,
    item.delta,
    item.cells.join(' '),
    item.other?.agency,
    item.other?.year,
    item.other?.version,
    item.explanation,
    item.message.zh,
    item.message.en
  ].map(textOf)

export const summaryAsCsv = ({ by, groups }: FindingSummary): string =>
  stringify([
    [...KEYS[by], ...COUNTS],
    ...groups.map((
      group: FindingGroup
    ) => [...KEYS[by].map(key => textOf(group[key])), ...COUNTS.map(key => group[key])])
  ])
