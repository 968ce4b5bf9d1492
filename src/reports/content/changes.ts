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
 * Returns the changes by cell id, and by section or check id with the prefix `sections.` or `explanations.`. Two
 * contents in the same form are the same if there are none.
 */
export function diffContent (
  before: ReportContent | null,
  after: ReportContent | null
): Record<string, [before: Said, after: Said]> {
  const changes: Record<string, [Said, Said]> = {}
  const compare = (id: string, was: Said, is: Said) => {
    if (!isSame(was, is)) changes[id] = [was, is]
  }
  for (const id of allKeys(before?.form.cell, after?.form.cell)) {
    compare(id, saidInCell(before, id), saidInCell(after, id))
  }
  for (const part of ['sections', 'explanations'] as const) {
    const [was, is] = [before?.content[part] ?? {}, after?.content[part] ?? {}]
    for (const id of Object.keys({ ...was, ...is })) compare(`${part}.${id}`, was[id] ?? null, is[id] ?? null)
  }
  return changes
}

function allKeys (before: Form['cell'] | undefined, after: Form['cell'] | undefined): Iterable<string> {
  return before === undefined || before === after
    ? after?.keys() ?? []
    : new Set([...before.keys(), ...after?.keys() ?? []])
}

function saidInCell (held: ReportContent | null, id: string): Said {
  const cell = held?.form.cell.get(id)
  if (cell === undefined) return null
  const { figures, notes } = held!.content
  const figure = figures[cell.position - 1] ?? null
  if (figure !== null) return writeFigure(cell.scale, figure)
  const note = notes[id]
  return note === undefined ? null : { state: note.state, raw: note.raw }
}

const isSame = (was: Said, is: Said): boolean =>
  was === is ||
  (typeof was === 'object' && typeof is === 'object' && was !== null && is !== null && was.state === is.state &&
    was.raw === is.raw)
