// What agencies contribute to the totals of their ancestors, computed from published reports and the tree: the
// reference for verification, and the source of the deltas when agencies move.
import { type Kysely, sql } from 'kysely'
import { type Database, FOR_EVER, NO_LAST_YEAR } from '../database/types.ts'
import type { Figure } from '../form/figures.ts'
import type { Expected, Total } from './apply-deltas.ts'

/** Returns rows of totals by level and kind. If `agencies` or `year` is undefined, includes all. */
export async function contributedTotals (
  db: Kysely<Database>,
  agencies: string[] | undefined,
  width: number,
  year?: number
): Promise<Total[]> {
  const positions = Array.from({ length: width }, (_, i) => i + 1)
  const each = (column: (position: number) => string) => sql.raw(positions.map(column).join())
  // Sums by direct parent first, so that each report is added once and only the sums are passed up the tree. The text
  // of a vector is parsed once, however many figures are selected.
  const { rows } = await sql<Total & { cells: number }>`
    with leaf as materialized (
      select coalesce(p.parent, '') as parent, v.year, v.form, p.level, p.kind, count(*) as reports,
             max(cardinality(v.f)) as cells,
             array[${each(i => `coalesce(sum(v.f[${i}]), 0)::bigint`)}] as figures,
             array[${each(i => `count(v.f[${i}])`)}] as present
      from (
        select agency, year, form, figures::bigint[] as f from report_version
        where public_until = ${FOR_EVER}
          ${agencies === undefined ? sql`` : sql`and agency = any(${agencies})`}
          ${year === undefined ? sql`` : sql`and year = ${year}`}
        offset 0
      ) v
      join agency_period p on p.agency = v.agency and p.since <= v.year and p.until >= v.year and p.reporting = 'own'
      group by coalesce(p.parent, ''), v.year, v.form, p.level, p.kind
    ), climbed as (
      select parent as agency, year, form, level, kind, reports, cells, figures, present from leaf
      union all
      select a.ancestor, l.year, l.form, l.level, l.kind, l.reports, l.cells, l.figures, l.present
      from leaf l join agency_ancestor a on a.agency = l.parent and a.since <= l.year and a.until >= l.year
    )
    select agency, year, form, level, kind, sum(reports)::integer as reports, max(cells) as cells,
           array[${each(i => `sum(figures[${i}])::bigint`)}] as figures,
           array[${each(i => `sum(present[${i}])::bigint`)}] as present
    from climbed group by agency, year, form, level, kind`.execute(db)
  return rows.map(({ cells, ...row }) => ({
    ...row,
    figures: row.figures.slice(0, cells),
    present: row.present.slice(0, cells)
  }))
}

/** Returns the change of the expected count of each ancestor, by the first year in which it applies. */
export async function contributedExpected (db: Kysely<Database>, agencies: string[] | undefined): Promise<Expected[]> {
  const { rows } = await sql<Expected>`
    with filer as (
      select a.ancestor as agency, p.level, p.kind, greatest(a.since, p.since) as since, least(a.until, p.until) as until
      from agency_period p
      join agency_ancestor a on a.agency = p.agency and a.since <= p.until and a.until >= p.since
      where p.reporting = 'own' ${agencies === undefined ? sql`` : sql`and p.agency = any(${agencies})`}
    ), change as (
      select agency, since as year, level, kind, 1 as change from filer
      union all
      select agency, until + 1, level, kind, -1 from filer where until < ${NO_LAST_YEAR}
    )
    select agency, year, level, kind, sum(change)::integer as change from change
    group by agency, year, level, kind having sum(change) <> 0`.execute(db)
  return rows
}

/** Returns what a published report contributes to the totals of each of its ancestors, as that of no agency. */
export function contributionOf (
  report: { year: number, form: string, level: string, kind: string, figures: Figure[] }
): Total {
  const { year, form, level, kind } = report
  const figures = report.figures.map(figure => figure ?? 0)
  const present = report.figures.map(figure => figure === null ? 0 : 1)
  return { agency: '', year, form, level, kind, reports: 1, figures, present }
}
