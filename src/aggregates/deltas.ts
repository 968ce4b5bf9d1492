// Accumulates what many reports add to the totals and applies it once, at the end, so that the row of the whole
// registry, which every publication updates, is locked only briefly.
import { sql, type Transaction } from 'kysely'
import type { Database } from '../database/types.ts'
import { writeBehind } from '../database/write-behind.ts'
import { Forms } from '../forms/forms.ts'
import { problem } from '../problems/problem.ts'
import { applyTotalDeltas, type Total, totalKey } from './apply-deltas.ts'

/** Where a report counts: the parent of its agency ('' for none), and the agency's own level and kind. */
export interface Parent {
  parent: string
  level: string
  kind: string
}

interface Sum {
  agency: string
  year: number
  form: string
  level: string
  kind: string
  reports: number
  /** 32-bit integers while the sums fit: the whole registry has a hundred thousand of these sums. */
  figures: Int32Array | Float64Array
  /** Number of reports that lack each figure; undefined while none lacks any. */
  blank: Int32Array | undefined
}

/** Maximum number of rows of totals in one statement. */
const BATCH_ROWS = 100
const MAX_INT32 = 2 ** 31 - 1

export class DeltaAccumulator {
  readonly #sums = new Map<string, Sum>()
  readonly #byParent = new Map<string, Sum[]>()
  /** Consecutive reports mostly belong to the same parent. */
  #last: Sum | undefined

  /** Adds a report. `figures` are in the order of the form's cells; NaN is blank. Throws `total-overflow`. */
  add ({ parent, level, kind }: Parent, year: number, form: string, figures: Float64Array): void {
    let sum = this.#last
    if (
      sum === undefined || sum.agency !== parent || sum.year !== year || sum.form !== form || sum.level !== level ||
      sum.kind !== kind
    ) {
      const key = `${parent} ${year} ${form} ${level} ${kind}`
      sum = this.#sums.get(key)
      if (sum === undefined) {
        sum = {
          agency: parent,
          year,
          form,
          level,
          kind,
          reports: 0,
          figures: new Int32Array(figures.length),
          blank: undefined
        }
        this.#sums.set(key, sum)
        put(this.#byParent, parent, sum)
      }
      this.#last = sum
    }
    sum.reports++
    for (let i = 0; i < figures.length; i++) {
      const figure = figures[i]!
      if (Number.isNaN(figure)) (sum.blank ??= new Int32Array(figures.length))[i]!++
      else if (figure !== 0) addAt(sum, i, figure)
    }
  }

  /** Adds the deltas to the totals of every ancestor. Requires the agency-tree lock. */
  async addToTotals (trx: Transaction<Database>, forms: Forms): Promise<void> {
    const above = await this.#above(trx)
    const { rows: order } = await sql<{ code: string }>`select code from unnest(${[
      ...above.keys()
    ]}::text[]) as u (code) order by code desc`.execute(trx)
    await writeBehind(async store => {
      let rows: Total[] = []
      const shift = async () => {
        const shifted = rows
        rows = []
        await store(async () => await applyTotalDeltas(trx, forms, shifted))
      }
      for (const { code } of order) {
        rows.push(...rowsOf(code, above.get(code)!))
        if (rows.length >= BATCH_ROWS) await shift()
      }
      await shift()
    })
  }

  /** Returns the sums that count for each agency. */
  async #above (trx: Transaction<Database>): Promise<Map<string, Sum[]>> {
    const above = new Map([...this.#byParent].map(([agency, sums]) => [agency, [...sums]]))
    const ancestors = await trx.selectFrom('agency_ancestor').select(['agency', 'ancestor', 'since', 'until'])
      .where('agency', '=', sql<string>`any(${[...this.#byParent.keys()]})`).execute()
    for (const { agency, ancestor, since, until } of ancestors) {
      for (const sum of this.#byParent.get(agency)!) {
        if (since <= sum.year && sum.year <= until) put(above, ancestor, sum)
      }
    }
    return above
  }
}

function put (map: Map<string, Sum[]>, agency: string, sum: Sum): void {
  const sums = map.get(agency)
  if (sums === undefined) map.set(agency, [sum])
  else sums.push(sum)
}

function addAt (sum: Sum, i: number, figure: number): void {
  const added = sum.figures[i]! + figure
  if (sum.figures instanceof Int32Array && Math.abs(added) > MAX_INT32) sum.figures = Float64Array.from(sum.figures)
  if (!Number.isSafeInteger(added)) throw problem('total-overflow', { where: `${sum.form}, ${sum.year}` })
  sum.figures[i] = added
}

function rowsOf (agency: string, sums: Sum[]): Total[] {
  const rows = new Map<string, Total>()
  for (const { year, form, level, kind, reports, figures, blank } of sums) {
    const row = { agency, year, form, level, kind, reports, figures: [], present: [] } as Total
    const key = totalKey(row)
    const sum = rows.get(key)
    if (sum === undefined) {
      rows.set(key, {
        ...row,
        figures: Array.from(figures),
        present: Array.from(figures, (_, i) => reports - (blank?.[i] ?? 0))
      })
      continue
    }
    sum.reports += reports
    for (let i = 0; i < figures.length; i++) {
      sum.figures[i]! += figures[i]!
      sum.present[i]! += reports - (blank?.[i] ?? 0)
    }
  }
  return [...rows.values()]
}
