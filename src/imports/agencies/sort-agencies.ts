import type { Transaction } from 'kysely'
import { periodsAfter } from '../../agencies/actions.ts'
import { changesDetails } from '../../agencies/agency-events.ts'
import { findChangeFaults } from '../../agencies/change-faults.ts'
import { formatYears, type Period } from '../../agencies/periods.ts'
import { Agency } from '../../agencies/schemas.ts'
import { findAgencies } from '../../agencies/store.ts'
import { type Database, NO_FIRST_YEAR, NO_LAST_YEAR } from '../../database/types.ts'
import { Problem, problem } from '../../problems/problem.ts'
import { type AgencyImportState, type KnownAgencyRecord, type NewAgencyRecord, rejectAgency } from './agency-run.ts'
import type { SentAgency } from './parse-lines.ts'
import { chunks, findCreditCodes } from './store.ts'

export const cycleProblem = ({ code, period: { parent, since, until } }: NewAgencyRecord) =>
  problem('agency-cycle', { agency: code, parent: parent!, years: formatYears(since, until) }, {
    errors: [{
      pointer: '/parent',
      found: parent,
      expected: { en: 'an agency that is not below it', zh: '不在其下的机关' }
    }]
  })

export const unknownParentProblem = ({ period: { parent } }: NewAgencyRecord) =>
  problem('agency-unknown', { agency: parent! }, {
    errors: [{ pointer: '/parent', found: parent, expected: { en: 'a registered agency', zh: '已登记的机关' } }]
  })

/** Returns the agencies on a cycle, without their descendants. */
export function findCycles (waiting: NewAgencyRecord[]): Set<string> {
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

export async function sortAgencies (
  trx: Transaction<Database>,
  state: AgencyImportState,
  agencies: SentAgency[]
): Promise<{ fresh: NewAgencyRecord[], known: KnownAgencyRecord[] }> {
  const fresh: NewAgencyRecord[] = []
  const known: KnownAgencyRecord[] = []
  for (const some of chunks(agencies)) {
    const registered = await findAgencies(trx, some.map(agency => agency.code))
    for (const agency of some) {
      const { code, change } = agency
      const before = registered.get(code)
      const faults = findChangeFaults(code, change, before)
      if (before !== undefined && state.options.mode === 'create') {
        rejectAgency(
          state,
          agency,
          problem('agency-exists', { agency: code }, {
            errors: [{ pointer: '/code', found: code, expected: { en: 'a new agency', zh: '新机关' } }]
          })
        )
      } else if (faults.length > 0) rejectAgency(state, agency, problem('body-invalid', {}, { errors: faults }))
      else if (before === undefined) fresh.push({ ...agency, period: periodsAfter(change, [])[0]! })
      else if (isNothing(agency, before)) state.counts.unchanged++
      else known.push({ ...agency, before })
    }
  }
  return { fresh: await withoutTaken(trx, state, fresh), known }
}

export const creditCodeTaken = (code: string) =>
  problem('credit-code-taken', { credit_code: code }, {
    errors: [{ pointer: '/credit_code', found: code, expected: { en: 'a code of its own', zh: '唯一的代码' } }]
  })

function isNothing ({ change }: SentAgency, before: Agency): boolean {
  const old = before.periods!.map(({ since, until, name = before.name, ...standing }): Period => ({
    since: since ?? NO_FIRST_YEAR,
    until: until ?? NO_LAST_YEAR,
    ...standing,
    name
  }))
  try {
    return !changesDetails(change, before) && JSON.stringify(periodsAfter(change, old)) === JSON.stringify(old)
  } catch (error) {
    if (error instanceof Problem) return false
    throw error
  }
}

async function withoutTaken (
  trx: Transaction<Database>,
  state: AgencyImportState,
  fresh: NewAgencyRecord[]
): Promise<NewAgencyRecord[]> {
  const taken = await findCreditCodes(trx, fresh.flatMap(({ change }) => change.credit_code ?? []))
  return fresh.filter(entry => {
    const code = entry.change.credit_code
    if (code === undefined || code === null) return true
    if (taken.has(code)) {
      rejectAgency(state, entry, creditCodeTaken(code))
      return false
    }
    taken.set(code, entry.code)
    return true
  })
}
