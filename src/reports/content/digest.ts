// The digest of a report's content, for the audit log.
import { hash } from 'node:crypto'
import type { Content } from '../../form/content.ts'
import { writeVector } from '../../form/vector.ts'
import type { ReportContent } from './changes.ts'

export const contentDigest = ({ form, content: { figures, ...texts } }: ReportContent): string =>
  digestOfStored(form.id, writeVector(figures), texts)

/**
 * Returns the digest of a content, independent of the order of its notes and texts. `vector` is as stored. A content
 * without explanations has the digest that it had before there were any.
 */
export function digestOfStored (
  form: string,
  vector: string,
  { notes, sections, explanations }: Omit<Content, 'figures'>
): string {
  const said = JSON.stringify([
    sorted(notes).map(([id, { state, raw }]) => [id, state, raw]),
    sorted(sections),
    ...(Object.keys(explanations).length === 0 ? [] : [sorted(explanations)])
  ])
  return hash('sha256', `[${JSON.stringify(form)},[${vector.slice(1, -1)}],${said.slice(1)}`)
}

const sorted = <Value>(members: Record<string, Value>): [string, Value][] =>
  Object.entries(members).sort(([a], [b]) => a < b ? -1 : 1)
