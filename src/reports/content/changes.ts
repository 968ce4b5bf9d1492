// Compares the content of a report before and after a change, for the audit log: cells and texts.
import type { Content } from '../../form/content.ts'
import { type Figure, writeFigure } from '../../form/figures.ts'
import type { Form } from '../../form/form.ts'

export interface ReportContent {
  form: Form
  content: Content
  /** Where the content comes from, for the audit log. */
  source?: Record<string, unknown>
}

/** A figure, the note of a blank cell, or a text; null if nothing was given. */
type Said = Figure | { state: string, raw: string } | string

/**
 * Returns the changes by cell id, and by section or check id with the prefix `sections.` or
 * `explanations.`.
 */
export function diffContent (
  before: ReportContent | null,
  after: ReportContent | null
): Record<string, [before: Said, after: Said]> {
  const [was, is] = [saidBy(before), saidBy(after)]
  const changes: Record<string, [Said, Said]> = {}
  for (const id of new Set([...was.keys(), ...is.keys()])) {
    const pair: [Said, Said] = [was.get(id) ?? null, is.get(id) ?? null]
    if (JSON.stringify(pair[0]) !== JSON.stringify(pair[1])) changes[id] = pair
  }
  return changes
}

function saidBy (held: ReportContent | null): Map<string, Said> {
  if (held === null) return new Map()
  const { form, content: { figures, notes, sections, explanations } } = held
  const said = new Map<string, Said>()
  for (const { id, position, scale } of form.cells) {
    const figure = figures[position - 1] ?? null
    const note = notes[id]
    if (figure !== null) said.set(id, writeFigure(scale, figure))
    else if (note !== undefined) said.set(id, { state: note.state, raw: note.raw })
  }
  for (const [id, text] of Object.entries(sections)) said.set(`sections.${id}`, text)
  for (const [id, text] of Object.entries(explanations)) said.set(`explanations.${id}`, text)
  return said
}
