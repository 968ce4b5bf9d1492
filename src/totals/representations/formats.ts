// The formats of totals, and how each is made.
import type { FastifyRequest } from 'fastify'
import type { Kysely } from 'kysely'
import { findAgency, nameInYear } from '../../agencies/store.ts'
import type { Database } from '../../database/types.ts'
import type { Quantity } from '../../form/rates/rates.ts'
import { Forms } from '../../forms/forms.ts'
import { type Chosen, chooseFormat, declareFormats, type Labels } from '../../http/formats/formats.ts'
import type { Years } from '../../http/parameters.ts'
import { ref } from '../../http/responses.ts'
import type { Language } from '../../problems/fault.ts'
import { problem, throwIfFaults } from '../../problems/problem.ts'
import { maxRows } from '../query.ts'
import { type Group, Totals } from '../schemas.ts'
import type { Scope } from '../scope.ts'
import { csvOf } from './serialize.ts'

const SUMS = 'The sums printed as the statutory form (汇总表), of `measure=*`, one `form` and `year` and no `by`.'

export const TOTAL_FORMATS = declareFormats({
  json: { description: 'The totals.', schema: ref(Totals) },
  csv: {
    description: 'Keys and names, measures, expected, included, missing, and `{measure}.blank`.',
    example:
      'year,requests.new_received.total,expected,included,missing,requests.new_received.total.blank\n2019,0,1,1,0,0\n'
  },
  xlsx: { description: 'The same columns as a workbook, with a sheet that states what the totals cover.' },
  jsonstat: {
    description:
      'JSON-stat 2.0: the keys and `measure` are the dimensions. `status` says why a value is null; `extension` has the coverage.'
  },
  svg: {
    description:
      'A picture: a line over years, otherwise bars, stacked if the measures are parts of one printed total. At most 30 series and 300 bars, in one unit.'
  },
  html: { description: `${SUMS} A page that prints on A4.` },
  docx: { description: `${SUMS} For Word and WPS.` }
})

/** The formats of the sums as a form, and all others. */
export const PRINTED_FORMATS = ['html', 'docx'] as const

type PrintedFormat = typeof PRINTED_FORMATS[number]
export const isPrinted = (name: string): name is PrintedFormat => PRINTED_FORMATS.some(format => format === name)
const TABLE_FORMATS = { ...TOTAL_FORMATS, names: TOTAL_FORMATS.names.filter(name => !isPrinted(name)) }

/**
 * Chooses by `format`, else by `Accept`; a browser, which prefers HTML, gets it where the sums can be printed. Throws
 * `parameter-invalid` if they cannot and `format` asks for it.
 */
export function chooseTotalFormat (
  request: FastifyRequest,
  forms: Forms,
  { by, form, years }: Scope,
  measures: Quantity[]
): Chosen<TotalFormat> {
  const cells = new Set(measures.map(({ id }) => id))
  const lacks = {
    measure: forms.find(form ?? '')?.cells.every(({ id }) => cells.has(id)) !== true,
    form: form === undefined,
    year: years === undefined || years.first !== years.last,
    by: by.length > 0,
    change: (request.query as { change?: string }).change !== undefined
  }
  const missing = Object.entries(lacks).filter(([, isMissing]) => isMissing)
  const chosen = chooseFormat(request, missing.length === 0 ? TOTAL_FORMATS : TABLE_FORMATS)
  throwIfFaults(
    'parameter-invalid',
    (isPrinted(chosen.name) ? missing : []).map(([parameter]) => ({
      parameter,
      expected: PRINTED_NEEDS[parameter as keyof typeof lacks]
    }))
  )
  return chosen
}

const PRINTED_NEEDS = {
  measure: { en: 'measure=* : the sums as a form have all its cells', zh: 'measure=*：汇总表须含全部单元格' },
  form: { en: 'one form, such as form=2021', zh: '一个格式，如 form=2021' },
  year: { en: 'one year', zh: '一个年度' },
  by: { en: 'no groups', zh: '不分组' },
  change: { en: 'no change', zh: '不计算增减' }
}

export type TotalFormat = typeof TOTAL_FORMATS.names[number]
type TableFormat = Exclude<TotalFormat, PrintedFormat>

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
  format: TableFormat,
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

/** Returns the name of the agency in the last year, or its code for the past: a past response never changes. */
export async function nameOfScope (db: Kysely<Database>, { under, years }: Scope, isPast: boolean): Promise<string> {
  const agency = under === '' || isPast ? undefined : await findAgency(db, under)
  return agency === undefined ? under : years === undefined ? agency.name : nameInYear(agency, years.last)
}

/** Returns the title of a picture or data set: whose totals, of which years, of what. */
export async function titleOf (
  db: Kysely<Database>,
  scope: Scope,
  quantities: Quantity[],
  { language, isPast }: { language: Language, isPast: boolean }
): Promise<string> {
  const name = await nameOfScope(db, scope, isPast)
  const { years } = scope
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
