// The day on which a report is due, as SQL. Of an agency's own deadline, those of the agencies above it for their
// subtrees, and the statutory day, the earliest holds.
import { type RawBuilder, sql } from 'kysely'

/** Returns the statutory day of an agency with the columns `kind` and `level` (政府信息公开条例, article 49). */
export const statutoryDay = (agency: string, year: number): RawBuilder<unknown> =>
  sql`
    case when ${sql.ref(`${agency}.kind`)} = 'government' and ${sql.ref(`${agency}.level`)} <> 'township'
      then make_date(${year + 1}::integer, 3, 31) else make_date(${year + 1}::integer, 1, 31) end`

/** Returns the calendar day of a timestamp in China. */
export const dayInChina = (moment: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`(${moment} at time zone 'Asia/Shanghai')::date`

/**
 * Returns when a report was first published, from the row of its first version: the beginning of the day that was
 * stated for it, or else the moment that the registry recorded.
 */
export const firstPublishedAt = (first: string): RawBuilder<unknown> =>
  sql`
    coalesce(
      ${sql.ref(`${first}.published_on`)}::timestamp at time zone 'Asia/Shanghai', ${sql.ref(`${first}.published_at`)})`

export const formatDay = (day: RawBuilder<unknown>) => sql<string>`to_char(${day}, 'YYYY-MM-DD')`
