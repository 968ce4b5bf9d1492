// Why a group has no value, and what its coverage is, in words.
import type { Language } from '../../problems/fault.ts'
import type { Group } from '../schemas.ts'

export type Reason = 'missing' | 'not_comparable' | 'blank' | 'undefined'

export const REASONS: Record<Reason, Record<Language, string>> = {
  missing: { zh: '缺报', en: 'no report' },
  not_comparable: { zh: '不可比', en: 'not comparable' },
  blank: { zh: '空白', en: 'blank' },
  undefined: { zh: '无法计算', en: 'undefined' }
}

/** Returns why the value is null: no report, another form, only blank cells, or a quotient that has no divisor. */
export function reasonOf (group: Group | undefined, id: string): Reason {
  if (group === undefined || group.coverage.included === 0) return 'missing'
  // It has a value, but no change against the year before.
  if ((group.values[id] ?? null) !== null) return 'undefined'
  if (group.not_comparable?.includes(id) === true) return 'not_comparable'
  return (group.blank[id] ?? 0) > 0 ? 'blank' : 'undefined'
}

/** Returns what the groups cover together. */
export function coverageText (groups: Group[], language: Language): string {
  const included = groups.reduce((sum, { coverage }) => sum + coverage.included, 0)
  if (groups.some(({ coverage }) => coverage.expected === null)) {
    return language === 'zh'
      ? `计入报告 ${included} 份；按格式筛选时应报数不可知。`
      : `${included} reports included; what is expected is not known by form.`
  }
  const expected = groups.reduce((sum, { coverage }) => sum + coverage.expected!, 0)
  return language === 'zh'
    ? `应报 ${expected} 份，计入 ${included} 份，缺报 ${expected - included} 份。`
    : `${expected} reports expected, ${included} included, ${expected - included} missing.`
}
