// The sum of the `own` reports below an agency, from the maintained totals.
import { type Kysely, sql } from 'kysely'
import { type Database, FOR_EVER } from '../../database/types.ts'
import type { SumBelow } from '../../form/between/between.ts'
import { addForms, type SumOfForm } from '../../form/between/other-forms.ts'
import type { Form } from '../../form/form.ts'
import { Forms } from '../../forms/forms.ts'
import type { ReportId } from '../stored-report.ts'

export interface Coverage {
  expected: number
  included: number
  missing: number
}

/** Sums of the published reports below an agency, one of each form. */
export interface SumsBelow {
  sums: SumOfForm[]
  coverage: Coverage
}

interface Row {
  agency: string
  expected: number
  form: string | null
  reports: number
  figures: number[]
  present: number[]
}

/** Returns the sums below each agency, whole subtree, by agency. */
export async function findSumsBelow (
  db: Kysely<Database>,
  forms: Forms,
  agencies: string[],
  year: number
): Promise<Map<string, SumsBelow>> {
  const found = new Map<string, SumsBelow>()
  if (agencies.length === 0) return found
  const { rows } = await sql<Row>`
    select a.agency, t.form, t.reports, t.figures, t.present,
           (select coalesce(sum(e.change), 0)::integer from expected e
            where e.agency = a.agency and e.year <= ${year}) as expected
    from unnest(${agencies}::text[]) as a (agency)
    left join total t
      on t.agency = a.agency and t.year = ${year} and t.level = '' and t.kind = '' and t.reports > 0`.execute(db)
  for (const { agency, expected, form, reports, figures, present } of rows) {
    const below = found.get(agency) ?? { sums: [], coverage: { expected, included: 0, missing: expected } }
    found.set(agency, below)
    if (form === null) continue
    below.sums.push({ form: forms.get(form), reports, figures, present })
    below.coverage.included += reports
    below.coverage.missing -= reports
  }
  return found
}

/** Returns the sum that a check compares with: unknown in cells that a report could not state. */
export async function sumBelow (
  db: Kysely<Database>,
  form: Form,
  id: ReportId,
  { sums, coverage }: SumsBelow
): Promise<SumBelow> {
  const cells = addForms(form, sums)
  // Incomplete sums are compared with nothing.
  const unread = coverage.missing > 0 ? [] : await countUnread(db, form, id, sums)
  return { ...coverage, figures: cells.map(({ sum }, i) => (unread[i] ?? 0) > 0 ? null : sum) }
}

/**
 * Counts, for each cell of the form, the figures below that are neither there nor blank: unreadable or in an absent
 * row.
 */
export async function countUnread (
  db: Kysely<Database>,
  form: Form,
  id: ReportId,
  sums: SumOfForm[]
): Promise<number[]> {
  if (addForms(form, sums).every(({ blank }) => blank === 0)) return form.cells.map(() => 0)
  return addForms(form, await findUnread(db, id, sums)).map(({ sum }) => sum ?? 0)
}

async function findUnread (db: Kysely<Database>, { agency, year }: ReportId, sums: SumOfForm[]): Promise<SumOfForm[]> {
  const { rows } = await sql<{ form: string, cell: string, blanks: number }>`
    select v.form, note.key as cell, count(*)::integer as blanks
    from agency_ancestor x
    join agency_period p on p.agency = x.agency and p.since <= ${year} and p.until >= ${year} and p.reporting = 'own'
    join report_version v on v.agency = x.agency and v.year = ${year} and v.public_until = ${FOR_EVER}
    cross join jsonb_each(v.notes) as note
    where x.ancestor = ${agency} and x.since <= ${year} and x.until >= ${year}
      and note.value ->> 'state' in ('blank', 'not_applicable')
    group by v.form, note.key`.execute(db)
  const blanks = new Map(rows.map(row => [`${row.form} ${row.cell}`, row.blanks]))
  return sums.map(({ form, reports, present }) => ({
    form,
    reports,
    figures: form.cells.map(({ id }, i) => reports - (present[i] ?? 0) - (blanks.get(`${form.id} ${id}`) ?? 0)),
    present: form.cells.map(() => reports)
  }))
}
