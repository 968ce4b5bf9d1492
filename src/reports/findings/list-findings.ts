// The findings of many reports as one list, in the order of agency and check.
import type { Kysely } from 'kysely'
import type { Database } from '../../database/types.ts'
import { Forms } from '../../forms/forms.ts'
import { type FindingFilter, type ScannedReport, scanReports } from './scan-reports.ts'
import type { ReportFinding } from './schemas.ts'

/** Where a page begins: after a check of an agency, or after all of its checks if `check` is null. */
export type FindingKey = [agency: string, check: string | null]

/** Reports checked for one page. A rare finding in a large subtree takes several pages. */
const MAX_REPORTS = 5000

/** Returns one page, and where the next one begins; null if there is none. */
export async function listFindings (
  db: Kysely<Database>,
  forms: Forms,
  filter: FindingFilter,
  after: FindingKey | undefined,
  limit: number
): Promise<{ items: ReportFinding[], next: FindingKey | null }> {
  const items: ReportFinding[] = []
  let reports = 0
  for await (const batch of findingBatches(db, forms, filter, after)) {
    reports += batch.reports
    items.push(...batch.items)
    if (items.length > limit) {
      const shown = items.slice(0, limit)
      const { agency, check } = shown.at(-1)!
      return { items: shown, next: [agency, check] }
    }
    if (reports >= MAX_REPORTS) return { items, next: [batch.last, null] }
  }
  return { items, next: null }
}

/** Yields the findings in batches; for a list of any length in little memory. */
export async function* findingBatches (
  db: Kysely<Database>,
  forms: Forms,
  filter: FindingFilter,
  after?: FindingKey
): AsyncGenerator<{ items: ReportFinding[], reports: number, last: string }> {
  const [agency, check] = after ?? ['', null]
  for await (const { reports, last } of scanReports(db, forms, filter, agency, check !== null)) {
    yield {
      items: reports.flatMap(report =>
        findingsOf(filter.year, report, check !== null && report.agency === agency ? indexOf(forms, report, check) : -1)
      ),
      reports: reports.length,
      last
    }
  }

  function findingsOf (
    year: number,
    { findings, form, ...report }: ScannedReport,
    past: number
  ): ReportFinding[] {
    return findings
      .filter(({ check }) => past < 0 || indexOf(forms, { form }, check) > past)
      .map(finding => ({ ...report, year, ...finding }))
  }
}

const indexes = new WeakMap<Set<string>, Map<string, number>>()

/** The position of a check among those of the form, the order of findings. */
function indexOf (forms: Forms, { form }: { form: string }, check: string): number {
  const { checkIds } = forms.get(form)
  let index = indexes.get(checkIds)
  if (index === undefined) indexes.set(checkIds, index = new Map([...checkIds].map((id, i) => [id, i])))
  return index.get(check) ?? -1
}
