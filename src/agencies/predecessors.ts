// Which agencies an agency took over.
import type { Kysely } from 'kysely'
import type { Database } from '../database/types.ts'

/**
 * Returns, by agency, the agencies abolished at the end of the year before whose successor it is. The registry does not
 * record successors yet, so there are none.
 */
export async function findPredecessors (
  _db: Kysely<Database>,
  _agencies: string[],
  _year: number
): Promise<Map<string, string[]>> {
  return new Map()
}
