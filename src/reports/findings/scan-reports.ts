// Runs the checks of many reports, in batches in the order of their agencies. Nothing is stored: a finding is always
// that of the reports as they are.
import { type Kysely, type RawBuilder, sql } from 'kysely'
import { setImmediate } from 'node:timers/promises'
import { WHOLE_REGISTRY } from '../../auth/actor.ts'
import { isCovered } from '../../auth/coverage.ts'
import { type Database, FOR_EVER } from '../../database/types.ts'
import { type Finding, runChecks } from '../../form/checks.ts'
import type { Content } from '../../form/content.ts'
import { readVector } from '../../form/vector.ts'
import { Forms } from '../../forms/forms.ts'
import { findNeighbours } from '../checks/neighbours.ts'
import type { Status } from '../workflow/transitions.ts'

export interface FindingFilter {
  year: number
  under?: string | undefined
  /** Id of a check, or the beginning of several ids. */
  check?: string | undefined
  severity?: Finding['severity'] | undefined
  outcome?: Finding['outcome'] | undefined
  explained?: boolean | undefined
  /** The subtree whose reports are checked in their working state; null for none. */
  workingIn: string | null
}

export interface ScannedReport {
  agency: string
  agency_name: string
  version: number | null
  status: Status
  form: string
  findings: Finding[]
}

/** The reports of one batch. `last` is the last agency that was looked at. */
export interface Batch {
  reports: ScannedReport[]
  last: string
}

interface Row {
  agency: string
  agency_name: string
  version: number | null
  status: Status
  form: string
  figures: string
  notes: Content['notes']
  sections: Content['sections']
  explanations: Content['explanations']
}

/** Agencies of the first batch and of later ones. Small batches keep other requests waiting for less time. */
const FIRST_BATCH = 50
const MAX_BATCH = 200
/** Reports checked before other requests get a turn. */
const REPORTS_PER_TURN = 20

/** Yields the reports of the agencies after `after`, or from it on if `isIncluded`. */
export async function* scanReports (
  db: Kysely<Database>,
  forms: Forms,
  filter: FindingFilter,
  after: string,
  isIncluded: boolean
): AsyncGenerator<Batch> {
  const wanted = wantedChecks(forms, filter)
  let from = isIncluded ? sql`>= ${after}` : sql`> ${after}`
  for (let size = FIRST_BATCH;; size = MAX_BATCH) {
    const agencies = await agenciesFrom(db, filter, from, size)
    if (agencies.length > 0) {
      yield { reports: await checkBatch(db, forms, filter, agencies, wanted), last: agencies.at(-1)! }
    }
    if (agencies.length < size) return
    from = sql`> ${agencies.at(-1)!}`
  }
}

/** Returns the ids of the checks that the filter selects, by form. */
function wantedChecks (forms: Forms, { check, severity }: FindingFilter): Map<string, Set<string>> {
  return new Map(forms.all.map(form => [
    form.id,
    new Set(
      [...form.checks, ...form.between].filter(one =>
        (check === undefined || one.id === check || one.id.startsWith(`${check}.`)) &&
        (severity === undefined || one.severity === severity)
      ).map(({ id }) => id)
    )
  ]))
}

async function agenciesFrom (
  db: Kysely<Database>,
  { under = WHOLE_REGISTRY, year }: FindingFilter,
  from: RawBuilder<unknown>,
  limit: number
): Promise<string[]> {
  const { rows } = await sql<{ agency: string }>`
    select agency from (
      select agency from agency_ancestor
      where ancestor = ${under} and since <= ${year} and until >= ${year} and agency ${from}
      union all
      select agency from agency_period
      where agency = ${under} and since <= ${year} and until >= ${year} and agency ${from}
    ) as below order by agency limit ${limit}`.execute(db)
  return rows.map(row => row.agency)
}

async function checkBatch (
  db: Kysely<Database>,
  forms: Forms,
  filter: FindingFilter,
  agencies: string[],
  wanted: Map<string, Set<string>>
): Promise<ScannedReport[]> {
  const { year, outcome, explained } = filter
  // From one snapshot: both sides of a finding were published at the same time.
  const { rows, neighbours } = await db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only')
    .execute(async trx => {
      const rows = await findRows(trx, filter, agencies)
      const isBetween = rows.some(({ form }) => forms.get(form).between.some(({ id }) => wanted.get(form)!.has(id)))
      const neighbours = isBetween
        ? await findNeighbours(trx, forms, rows.map(({ agency, form }) => ({ agency, form: forms.get(form) })), year)
        : []
      return { rows, neighbours }
    })
  const reports: ScannedReport[] = []
  for (const [i, { figures, notes, sections, explanations, ...report }] of rows.entries()) {
    if (i % REPORTS_PER_TURN === 0) await setImmediate()
    const content = { figures: readVector(figures), notes, sections, explanations }
    const { findings } = runChecks(forms.get(report.form), content, neighbours[i], wanted.get(report.form))
    reports.push({
      ...report,
      findings: findings.filter(finding =>
        (outcome === undefined || finding.outcome === outcome) &&
        (explained === undefined || (finding.explanation !== undefined) === explained)
      )
    })
  }
  return reports
}

const CONTENT = sql`figures, notes, sections, explanations`

async function findRows (
  db: Kysely<Database>,
  { year, workingIn }: FindingFilter,
  agencies: string[]
): Promise<Row[]> {
  const published = sql`
    select v.agency, v.version, 'published' as status, v.form, ${CONTENT}
    from report_version v
    where v.agency = any(${agencies}) and v.year = ${year} and v.public_until = ${FOR_EVER}`
  const reports = workingIn === null
    ? published
    : sql`
      select r.agency, r.version, r.status, r.form, coalesce(r.figures, v.figures) as figures,
             coalesce(r.notes, v.notes) as notes, coalesce(r.sections, v.sections) as sections,
             coalesce(r.explanations, v.explanations, '{}') as explanations
      from report r
      left join report_version v
        on r.figures is null and v.agency = r.agency and v.year = r.year and v.version = r.version
      where r.agency = any(${agencies}) and r.year = ${year} and r.status <> 'withdrawn'
        and ${isCovered(workingIn, sql`r.agency`, sql`${year}::integer`)}
      union all
      ${published} and not ${isCovered(workingIn, sql`v.agency`, sql`${year}::integer`)}`
  const { rows } = await sql<Row>`
    select r.*, p.name as agency_name
    from (${reports}) as r
    join agency_period p on p.agency = r.agency and p.since <= ${year} and p.until >= ${year}
    order by r.agency`.execute(db)
  return rows
}
