import { type Kysely, sql, type Transaction } from 'kysely'
import { limitStatements } from '../database/connection.ts'
import type { Database } from '../database/types.ts'
import { Forms } from '../forms/forms.ts'
import { type Expected, expectedKey, type Total, totalKey, withSums } from './apply-deltas.ts'
import { contributedExpected, contributedTotals } from './contributions.ts'

/** Each statement reads all versions of a year. */
const STATEMENT_LIMIT_MS = 10 * 60_000

export interface Verification {
  totals: number
  expected: number
  differences: string[]
}

/**
 * Recomputes all totals from the published versions and compares the maintained rows with them in one snapshot, and
 * likewise the recorded history with the current state. A maintained row of zeros counts as absent.
 */
export async function verifyTotals (db: Kysely<Database>, forms: Forms): Promise<Verification> {
  return await db.transaction().setIsolationLevel('repeatable read').execute(async trx => {
    await limitStatements(trx, STATEMENT_LIMIT_MS)
    const totals = await verifyYears(trx, forms)
    const expected = await contributedExpected(trx, undefined)
    const keptExpected = await trx.selectFrom('expected').selectAll().where('change', '<>', 0).execute()
    const { rows: states } = await sql<{ difference: string }>`${reportDifferences} union all ${agencyDifferences}`
      .execute(trx)
    return {
      totals: totals.count,
      expected: expected.length,
      differences: [
        ...totals.differences,
        ...differences(
          'expected',
          expected,
          keptExpected,
          expectedKey,
          (a: Expected, b: Expected) => a.change === b.change
        ),
        ...states.map(row => row.difference)
      ]
    }
  })
}

/** Verifies one year at a time: memory should not hold the totals of all years of the registry twice. */
async function verifyYears (
  trx: Transaction<Database>,
  forms: Forms
): Promise<{ count: number, differences: string[] }> {
  const { rows: years } = await sql<
    { year: number }
  >`select year from report_version union select year from total order by year`.execute(trx)
  const found: string[] = []
  let count = 0
  for (const { year } of years) {
    const totals = withSums(await contributedTotals(trx, undefined, forms.width, year))
    const kept = await trx.selectFrom('total').selectAll().where('year', '=', year).where(
      sql<boolean>`(reports <> 0 or 0 <> any(figures) or 0 <> any(present))`
    ).execute()
    count += totals.length
    found.push(...differences('total', totals, kept, totalKey, sameTotal))
  }
  return { count, differences: found }
}

/**
 * Selects reports and versions that contradict each other: the latest version must be public unless the report was
 * withdrawn, and each version must follow the one before.
 */
const reportDifferences = sql`
  select format('report %s %s: its status and version are not those of its versions', r.agency, r.year) as difference
  from report r left join report_version v on v.agency = r.agency and v.year = r.year and v.version = r.version
  where (r.version is null) <> (v.version is null)
     or (v.version is null and r.status in ('published', 'withdrawn'))
     or (v.public_until = 'infinity' and (r.status = 'withdrawn' or v.withdrawal_reason is not null))
     or (v.public_until <> 'infinity' and (r.status = 'published' or v.withdrawal_reason is null))
     or r.version is distinct from (select max(m.version) from report_version m where m.agency = r.agency and m.year = r.year)
  union all
  select format('version %s %s %s: it was not public until the next was', v.agency, v.year, v.version)
  from report_version v left join report_version n on n.agency = v.agency and n.year = v.year and n.version = v.version + 1
  where v.published_at >= v.public_until or n.published_at < v.public_until
     or (v.withdrawal_reason is null and n.published_at is distinct from nullif(v.public_until, 'infinity'))`

/** Selects agencies whose current record differs from their current state. */
const agencyDifferences = sql`
  select format('agency %s: what is recorded of it is not what it is', coalesce(p.agency, r.agency))
  from (select p.agency, p.since, p.until, p.parent, p.level, p.kind, p.reporting, p.name, a.successor from agency_period p join agency a on a.code = p.agency) p
  full join (select agency, since, until, parent, level, kind, reporting, name, successor from agency_record where recorded_until = 'infinity') r
    on r.agency = p.agency and r.since = p.since
  where (p.until, p.parent, p.level, p.kind, p.reporting, p.name, p.successor)
    is distinct from (r.until, r.parent, r.level, r.kind, r.reporting, r.name, r.successor)`

function differences<Row> (
  table: string,
  computed: Row[],
  kept: Row[],
  keyOf: (row: Row) => string,
  same: (a: Row, b: Row) => boolean
): string[] {
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
