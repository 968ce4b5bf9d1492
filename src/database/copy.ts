// COPY, the cheapest way to insert many rows.
import { sql, type Transaction } from 'kysely'
import { COPY } from './connection.ts'
import type { Database } from './types.ts'

/** Copies the rows into a table. The buffer must not change before this resolves. */
export async function copyInto (
  trx: Transaction<Database>,
  table: string,
  columns: string[],
  rows: Buffer
): Promise<void> {
  if (rows.length === 0) return
  // The rows are not a parameter: the client sends them after the statement.
  const names = sql.join(columns.map(column => sql.ref(column)))
  await sql`${sql.raw(COPY)}${sql.table(table)} (${names}) from stdin ${rows}`.execute(trx)
}
