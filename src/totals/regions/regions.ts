// Regions: the government of a level that is the filer or the nearest one above it, in the tree of each year.
import { type RawBuilder, sql } from 'kysely'
import type { Region, Scope } from '../scope.ts'

const isIn = (row: string, year: RawBuilder<unknown>) =>
  sql`${year} between ${sql.ref(`${row}.since`)} and ${sql.ref(`${row}.until`)}`

const isGovernment = (row: string, region: Region) =>
  sql`${sql.ref(`${row}.kind`)} = 'government' and ${sql.ref(`${row}.level`)} = ${region}`

const above = (agency: RawBuilder<unknown>, year: RawBuilder<unknown>) =>
  sql`select a.ancestor as agency from agency_ancestor a where a.agency = ${agency} and ${isIn('a', year)}`

/** Selects the lowest government of the level among these agencies, which are all above each other. */
const lowestOf = (agencies: RawBuilder<unknown>, region: Region, year: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`(
    select it.agency from (${agencies}) as x join agency_period it on it.agency = x.agency
    where ${isGovernment('it', region)} and ${isIn('it', year)}
    order by (select count(*) from agency_ancestor d where d.agency = it.agency and ${isIn('d', year)}) desc limit 1)`

/** Selects the region of an agency in a year. */
export const regionOf = (
  region: Region,
  agency: RawBuilder<unknown>,
  year: RawBuilder<unknown>
): RawBuilder<unknown> => lowestOf(sql`select ${agency} as agency union all ${above(agency, year)}`, region, year)

/**
 * The common table expressions that end in `region_part`: the agencies of which the regions of `under` consist. Each is
 * added to a region with its subtree or, where `sign` is -1, subtracted from it: a government is a region of its own,
 * not a part of the one above it. What is in no government below `under` is in the one above `under`, or in none.
 */
export function withParts ({ under }: Scope, region: Region): RawBuilder<unknown> {
  const within = under === '' ? sql`` : sql`
    and p.agency in (select ${under} union all select agency from agency_ancestor where ancestor = ${under})
    and (p.agency = ${under} or exists (
      select from agency_ancestor x where x.agency = p.agency and x.ancestor = ${under} and ${isIn('x', sql`y.year`)}))`
  return sql`
    government as materialized (
      select y.year, p.agency from year y join agency_period p on ${isIn('p', sql`y.year`)}
      where ${isGovernment('p', region)} ${within}
    ),
    region_part as materialized (
      select year, agency as region, agency, 1 as sign from government
      union all
      select g.year, ${lowestOf(above(sql`g.agency`, sql`g.year`), region, sql`g.year`)}, g.agency, -1
      from government g where g.agency <> ${under}
      union all
      select y.year, ${lowestOf(above(sql`${under}::text`, sql`y.year`), region, sql`y.year`)}, ${under}, 1
      from year y where not exists (select from government g where g.agency = ${under} and g.year = y.year)
    )`
}
