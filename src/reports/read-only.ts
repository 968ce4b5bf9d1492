// The read-only members of a report.
import type { Fault } from '../problems/fault.ts'
import { Report, ReportDraft } from './schemas.ts'

export const READ_ONLY = [
  'agency',
  'year',
  'status',
  'version',
  'revision',
  'published_at',
  'amendment_reason',
  'reason',
  'remarks',
  'allowed_transitions'
] as const

/**
 * Returns a fault for each read-only member that differs: the response of GET may be sent back, with these members
 * unchanged.
 */
export function readOnlyFaults (body: ReportDraft, report: Report): Fault[] {
  return READ_ONLY.flatMap((name): Fault[] => {
    const [sent, present] = [JSON.stringify(body[name]), JSON.stringify(report[name])]
    if (sent === undefined || sent === present) return []
    return [{
      pointer: `/${name}`,
      found: body[name],
      expected: present === undefined
        ? { en: 'nothing here: read-only', zh: '此处不应有内容：只读' }
        : { en: `${present}, as it is: read-only`, zh: `保持现值 ${present}：只读` }
    }]
  })
}
