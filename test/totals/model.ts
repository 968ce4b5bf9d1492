// Reference model: the registry as plain maps, with totals recomputed for each query.
import { Forms } from '../../src/forms/forms.ts'
import type { WireTables } from '../support/figures.ts'

export interface Standing {
  parent: string | null
  level: string
  kind: string
  reporting: string
}

export interface Query {
  measures: string[]
  by: string[]
  under?: string | undefined
  first: number
  last: number
  level?: string | undefined
  kind?: string | undefined
  form?: string | undefined
}

export interface Question extends Pick<Query, 'under' | 'level' | 'kind' | 'form'> {
  measure: string
  year: number
}

export const REGIONS = ['province', 'prefecture', 'county']
export const YEARS = [2019, 2020, 2021, 2022]

/** By long division, digit by digit. */
function quotient (numerator: (number | null)[], denominator: (number | null)[]): number | null {
  if ([...numerator, ...denominator].includes(null)) return null
  let dividend = numerator.reduce<number>((a, b) => a + b!, 0)
  const divisor = denominator.reduce<number>((a, b) => a + b!, 0)
  if (divisor === 0) return null
  let digits = `${Math.floor(dividend / divisor)}.`
  for (let i = 0; i < 6; i++) {
    dividend = dividend % divisor * 10
    digits += Math.floor(dividend / divisor)
  }
  const rest = dividend % divisor * 2
  const isOdd = Number(digits.at(-1)) % 2 === 1
  const up = rest > divisor || (rest === divisor && isOdd) ? 1 : 0
  return (Math.round(Number(digits) * 1_000_000) + up) / 1_000_000
}

export class Model {
  readonly forms: Forms
  readonly names = new Map<string, string>()
  /** By `agency year`; an agency exists in a year if it has an entry. */
  readonly standing = new Map<string, Standing>()
  /** Published reports by `agency year`. */
  readonly reports = new Map<string, { form: string, tables: WireTables }>()
  /** Reports by `agency year` that were published once. */
  readonly published = new Set<string>()

  /** A snapshot of the current state. */
  copy (): Model {
    const model = new Model(this.forms)
    for (const [code, name] of this.names) model.names.set(code, name)
    for (const [at, standing] of this.standing) model.standing.set(at, { ...standing })
    for (const [at, report] of this.reports) model.reports.set(at, report)
    for (const at of this.published) model.published.add(at)
    return model
  }

  constructor (forms: Forms) {
    this.forms = forms
  }

  register (agency: string, standing: Standing, since: number | null) {
    this.names.set(agency, `机关${agency}`)
    for (const year of YEARS) if (year >= (since ?? 0)) this.standing.set(`${agency} ${year}`, { ...standing })
  }

  change (agency: string, change: Partial<Standing>, since: number) {
    const first = YEARS.map(year => this.standing.get(`${agency} ${year}`)).find(Boolean)!
    for (const year of YEARS.filter(year => year >= since)) {
      this.standing.set(`${agency} ${year}`, { ...(this.standing.get(`${agency} ${year}`) ?? first), ...change })
    }
  }

  isUnder (agency: string, under: string | undefined, year: number): boolean {
    for (let at: string | null = agency; at !== null; at = this.standing.get(`${at} ${year}`)!.parent) {
      if (at === under) return true
    }
    return under === undefined
  }

  /** The direct child of `under` whose subtree contains the agency; `under` itself for its own figures. */
  childOf (agency: string, under: string | undefined, year: number): string {
    let at = agency
    while (at !== under) {
      const { parent } = this.standing.get(`${at} ${year}`)!
      if (parent === (under ?? null)) break
      at = parent!
    }
    return at
  }

  /** The nearest government of the level that is the agency or above it. */
  regionOf (agency: string, level: string, year: number): string | null {
    for (let at: string | null = agency; at !== null;) {
      const standing: Standing = this.standing.get(`${at} ${year}`)!
      if (standing.kind === 'government' && standing.level === level) return at
      at = standing.parent
    }
    return null
  }

  publish (at: string, report: { form: string, tables: WireTables }) {
    this.reports.set(at, report)
    this.published.add(at)
  }

  /** The sum of a measure in one report, as it is stored; undefined if its form lacks the measure. */
  valueOf ({ form: id, tables }: { form: string, tables: WireTables }, measure: string): number | null | undefined {
    const form = this.forms.get(id)
    const figures = form.measures.get(measure)?.positions.map(position => {
      const cell = form.cells[position - 1]!
      const figure = tables[cell.table]?.[cell.row]?.[cell.column] ?? null
      return figure === null ? null : Math.round(figure * cell.scale)
    }).filter(figure => figure !== null)
    return figures && (figures.length === 0 ? null : figures.reduce((a, b) => a + b, 0))
  }

