// Rules of a change of an agency that the schema cannot express and that need no look at other agencies.
import type { Fault } from '../problems/fault.ts'
import { creditCodeCheck } from './credit-code.ts'
import { findNameFaults } from './names.ts'
import type { Agency, AgencyChange } from './schemas.ts'

/** Returns all faults of a change. */
export function findChangeFaults (code: string, change: AgencyChange, before: Agency | undefined): Fault[] {
  const faults: Fault[] = []
  if (change.code !== undefined && change.code !== code) {
    faults.push({
      pointer: '/code',
      found: change.code,
      expected: { en: `${code}, as in the path`, zh: `与路径一致：${code}` }
    })
  }
  if (before === undefined) {
    for (const name of ['name', 'level', 'kind'] as const) {
      if (change[name] === undefined) {
        faults.push({ pointer: `/${name}`, expected: { en: 'it is required for a new agency', zh: '新机关必须给出' } })
      }
    }
    if (change.since && change.until && change.until < change.since) {
      faults.push({
        pointer: '/until',
        found: change.until,
        expected: { en: `not before since, ${change.since}`, zh: `不早于 since：${change.since}` }
      })
    }
  }
  if (change.name !== undefined && change.name !== before?.name) faults.push(...findNameFaults(change.name))
  if (change.credit_code && creditCodeCheck(change.credit_code) !== change.credit_code[17]) {
    faults.push({
      pointer: '/credit_code',
      found: change.credit_code,
      expected: {
        en: `a code whose check character is right: ${creditCodeCheck(change.credit_code)} for these 17 characters`,
        zh: `校验码正确的代码：这 17 位的校验码应为 ${creditCodeCheck(change.credit_code)}`
      }
    })
  }
  if (change.parent === code) {
    faults.push({ pointer: '/parent', found: code, expected: { en: 'another agency', zh: '另一机关' } })
  }
  if (change.successor === code) {
    faults.push({ pointer: '/successor', found: code, expected: { en: 'another agency', zh: '另一机关' } })
  }
  faults.push(...findReadOnlyFaults(change, before))
  return faults
}

function findReadOnlyFaults (change: AgencyChange, before: Agency | undefined): Fault[] {
  const wrong = (['periods', 'names', 'predecessors'] as const).filter(member =>
    change[member] !== undefined && !isAsRead(change[member], before?.[member])
  )
  return wrong.map(member => {
    const source = member === 'predecessors' ? 'successor' : 'since'
    return {
      pointer: `/${member}`,
      expected: {
        en: `as it was read: it is read-only and follows from ${source}`,
        zh: `与读取时一致：只读，由 ${source} 推得`
      }
    }
  })
}

/** Returns whether a read-only list is as it is stored. Clients that know no names of periods may leave them out. */
function isAsRead (sent: object[], stored: object[] | undefined): boolean {
  const known = stored?.map((item, i) =>
    Object.fromEntries(Object.entries(item).filter(([name]) => name !== 'name' || 'name' in (sent[i] ?? {})))
  )
  return JSON.stringify(sent) === JSON.stringify(known)
}
