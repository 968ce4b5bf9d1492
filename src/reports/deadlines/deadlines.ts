// The deadline of a report, and whether its first publication met it: an amendment does not make it late.
import { type Kysely, sql } from 'kysely'
import { formatYears, type Period } from '../../agencies/periods.ts'
import { findAgency } from '../../agencies/store.ts'
import { findPeriod, findPeriods, lockAgenciesForUpdate } from '../../agencies/tree.ts'
import { type AuditContext, recordEvent } from '../../audit/record.ts'
import { formatTimestamp } from '../../database/clock.ts'
import { inTransaction } from '../../database/transaction.ts'
import type { Database } from '../../database/types.ts'
import type { Fault } from '../../problems/fault.ts'
import { problem, throwIfFaults } from '../../problems/problem.ts'
import type { ReportId } from '../stored-report.ts'
import { Deadline } from './schemas.ts'

/** 政府信息公开条例, article 49: dates in the year after the reporting year. The first rule that applies decides. */
const STATUTORY: { applies: (standing: Period) => boolean, date: string }[] = [
  { applies: ({ kind, level }) => kind === 'government' && level !== 'township', date: '03-31' },
  { applies: () => true, date: '01-31' }
]

const statutoryDate = (standing: Period, year: number) =>
  `${year + 1}-${STATUTORY.find(({ applies }) => applies(standing))!.date}`

async function getStatutory (db: Kysely<Database>, { agency, year }: ReportId): Promise<string> {
  const standing = await findPeriod(db, agency, year)
  if (standing !== undefined) return statutoryDate(standing, year)
  if (!await findAgency(db, agency)) throw problem('agency-not-found', { agency })
  const periods = await findPeriods(db, agency)
  throw problem('agency-not-in-year', { agency, year, years: formatYears(periods[0]!.since, periods.at(-1)!.until) })
}

const FIRST_PUBLISHED_AT = formatTimestamp(sql`first.published_at`)

/**
 * Returns the deadline, in days of China. For an unpublished report `on_time` is null until the day is over, then
 * false.
 */
export async function getDeadline (db: Kysely<Database>, id: ReportId): Promise<Deadline> {
  const { agency, year } = id
  const statutory = await getStatutory(db, id)
  const { rows: [row] } = await sql<{ local: string | null, published: string | null, day: string }>`
    select to_char((select date from deadline where agency = ${agency} and year = ${year}), 'YYYY-MM-DD') as local,
           ${FIRST_PUBLISHED_AT} as published,
           to_char(coalesce(first.published_at, now()) at time zone 'Asia/Shanghai', 'YYYY-MM-DD') as day
    from (select min(published_at) as published_at from report_version where agency = ${agency} and year = ${year}) as first`
    .execute(db)
  const { local, published, day } = row!
  // The earlier date applies: the statutory date may have moved forward since, with the agency's kind.
  const date = local !== null && local < statutory ? local : statutory
  return {
    agency,
    year,
    date,
    statutory,
    local,
    first_published_at: published,
    on_time: published !== null ? day <= date : day > date ? false : null
  }
}

/** Sets the local date. `created` is true if there was none. */
export async function putDeadline (
  db: Kysely<Database>,
  by: AuditContext,
  id: ReportId,
  date: string
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
  const before = await changeLocal(db, by, id, date)
  return { deadline: await getDeadline(db, id), created: before === null }
}

/** Deletes the local date, so that the statutory date applies again. */
export async function deleteDeadline (db: Kysely<Database>, by: AuditContext, id: ReportId): Promise<void> {
  await getStatutory(db, id)
  await changeLocal(db, by, id, null)
}

/** Sets or deletes the local date. Returns the previous one. */
async function changeLocal (
  db: Kysely<Database>,
  by: AuditContext,
  { agency, year }: ReportId,
  date: string | null
): Promise<string | null> {
  return await inTransaction(db, async trx => {
    await lockAgenciesForUpdate(trx, [agency])
    const { rows: [row] } = await sql<
      { date: string }
    >`select to_char(date, 'YYYY-MM-DD') as date from deadline where agency = ${agency} and year = ${year}`.execute(trx)
    const before = row?.date ?? null
    if (before === date) return before
    await (date === null
      ? sql`delete from deadline where agency = ${agency} and year = ${year}`
      : sql`insert into deadline (agency, year, date) values (${agency}, ${year}, ${date}) on conflict on constraint deadline_pkey do update set date = excluded.date`)
      .execute(trx)
    await recordEvent(trx, by, {
      kind: 'deadline_changed',
      agency,
      year,
      details: { changes: { date: [before, date] } }
    })
    return before
  })
}
