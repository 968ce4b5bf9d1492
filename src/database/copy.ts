// COPY: of all ways to add many rows the one that costs least.
import { sql, type Transaction } from 'kysely'
import { COPY } from './connection.ts'
import type { Database } from './types.ts'

/** Adds the rows to a table. They must not be changed before this has ended. */
export async function copyInto (
  trx: Transaction<Database>,
  table: string,
  columns: string[],
  rows: Buffer
): Promise<void> {
  if (rows.length === 0) return
  // The rows are no parameter: the client sends them behind the statement.
  await sql`${sql.raw(COPY)}${sql.table(table)} (${
    sql.join(columns.map(column => sql.ref(column)))
  }) from stdin ${rows}`.execute(trx)
}
