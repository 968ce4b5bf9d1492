// The formats of totals, and how each is made.
import type { Kysely } from 'kysely'
import { findAgency, nameInYear } from '../../agencies/store.ts'
import type { Database } from '../../database/types.ts'
import type { Quantity } from '../../form/rates/rates.ts'
import { Forms } from '../../forms/forms.ts'
import { declareFormats, type Labels } from '../../http/formats/formats.ts'
import type { Years } from '../../http/parameters.ts'
import { ref } from '../../http/responses.ts'
import type { Language } from '../../problems/fault.ts'
import { problem } from '../../problems/problem.ts'
import { maxRows } from '../query.ts'
import { type Group, Totals } from '../schemas.ts'
import type { Scope } from '../scope.ts'
import { csvOf } from './serialize.ts'

export const TOTAL_FORMATS = declareFormats({
  json: { description: 'The totals.', schema: ref(Totals) },
  csv: {
    description: 'Keys and names, measures, expected, included, missing, and `{measure}.blank`.',
    example:
      'year,requests.new_received.total,expected,included,missing,requests.new_received.total.blank\n2019,0,1,1,0,0\n'
  },
  xlsx: { description: 'The same columns as a workbook, and a sheet that says what the totals cover.' },
  jsonstat: {
    description:
      'JSON-stat 2.0: the keys and `measure` as dimensions. `status` says why a value is null; the coverage is in `extension`.'
  },
  svg: {
    description:
      'A picture: a line over years, else bars, stacked where the measures are parts of one printed total. At most 30 series and 300 bars, of one unit.'
  }
})

export type TotalFormat = typeof TOTAL_FORMATS.names[number]

interface Question {
  forms: Forms
  quantities: Quantity[]
  title: string
  labels: Labels | undefined
  language: Language
  years: Years | undefined
}

/** Writes totals that are in memory. The code of a format is loaded when it is first asked for. */
export async function writeTotals (
  format: TotalFormat,
  totals: Totals,
  { forms, quantities, title, labels, language, years }: Question
): Promise<string | Buffer> {
  switch (format) {
    case 'json':
      // The schema would serialize the values before the keys of the group.
      return JSON.stringify(totals)
    case 'csv':
      return csvOf(totals, labels)
    case 'xlsx':
      return await (await import('./workbook.ts')).workbookOf(totals, { title, labels, language })
    case 'jsonstat':
      return (await import('./jsonstat.ts')).jsonstatOf(totals, title, language)
    case 'svg': {
      const { chartOf } = await import('./picture.ts')
      const { writeChart } = await import('../../outputs/chart/write-chart.ts')
      return writeChart(chartOf(totals, quantities, forms, { title, language, only: years?.only }))
    }
  }
}

/** Reads groups that are not streamed to the client into memory. Throws `too-many-groups`. */
export async function collectGroups (pieces: AsyncIterable<Group[]>, measures: Quantity[]): Promise<Group[]> {
  const most = maxRows(measures)
  const found: Group[] = []
  for await (const groups of pieces) {
    for (const group of groups) found.push(group)
    if (found.length > most) throw problem('too-many-groups', { most })
  }
  return found
}

/** Returns the title of a picture or data set: whose totals, of which years, of what. */
export async function titleOf (
  db: Kysely<Database>,
  { under, years }: Scope,
  quantities: Quantity[],
  { language, isPast }: { language: Language, isPast: boolean }
): Promise<string> {
  // The response of a past moment never changes, so it does not use the current name.
  const agency = under === '' || isPast ? undefined : await findAgency(db, under)
  const name = agency === undefined ? under : years === undefined ? agency.name : nameInYear(agency, years.last)
  const span = years === undefined
    ? ''
    : years.first === years.last
    ? `${years.first}`
    : `${years.first}–${years.last}`
  const zh = language === 'zh'
  const what = quantities.length === 1
    ? quantities[0]!.label[language]
    : zh
    ? `政府信息公开${quantities.length}项指标`
    : `${quantities.length} measures of information disclosure`
  return [name, span === '' ? '' : zh ? `${span}年` : span, what].filter(part => part !== '').join(' ')
}
