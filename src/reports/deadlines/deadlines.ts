// The deadline of a report, the agency that set it, and whether the first publication met it. An amendment does not
// count as late.
import { type Kysely, sql } from 'kysely'
import { formatYears } from '../../agencies/periods.ts'
import { findPeriods, lockAgenciesForUpdate } from '../../agencies/tree.ts'
import { type AuditContext, recordEvent } from '../../audit/record.ts'
import { formatTimestamp } from '../../database/clock.ts'
import { inTransaction } from '../../database/transaction.ts'
import type { Database } from '../../database/types.ts'
import type { Fault } from '../../problems/fault.ts'
import { problem, throwIfFaults } from '../../problems/problem.ts'
import type { ReportId } from '../stored-report.ts'
import { dayInChina, firstPublishedAt, formatDay, statutoryDay } from './due.ts'
import { type AppliesTo, Deadline, type NewDeadline } from './schemas.ts'

async function getStatutory (db: Kysely<Database>, { agency, year }: ReportId): Promise<string> {
  const { rows: [row] } = await sql<{ day: string }>`
    select ${formatDay(statutoryDay('p', year))} as day from agency_period p
    where p.agency = ${agency} and p.since <= ${year} and p.until >= ${year}`.execute(db)
  if (row !== undefined) return row.day
  const periods = await findPeriods(db, agency)
  if (periods.length === 0) throw problem('agency-not-found', { agency })
  throw problem('agency-not-in-year', { agency, year, years: formatYears(periods[0]!.since, periods.at(-1)!.until) })
}

interface Local {
  agency: string
  date: string
  applies_to: AppliesTo
}

/**
 * Returns the deadlines set for the report, earliest first: the first one applies. For the same day, the agency's own
 * deadline precedes those of the agencies above it, nearest first.
 */
async function findLocal (db: Kysely<Database>, { agency, year }: ReportId): Promise<Local[]> {
  const { rows } = await sql<Local>`
    select d.agency, ${formatDay(sql`d.date`)} as date, d.applies_to
    from deadline d
    left join agency_ancestor x
      on x.agency = ${agency} and x.ancestor = d.agency and x.since <= ${year} and x.until >= ${year}
    where d.year = ${year} and (d.agency = ${agency} or (d.applies_to = 'subtree' and x.ancestor is not null))
    order by d.date, d.agency = ${agency} desc, (
      select count(*) from agency_ancestor y where y.agency = d.agency and y.since <= ${year} and y.until >= ${year}
    ) desc`.execute(db)
  return rows
}

const FIRST_PUBLISHED_AT = formatTimestamp(sql`first.at`)

/**
 * Returns the deadline, in days of China. For an unpublished report `on_time` is null until the day is over, then
 * false.
 */
export async function getDeadline (db: Kysely<Database>, id: ReportId): Promise<Deadline> {
  const { agency, year } = id
  const statutory = await getStatutory(db, id)
  const { rows: [row] } = await sql<{ published: string | null, day: string }>`
    select ${FIRST_PUBLISHED_AT} as published, ${formatDay(dayInChina(sql`coalesce(first.at, now())`))} as day
    from (select 1) as one left join (
      select ${firstPublishedAt('v')} as at from report_version v
      where v.agency = ${agency} and v.year = ${year} and v.version = 1
    ) as first on true`
    .execute(db)
  const { published, day } = row!
  const set = await findLocal(db, id)
  // The statutory day may have moved forward since, with the agency's kind.
  const first = set.find(({ date }) => date < statutory)
  const own = set.find(deadline => deadline.agency === agency)
  const date = first?.date ?? statutory
  return {
    agency,
    year,
    date,
    statutory,
    local: own?.date ?? null,
    applies_to: own?.applies_to ?? null,
    set_by: first?.agency ?? null,
    first_published_at: published,
    first_published_on: published === null ? null : day,
    on_time: published !== null ? day <= date : day > date ? false : null
  }
}

/** Sets the local date. `created` is true if there was none. */
export async function putDeadline (
  db: Kysely<Database>,
  by: AuditContext,
  id: ReportId,
  { date, applies_to: appliesTo = 'agency' }: NewDeadline
): Promise<{ deadline: Deadline, created: boolean }> {
  const statutory = await getStatutory(db, id)
  const first = `${id.year + 1}-01-01`
  const exists = new Date(`${date}T00:00:00Z`).toISOString().startsWith(date)
  throwIfFaults(
    'body-invalid',
    exists && date >= first && date <= statutory
      ? []
      : [
        {
          pointer: '/date',
          found: date,
          expected: {
            en: `a day from ${first} to the statutory ${statutory}`,
            zh: `${first} 至法定期限 ${statutory} 之间的日期`
          }
        } satisfies Fault
      ]
  )
  const before = await changeLocal(db, by, id, { date, applies_to: appliesTo })
  return { deadline: await getDeadline(db, id), created: before === undefined }
}

/** Deletes the local date, so that the statutory date applies again. */
export async function deleteDeadline (db: Kysely<Database>, by: AuditContext, id: ReportId): Promise<void> {
  await getStatutory(db, id)
  await changeLocal(db, by, id, undefined)
}

/** Sets or deletes the deadline of the agency itself. Returns the previous one. */
async function changeLocal (
  db: Kysely<Database>,
  by: AuditContext,
  { agency, year }: ReportId,
  local: Omit<Local, 'agency'> | undefined
): Promise<Omit<Local, 'agency'> | undefined> {
  return await inTransaction(db, async trx => {
    await lockAgenciesForUpdate(trx, [agency])
    const { rows: [before] } = await sql<Omit<Local, 'agency'>>`
      select ${formatDay(sql`date`)} as date, applies_to from deadline where agency = ${agency} and year = ${year}`
      .execute(trx)
    const dates = [before?.date ?? null, local?.date ?? null]
    const appliesTo = [before?.applies_to ?? 'agency', local?.applies_to ?? 'agency']
    if (dates[0] === dates[1] && appliesTo[0] === appliesTo[1]) return before
    await (local === undefined
      ? sql`delete from deadline where agency = ${agency} and year = ${year}`
      : sql`
        insert into deadline (agency, year, date, applies_to)
        values (${agency}, ${year}, ${local.date}, ${local.applies_to})
        on conflict (agency, year) do update set date = excluded.date, applies_to = excluded.applies_to`).execute(trx)
    await recordEvent(trx, by, {
      kind: 'deadline_changed',
      agency,
      year,
      details: {
        changes: {
          ...dates[0] === dates[1] ? {} : { date: dates },
          ...appliesTo[0] === appliesTo[1] ? {} : { applies_to: appliesTo }
        }
      }
    })
    return before
  })
}
