import type { Transaction } from 'kysely'
import { faultsOf, periodsAfter } from '../../agencies/actions.ts'
import { changesDetails } from '../../agencies/agency-events.ts'
import { type Period, showYears } from '../../agencies/periods.ts'
import { Agency } from '../../agencies/schemas.ts'
import { findAgencies } from '../../agencies/store.ts'
import { type Database, FROM_EVER, UNTIL_FURTHER_NOTICE } from '../../database/types.ts'
import { Problem, problem } from '../../problems/problem.ts'
import type { Run } from '../bulk/import-state.ts'
import { type Fresh, type Known, refuse } from './agency-run.ts'
import type { SentAgency } from './parse-lines.ts'
import { chunks, findCreditCodes } from './store.ts'

export const cycle = ({ code, period: { parent, since, until } }: Fresh) =>
  problem('agency-cycle', { agency: code, parent: parent!, years: showYears(since, until) }, {
    errors: [{
      pointer: '/parent',
      found: parent,
      expected: { en: 'an agency that is not below it', zh: '不在其下的机关' }
    }]
  })

export const unknownParent = ({ period: { parent } }: Fresh) =>
  problem('agency-unknown', { agency: parent! }, {
    errors: [{ pointer: '/parent', found: parent, expected: { en: 'a registered agency', zh: '已登记的机关' } }]
  })

/** Those that stand on a circle themselves: what hangs below one waits for its parent. */
export function circled (waiting: Fresh[]): Set<string> {
  const parents = new Map(waiting.map(({ code, period }) => [code, period.parent]))
  const passed = new Set<string>()
  const found = new Set<string>()
  for (const { code } of waiting) {
    const path = new Set<string>()
    let at: string | null | undefined = code
    for (; typeof at === 'string' && parents.has(at) && !passed.has(at); at = parents.get(at)) {
      passed.add(at)
      path.add(at)
    }
    if (typeof at !== 'string' || !path.has(at)) continue
    for (let on = at; !found.has(on); on = parents.get(on)!) found.add(on)
  }
  return found
}

export async function sort (
  trx: Transaction<Database>,
  run: Run,
  agencies: SentAgency[]
): Promise<{ fresh: Fresh[], known: Known[] }> {
  const fresh: Fresh[] = []
  const known: Known[] = []
  for (const some of chunks(agencies)) {
    const registered = await findAgencies(trx, some.map(agency => agency.code))
    for (const agency of some) {
      const { code, change } = agency
      const before = registered.get(code)
      const faults = faultsOf(code, change, before)
      if (before !== undefined && run.options.mode === 'create') {
        refuse(
          run,
          agency,
          problem('agency-exists', { agency: code }, {
            errors: [{ pointer: '/code', found: code, expected: { en: 'a new agency', zh: '新机关' } }]
          })
        )
      } else if (faults.length > 0) refuse(run, agency, problem('body-invalid', {}, { errors: faults }))
      else if (before === undefined) fresh.push({ ...agency, period: periodsAfter(change, [])[0]! })
      else if (isNothing(agency, before)) run.counts.unchanged++
      else known.push({ ...agency, before })
    }
  }
  return { fresh: await withoutTaken(trx, run, fresh), known }
}

export const creditCodeTaken = (code: string) =>
  problem('credit-code-taken', { credit_code: code }, {
    errors: [{ pointer: '/credit_code', found: code, expected: { en: 'a code of its own', zh: '唯一的代码' } }]
  })

function isNothing ({ change }: SentAgency, before: Agency): boolean {
  const old = before.periods!.map(({ since, until, ...standing }): Period => ({
    since: since ?? FROM_EVER,
    until: until ?? UNTIL_FURTHER_NOTICE,
    ...standing
  }))
  try {
    return !changesDetails(change, before) && JSON.stringify(periodsAfter(change, old)) === JSON.stringify(old)
  } catch (error) {
    if (error instanceof Problem) return false
    throw error
  }
}

async function withoutTaken (trx: Transaction<Database>, run: Run, fresh: Fresh[]): Promise<Fresh[]> {
  const taken = await findCreditCodes(trx, fresh.flatMap(({ change }) => change.credit_code ?? []))
  return fresh.filter(entry => {
    const code = entry.change.credit_code
    if (code === undefined || code === null) return true
    if (taken.has(code)) {
      refuse(run, entry, creditCodeTaken(code))
      return false
    }
    taken.set(code, entry.code)
    return true
  })
}
