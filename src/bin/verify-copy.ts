// Verification after restore and transfer.
import type { Kysely } from 'kysely'
import { verifyTotals } from '../aggregates/verify.ts'
import { verifyEvents } from '../audit/events/verify.ts'
import type { Database } from '../database/types.ts'
import { Forms } from '../forms/forms.ts'
import { readForms } from '../forms/load-forms.ts'

/** Verifies the totals and the audit log of the target. Throws an Error on any difference. */
export async function verifyCopy (db: Kysely<Database>): Promise<void> {
  const { totals, differences } = await verifyTotals(db, new Forms(await readForms()))
  for (const difference of differences.slice(0, 50)) console.log(difference)
  console.log(`totals: ${totals} rows recomputed, ${differences.length} differ`)
  const { ok, events, faults, checkpoint } = await verifyEvents(db)
  console.log(
    `audit log: ${events} events, ${faults.length} faults${
      checkpoint === null ? '' : `; up to ${checkpoint.seq} the running hash is ${checkpoint.hash}`
    }`
  )
  if (!ok || differences.length > 0) {
    throw new Error('The copy is complete, but does not verify: verify the registry that it was made from, too.')
  }
}
