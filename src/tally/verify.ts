import { sql, type Kysely } from 'kysely'
import type { Database } from '../platform/database.ts'
import type { Forms } from '../forms/forms.ts'
import { contributedExpected, contributedTotals } from './contributions.ts'
import { expectedKey, totalKey, withSums, type Expected, type Total } from './shift.ts'

export interface Verification { totals: number, expected: number, differences: string[] }

/**
 * Recomputes all totals from the published versions and holds the maintained rows against them, at one moment.
 * A maintained row of nothing is as good as none.
 */
export async function verifyTotals (db: Kysely<Database>, forms: Forms): Promise<Verification> {
  return await db.transaction().setIsolationLevel('repeatable read').execute(async trx => {
    await sql`set local statement_timeout = 0`.execute(trx)
    const totals = withSums(await contributedTotals(trx, undefined, forms.width))
    const kept = await trx.selectFrom('total').selectAll().where(sql<boolean>`reports <> 0 or 0 <> any(figures) or 0 <> any(present)`).execute()
    const expected = await contributedExpected(trx, undefined)
    const keptExpected = await trx.selectFrom('expected').selectAll().where('change', '<>', 0).execute()
    return {
      totals: totals.length,
      expected: expected.length,
      differences: [
        ...differences('total', totals, kept, totalKey, sameTotal),
        ...differences('expected', expected, keptExpected, expectedKey, (a: Expected, b: Expected) => a.change === b.change)
      ]
    }
  })
}

function differences<Row> (table: string, computed: Row[], kept: Row[], keyOf: (row: Row) => string, same: (a: Row, b: Row) => boolean): string[] {
  const left = new Map(kept.map(row => [keyOf(row), row]))
  const found: string[] = []
  for (const row of computed) {
    const key = keyOf(row)
    const other = left.get(key)
    left.delete(key)
    if (other === undefined) found.push(`${table} ${key}: missing`)
    else if (!same(row, other)) found.push(`${table} ${key}: differs from the published reports`)
  }
  return [...found, ...[...left.keys()].map(key => `${table} ${key}: no published report gives it`)]
}

const sameTotal = (a: Total, b: Total) =>
  a.reports === b.reports && String(a.figures) === String(b.figures) && String(a.present) === String(b.present)
