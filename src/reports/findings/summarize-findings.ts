// Counts the findings of many reports by check, child or agency.
import { type Kysely, sql } from 'kysely'
import type { Database } from '../../database/types.ts'
import { Forms } from '../../forms/forms.ts'
import { type FindingFilter, type ScannedReport, scanReports } from './scan-reports.ts'
import type { FindingGroup, FindingSummary } from './schemas.ts'

type By = FindingSummary['by']

/** Returns the `limit` groups with most failed checks. */
export async function summarizeFindings (
  db: Kysely<Database>,
  forms: Forms,
  filter: FindingFilter,
  by: By,
  limit: number
): Promise<FindingSummary> {
  const groups = new Map<string, FindingGroup>()
  let checked = 0
  for await (const { reports } of scanReports(db, forms, filter, '', true)) {
    checked += reports.length
    const found = reports.filter(({ findings }) => findings.length > 0)
    const children = by === 'child' ? await childrenOf(db, filter, found.map(({ agency }) => agency)) : undefined
    for (const report of found) count(groups, report, by, children?.get(report.agency))
  }
  const sorted = [...groups].sort(([a, x], [b, y]) =>
    y.fail - x.fail || y.not_assessable - x.not_assessable || (a < b ? -1 : 1)
  )
  return { year: filter.year, by, checked, groups: sorted.slice(0, limit).map(([, group]) => group) }
}

interface Child {
  child: string
  child_name: string
}

function count (groups: Map<string, FindingGroup>, report: ScannedReport, by: By, child: Child | undefined): void {
  const { agency, agency_name: name, findings } = report
  const seen = new Set<FindingGroup>()
  for (const { check, severity, outcome, explanation } of findings) {
    const keys = by === 'check' ? { check, severity } : by === 'child' ? child! : { agency, agency_name: name }
    const id = by === 'check' ? check : by === 'child' ? child!.child : agency
    let group = groups.get(id)
    if (group === undefined) {
      groups.set(id, group = { ...keys, reports: 0, fail: 0, not_assessable: 0, explained: 0 })
    }
    group[outcome]++
    if (explanation !== undefined) group.explained++
    if (!seen.has(group)) group.reports++
    seen.add(group)
  }
}

/** Returns the child of `under`, or else the root, in whose subtree each agency is in that year. */
async function childrenOf (
  db: Kysely<Database>,
  { under, year }: FindingFilter,
  agencies: string[]
): Promise<Map<string, Child>> {
  const { rows } = await sql<Child & { agency: string }>`
    select f.agency, n.code as child, n.name as child_name
    from unnest(${agencies}::text[]) as f (agency)
    left join (
      agency_ancestor x join agency_period c
        on c.agency = x.ancestor and c.since <= ${year} and c.until >= ${year}
        and ${under === undefined ? sql`c.parent is null` : sql`c.parent = ${under}`}
    ) on x.agency = f.agency and x.since <= ${year} and x.until >= ${year}
    join agency n on n.code = coalesce(c.agency, f.agency)`.execute(db)
  return new Map(rows.map(({ agency, ...child }) => [agency, child]))
}
