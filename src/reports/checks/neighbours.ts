// Loads what the checks between reports compare a report with: always what is published, whoever asks.
import { type Kysely, sql } from 'kysely'
import { findAbolished } from '../../agencies/successors.ts'
import { type Database, FOR_EVER } from '../../database/types.ts'
import type { Neighbours } from '../../form/between/between.ts'
import type { OtherReport } from '../../form/between/other-forms.ts'
import type { Content } from '../../form/content.ts'
import type { Form } from '../../form/form.ts'
import { readVector } from '../../form/vector.ts'
import { Forms } from '../../forms/forms.ts'
import { findSumsBelow, sumBelow } from './sums-below.ts'

interface Row {
  agency: string
  reporting: string | null
  existed: boolean
  version: number | null
  form: string
  figures: string
  notes: Content['notes']
}

/**
 * An agency in a year. `previous` is empty if one of the reports of last year is not published, and undefined in the
 * first year that has a form: there is nothing to compare with.
 */
interface Standing {
  reporting: string | null
  previous: OtherReport[] | undefined
}

export interface ReportToCompare {
  agency: string
  form: Form
}

/** Returns what the reports of a year are compared with, in their order. */
export async function findNeighbours (
  db: Kysely<Database>,
  forms: Forms,
  reports: ReportToCompare[],
  year: number
): Promise<Neighbours[]> {
  const standings = await findStandings(db, forms, reports.map(({ agency }) => agency), year)
  return await addSumsBelow(db, forms, { reports, year, standings })
}

/** Adds the sums below the agencies whose reports are summaries. */
export async function addSumsBelow (
  db: Kysely<Database>,
  forms: Forms,
  { reports, year, standings }: { reports: ReportToCompare[], year: number, standings: Map<string, Standing> }
): Promise<Neighbours[]> {
  const summaries = reports.filter(({ agency }) => standings.get(agency)?.reporting === 'consolidated')
  const sums = await findSumsBelow(db, forms, summaries.map(({ agency }) => agency), year)
  return await Promise.all(reports.map(async ({ agency, form }): Promise<Neighbours> => {
    const { previous } = standings.get(agency)!
    const below = sums.get(agency)
    return below === undefined ? { previous } : { previous, below: await sumBelow(db, form, { agency, year }, below) }
  }))
}

/** Returns how the agencies report in a year, and their published reports of the year before. */
export async function findStandings (
  db: Kysely<Database>,
  forms: Forms,
  agencies: string[],
  year: number
): Promise<Map<string, Standing>> {
  const predecessors = await findAbolished(db, agencies, year)
  const rows = await findRows(db, [...new Set([...agencies, ...[...predecessors.values()].flat()])], year)
  const byAgency = new Map(rows.map(row => [row.agency, row]))
  return new Map(agencies.map((agency): [string, Standing] => {
    const own = byAgency.get(agency)!
    if (year <= forms.firstYear) return [agency, { reporting: own.reporting, previous: undefined }]
    const before = predecessors.get(agency) ?? []
    const needed = before.length === 0 || own.existed ? [agency, ...before] : before
    const found = needed.flatMap(code => reportOf(forms, byAgency.get(code)!, year - 1))
    return [agency, { reporting: own.reporting, previous: found.length === needed.length ? found : [] }]
  }))
}

async function findRows (db: Kysely<Database>, agencies: string[], year: number): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select a.agency, p.reporting, v.version, v.form, v.figures, v.notes,
           exists (
             select from agency_period b
             where b.agency = a.agency and b.since <= ${year - 1} and b.until >= ${year - 1}
           ) as existed
    from unnest(${agencies}::text[]) as a (agency)
    left join agency_period p on p.agency = a.agency and p.since <= ${year} and p.until >= ${year}
    left join report_version v on v.agency = a.agency and v.year = ${year - 1} and v.public_until = ${FOR_EVER}`
    .execute(db)
  return rows
}

const reportOf = (forms: Forms, { agency, version, form, figures, notes }: Row, year: number): OtherReport[] =>
  version === null
    ? []
    : [{
      agency,
      year,
      version,
      form: forms.get(form),
      content: { figures: readVector(figures), notes, sections: {}, explanations: {} }
    }]
