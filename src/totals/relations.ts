import { type RawBuilder, sql } from 'kysely'
import { FOR_EVER } from '../database/types.ts'
import type { Years } from '../http/parameters.ts'
import { regionOf } from './regions/regions.ts'
import { type Key, REGIONS, type Scope, scansReports, yearsIn } from './scope.ts'

export interface Relation {
  columns: Record<Key, RawBuilder<unknown>>
  /** 1 or -1, by which figures and their counts are multiplied; 1 if undefined. */
  sign?: RawBuilder<unknown>
  included: RawBuilder<unknown>
  expected: RawBuilder<unknown>
  figures: RawBuilder<unknown>
  present: RawBuilder<unknown>
  from: RawBuilder<unknown>
}

export const NULL_VECTOR = sql`null::bigint[]`
const NO_REGIONS = { province: sql`null`, prefecture: sql`null`, county: sql`null` }
export const EMPTY_RELATION = { included: sql`0`, expected: sql`0`, figures: NULL_VECTOR, present: NULL_VECTOR }

/** Selects periods `p` of agencies in a year, each with the child whose subtree it is in. */
interface Agencies {
  child: RawBuilder<unknown>
  join: (year: RawBuilder<unknown>) => RawBuilder<unknown>
  where: (year: RawBuilder<unknown>) => RawBuilder<unknown>
}

export function maintained (scope: Scope): Relation {
  const byChild = scope.by.includes('child')
  const detailed = scope.level !== undefined || scope.kind !== undefined || scope.by.includes('level') ||
    scope.by.includes('kind')
  const relation = byChild
    ? sql`agency_period c join total t on t.agency = c.agency and t.year between c.since and c.until`
    : sql`total t`
  const conditions = [
    byChild ? isChild(scope.under) : sql`t.agency = ${scope.under}`,
    detailed ? sql`t.level <> ''` : sql`t.level = ''`,
    sql`t.reports > 0`,
    ...conditionsOf(scope, 't')
  ]
  return {
    columns: {
      year: sql`t.year`,
      form: sql`t.form`,
      level: sql`t.level`,
      kind: sql`t.kind`,
      child: sql`c.agency`,
      agency: sql`null`,
      ...NO_REGIONS
    },
    included: sql`t.reports`,
    expected: sql`0`,
    figures: sql`t.figures || '{}'`,
    present: sql`t.present || '{}'`,
    from: sql`from ${relation} where ${allOf(conditions)}`
  }
}

export function relations (scope: Scope, ofReports: RawBuilder<unknown>): Relation[] {
  const perAgency = scansReports(scope)
  const own = [
    perAgency
      ? subtree(scope)
      : scope.by.includes('child')
      ? childrenAndSelf(scope)
      : scope.under === ''
      ? undefined
      : self(scope)
  ]
    .filter(agencies => agencies !== undefined)
  return [
    ...(perAgency ? [] : [maintained(scope)]),
    ...own.map(agencies => ownReports(scope, agencies, ofReports)),
    ...(scope.form !== undefined || scope.by.includes('form')
      ? []
      : [...(perAgency ? [] : [expectedBelow(scope)]), ...own.map(agencies => expectedOf(scope, agencies))])
  ]
}

export const selectYears = (years: Years): RawBuilder<unknown> =>
  sql`select unnest(array[${sql.join(yearsIn(years).map(year => sql.lit(year)))}]) as year`

export const isWithin = (year: RawBuilder<unknown>, { first, last, only }: Years): RawBuilder<unknown> =>
  only === undefined
    ? sql`${year} between ${sql.lit(first)} and ${sql.lit(last)}`
    : sql`${year} in (${sql.join(only.map(year => sql.lit(year)))})`

/** Selects the requested years, or else every year that has a published report. */
export function yearsOf ({ years }: Scope): RawBuilder<unknown> {
  return years === undefined
    ? sql`select distinct year from total where agency = '' and level = '' and reports > 0`
    : selectYears(years)
}

export function levelAndKind ({ level, kind }: Scope, table: string): RawBuilder<unknown>[] {
  return [
    ...(level === undefined ? [] : [sql`${sql.ref(`${table}.level`)} = ${level}`]),
    ...(kind === undefined ? [] : [sql`${sql.ref(`${table}.kind`)} = ${kind}`])
  ]
}

