// What filers say about findings, by check id.
import { atPointer, type Fault, isObject } from '../problems/fault.ts'
import { LINES_NOT_BLANK, PATTERN_TEXTS } from '../problems/text-patterns.ts'
import type { Form } from './form.ts'

export const MAX_EXPLANATION_LENGTH = 2000
const TEXT = new RegExp(LINES_NOT_BLANK)

/** Parses the member `explanations` of a report. */
export function readExplanations (form: Form, wire: unknown, faults: Fault[]): Record<string, string> {
  const place = atPointer('/explanations')
  const explanations: Record<string, string> = {}
  if (wire === undefined) return explanations
  if (!isObject(wire)) {
    faults.push({ ...place(), found: wire, expected: { zh: '对象', en: 'an object' } })
    return explanations
  }
  for (const [id, text] of Object.entries(wire)) {
    if (!form.checkIds.has(id)) {
      faults.push({
        ...place(id),
        found: id,
        expected: { zh: `${form.id} 版格式中的校验编号`, en: `the id of a check of the form ${form.id}` },
        candidates: [...form.checkIds]
      })
    } else if (typeof text !== 'string' || text.length > MAX_EXPLANATION_LENGTH || !TEXT.test(text)) {
      const { zh, en } = PATTERN_TEXTS[LINES_NOT_BLANK]!
      faults.push({
        ...place(id),
        found: text,
        expected: {
          zh: `${zh}；不超过 ${MAX_EXPLANATION_LENGTH} 字`,
          en: `${en}; at most ${MAX_EXPLANATION_LENGTH} characters`
        }
      })
    } else explanations[id] = text
  }
  return explanations
}

/** Returns those whose check the form has: a file of figures may replace a draft by one in another form. */
export const keepExplanations = (form: Form, explanations: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(explanations).filter(([id]) => form.checkIds.has(id)))
