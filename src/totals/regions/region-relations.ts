// The relations that make up totals by region, from the maintained totals of the governments.
import { type RawBuilder, sql } from 'kysely'
import { FOR_EVER } from '../../database/types.ts'
import { conditionsOf, EMPTY_RELATION, levelAndKind, NULL_VECTOR, type Relation } from '../relations.ts'
import type { Region, Scope } from '../scope.ts'

/** Needs the common table expressions of `withParts`. */
export function regionRelations (scope: Scope, region: Region, figures: RawBuilder<unknown>): Relation[] {
  const columnsOf = (columns: { form: string, level: string, kind: string }) => ({
    year: sql`region_part.year`,
    form: sql.raw(columns.form),
    level: sql.raw(columns.level),
    kind: sql.raw(columns.kind),
    child: sql`null`,
    agency: sql`null`,
    province: sql`null`,
    prefecture: sql`null`,
    county: sql`null`,
    [region]: sql`region_part.region`
  })
  const detailed = scope.level !== undefined || scope.kind !== undefined || scope.by.includes('level') ||
    scope.by.includes('kind')
  const filer = sql`
    join agency_period p on p.agency = region_part.agency and region_part.year between p.since and p.until and p.reporting = 'own'`
  const where = (conditions: RawBuilder<unknown>[]) => sql`where ${sql.join([sql`true`, ...conditions], sql` and `)}`
  const sums: Relation = {
    columns: columnsOf({ form: 't.form', level: 't.level', kind: 't.kind' }),
    sign: sql`region_part.sign`,
    included: sql`region_part.sign * t.reports`,
    expected: sql`0`,
    figures: sql`t.figures || '{}'`,
    present: sql`t.present || '{}'`,
    from: sql`
      from region_part join total t on t.agency = region_part.agency and t.year = region_part.year
      ${where([detailed ? sql`t.level <> ''` : sql`t.level = ''`, sql`t.reports > 0`, ...conditionsOf(scope, 't')])}`
  }
  const own: Relation = {
    columns: columnsOf({ form: 'v.form', level: 'p.level', kind: 'p.kind' }),
    sign: sql`region_part.sign`,
    included: sql`region_part.sign`,
    expected: sql`0`,
    figures,
    present: NULL_VECTOR,
    from: sql`
      from region_part ${filer}
      join report_version v on v.agency = region_part.agency and v.year = region_part.year and v.public_until = ${FOR_EVER}
      ${where([...levelAndKind(scope, 'p'), ...scope.form === undefined ? [] : [sql`v.form = ${scope.form}`]])}`
  }
  const expectedBelow: Relation = {
    ...EMPTY_RELATION,
    columns: columnsOf({ form: '\'\'', level: 'e.level', kind: 'e.kind' }),
    expected: sql`region_part.sign * e.change`,
    from: sql`
      from region_part join expected e on e.agency = region_part.agency and e.year <= region_part.year
      ${where(levelAndKind(scope, 'e'))}`
  }
  const expectedOwn: Relation = {
    ...EMPTY_RELATION,
    columns: columnsOf({ form: '\'\'', level: 'p.level', kind: 'p.kind' }),
    expected: sql`region_part.sign`,
    from: sql`from region_part ${filer} ${where(levelAndKind(scope, 'p'))}`
  }
  return scope.form !== undefined || scope.by.includes('form') ? [sums, own] : [sums, own, expectedBelow, expectedOwn]
}