export function conditionsOf (scope: Scope, table: string): RawBuilder<unknown>[] {
  return [
    ...levelAndKind(scope, table),
    ...(scope.years === undefined
      ? []
      : [isWithin(sql.ref(`${table}.year`), scope.years)]),
    ...(scope.form === undefined ? [] : [sql`${sql.ref(`${table}.form`)} = ${scope.form}`])
  ]
}

/** The region of the filer `p` in a year; null for those that are no keys. */
const regionColumns = ({ by }: Scope, year: RawBuilder<unknown>) =>
  Object.fromEntries(
    REGIONS.map(region => [region, by.includes(region) ? regionOf(region, sql`p.agency`, year) : sql`null`])
  ) as typeof NO_REGIONS

const allOf = (conditions: RawBuilder<unknown>[]) => sql.join(conditions, sql` and `)

const isChild = (under: string) => under === '' ? sql`c.parent is null` : sql`c.parent = ${under}`

const self = ({ under }: Scope): Agencies => ({
  child: sql`null`,
  join: () => sql``,
  where: () => sql`p.agency = ${under}`
})

const childrenAndSelf = ({ under }: Scope): Agencies => ({
  child: sql`p.agency`,
  join: () => sql``,
  where: () => under === '' ? sql`p.parent is null` : sql`(p.parent = ${under} or p.agency = ${under})`
})

const subtree = ({ by, under }: Scope): Agencies => ({
  // The child whose subtree the agency is in that year. An agency below no child is itself a child, or `under`.
  child: by.includes('child') ? sql`coalesce(c.agency, p.agency)` : sql`null`,
  join: year =>
    by.includes('child')
      ? sql`left join (agency_ancestor above join agency_period c on c.agency = above.ancestor and ${isChild(under)})
          on above.agency = p.agency and ${year} between above.since and above.until and ${year} between c.since and c.until`
      : sql``,
  where: year =>
    under === ''
      ? sql`true`
      : sql`p.agency in (select ${under} union all select agency from agency_ancestor where ancestor = ${under})
        and (p.agency = ${under} or exists (
          select from agency_ancestor x where x.agency = p.agency and x.ancestor = ${under} and ${year} between x.since and x.until))`
})

function expectedBelow (scope: Scope): Relation {
  const byChild = scope.by.includes('child')
  const children = sql`join agency_period c on ${isChild(scope.under)} and y.year between c.since and c.until`
  return {
    ...EMPTY_RELATION,
    columns: {
      year: sql`y.year`,
      form: sql`''`,
      level: sql`e.level`,
      kind: sql`e.kind`,
      child: sql`c.agency`,
      agency: sql`null`,
      ...NO_REGIONS
    },
    expected: sql`e.change`,
    from: sql`
      from year y ${byChild ? children : sql``}
      join expected e on e.agency = ${byChild ? sql`c.agency` : sql`${scope.under}`} and e.year <= y.year
      where ${allOf([sql`true`, ...levelAndKind(scope, 'e')])}`
  }
}

function ownReports (scope: Scope, agencies: Agencies, figures: RawBuilder<unknown>): Relation {
  const conditions = [
    sql`p.reporting = 'own'`,
    agencies.where(sql`v.year`),
    ...levelAndKind(scope, 'p'),
    ...conditionsOf({ ...scope, level: undefined, kind: undefined }, 'v')
  ]
  return {
    columns: {
      year: sql`v.year`,
      form: sql`v.form`,
      level: sql`p.level`,
      kind: sql`p.kind`,
      child: agencies.child,
      agency: sql`p.agency`,
      ...regionColumns(scope, sql`v.year`)
    },
    included: sql`1`,
    expected: sql`0`,
    figures,
    present: NULL_VECTOR,
    from: sql`
      from agency_period p
      join report_version v on v.agency = p.agency and v.public_until = ${FOR_EVER} and v.year between p.since and p.until
      ${agencies.join(sql`v.year`)}
      where ${allOf(conditions)}`
  }
}

function expectedOf (scope: Scope, agencies: Agencies): Relation {
  const conditions = [sql`p.reporting = 'own'`, agencies.where(sql`y.year`), ...levelAndKind(scope, 'p')]
  return {
    ...EMPTY_RELATION,
    columns: {
      year: sql`y.year`,
      form: sql`''`,
      level: sql`p.level`,
      kind: sql`p.kind`,
      child: agencies.child,
      agency: sql`p.agency`,
      ...regionColumns(scope, sql`y.year`)
    },
    expected: sql`1`,
    from: sql`
      from year y join agency_period p on y.year between p.since and p.until
      ${agencies.join(sql`y.year`)}
      where ${allOf(conditions)}`
  }
}