  /** What each agency adds to a total of one year: the largest first, then those that add nothing, by code. */
  contributions ({ measure, year, under, level, kind, form }: Question) {
    const scale = this.forms.measures.get(measure)!.scale
    const all = [...this.standing].flatMap(([at, standing]) => {
      const [agency, y] = at.split(' ') as [string, string]
      const report = this.reports.get(at)
      if (Number(y) !== year || !this.isUnder(agency, under, year)) return []
      if ((level ?? standing.level) !== standing.level || (kind ?? standing.kind) !== standing.kind) return []
      return form === undefined || report?.form === form
        ? [{ at, agency, report, isOwn: standing.reporting === 'own' }]
        : []
    })
    const isMixed = all.some(({ report, isOwn }) => isOwn && report && this.valueOf(report, measure) === undefined)
    const items = all.map(({ at, agency, report, isOwn }) => {
      const value = isOwn && report !== undefined && !isMixed ? this.valueOf(report, measure)! : null
      const state = !isOwn
        ? 'consolidated'
        : report === undefined
        ? this.published.has(at) ? 'withdrawn' : 'missing'
        : isMixed
        ? 'not_comparable'
        : value === null
        ? 'blank'
        : 'added'
      return { agency, agency_name: this.names.get(agency), form: report?.form ?? null, value, state }
    })
    const order = (a: typeof items[number], b: typeof items[number]) =>
      (b.value ?? -Infinity) - (a.value ?? -Infinity) || (a.agency < b.agency ? -1 : 1)
    return items.sort((a, b) => a.value === b.value ? (a.agency < b.agency ? -1 : 1) : order(a, b))
      .map(item => ({ ...item, value: item.value === null ? null : item.value / scale }))
  }

  totals ({ measures, by, under, first, last, level, kind, form }: Query) {
    const groups = new Map<
      string,
      { keys: Record<string, unknown>, expected: number, reports: { form: string, tables: WireTables }[] }
    >()
    const always = by.length === 0 || by.join() === 'year'
    const group = (keys: Record<string, unknown>) => {
      const id = JSON.stringify(by.map(key => keys[key]))
      if (!groups.has(id)) groups.set(id, { keys, expected: 0, reports: [] })
      return groups.get(id)!
    }
    if (always) { for (let year = first; year <= last; year++) group(by.length === 0 ? {} : { year }) }
    for (const [at, standing] of this.standing) {
      const [agency, y] = at.split(' ') as [string, string]
      const year = Number(y)
      if (year < first || year > last || standing.reporting !== 'own' || !this.isUnder(agency, under, year)) continue
      if ((level ?? standing.level) !== standing.level || (kind ?? standing.kind) !== standing.kind) continue
      const report = this.reports.get(at)
      const all: Record<string, unknown> = {
        year,
        agency,
        child: by.includes('child') ? this.childOf(agency, under, year) : null,
        ...Object.fromEntries(REGIONS.map(region => [region, this.regionOf(agency, region, year)])),
        level: standing.level,
        kind: standing.kind,
        form: report?.form
      }
      const keys = Object.fromEntries(by.map(key => [key, all[key]]))
      if (report === undefined || (form ?? report.form) !== report.form) {
        if (!by.includes('form') && form === undefined) group(keys).expected++
        continue
      }
      const found = group(keys)
      found.expected++
      found.reports.push(report)
    }
    const totals = [...groups.values()].map(({ keys, expected, reports }) => {
      const values: Record<string, number | null> = {}
      const blank: Record<string, number | null> = {}
      const partsOf = (id: string) => {
        const rate = this.forms.rates.get(id)
        return rate === undefined ? [id] : [...rate.numerator, ...rate.denominator].map(part => part.id)
      }
      const lacking = measures.filter(id =>
        reports.some(report => partsOf(id).some(part => !this.forms.get(report.form).measures.has(part)))
      )
      const figuresOf = (ids: string[]) =>
        reports.flatMap(({ form, tables }) =>
          [...new Set(ids.flatMap(id => this.forms.get(form).measures.get(id)!.positions))].map(position => {
            const cell = this.forms.get(form).cells[position - 1]!
            const figure = tables[cell.table]?.[cell.row]?.[cell.column] ?? null
            return figure === null ? null : Math.round(figure * cell.scale)
          })
        )
      const sumOf = (id: string) => {
        const present = figuresOf([id]).filter(figure => figure !== null)
        return present.length === 0 ? null : present.reduce((a, b) => a + b, 0)
      }
      for (const id of measures) {
        if (lacking.includes(id)) {
          values[id] = blank[id] = null
          continue
        }
        const rate = this.forms.rates.get(id)
        const sum = rate === undefined ? sumOf(id) : null
        values[id] = rate === undefined
          ? sum === null ? null : sum / this.forms.measures.get(id)!.scale
          : quotient(rate.numerator.map(part => sumOf(part.id)), rate.denominator.map(part => sumOf(part.id)))
        blank[id] = figuresOf(partsOf(id)).filter(figure => figure === null).length
      }
      const unknown = by.includes('form') || form !== undefined
      return {
        ...keys,
        ...Object.fromEntries(
          ['child', 'agency', ...REGIONS].filter(key => key in keys)
            .map(key => [`${key}_name`, this.names.get(keys[key] as string) ?? null])
        ),
        values,
        coverage: {
          expected: unknown ? null : expected,
          included: reports.length,
          missing: unknown ? null : expected - reports.length
        },
        blank,
        ...(lacking.length > 0 ? { not_comparable: lacking } : {})
      }
    })
    const order = (a: any, b: any) =>
      by.map(key => a[key] === b[key] ? 0 : b[key] === null || (a[key] !== null && a[key] < b[key]) ? -1 : 1).find(
        Boolean
      ) ?? 0
    return totals.sort(order)
  }
}
