// Finds what whoever imports a document must be told about it, besides its figures.
import type { Document } from '../../document.ts'
import { problemOf } from '../reading-problems.ts'
import type { ReadingProblem } from '../reading.ts'
import { lineText } from '../report-parts.ts'

const CORRECTION =
  /更正(?:说明|公告|启事|通知|声明|如下|为)|(?:特此|予以|现)更正|勘误|订正(?:说明|如下|为)|(?:笔误|有误|误(?:写|填|为|作)).{0,40}(?:应为|更正|改为|订正|为准)|(?:数|件|量|表).{0,30}应为\d/
const MAX_REMARKS = 20

export function findRemarks (document: Document): ReadingProblem[] {
  const found: ReadingProblem[] = []
  for (const [i, { fields }] of document.lines.entries()) {
    if (found.length >= MAX_REMARKS) break
    if (fields !== null && fields.length > 1) continue
    const text = lineText(document, i)
    if (CORRECTION.test(text)) found.push(problemOf('correction-stated', { line: i + 1, raw: text }))
  }
  for (const { kind, line, name } of document.notices) {
    if (kind === 'embedded') found.push(problemOf('embedded-not-read', { line: Math.max(1, line), raw: name }))
  }
  return found
}
