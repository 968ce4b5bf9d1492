// What reading a document gives: the report it states, where each figure stands, and what could not be read.
import type { Content } from '../../form/content.ts'
import type { Form } from '../../form/form.ts'
import type { Text } from '../../problems/fault.ts'

/** Where a cell's figure stands, the text there, and how it became the figure. */
export interface Source {
  /** From 1. */
  line: number
  /** In the text of the document. */
  start: number
  end: number
  /** Where the document has tables: from 1. */
  table: number | null
  row: number | null
  column: number | null
  raw: string
  /** In their order, as `trim`, `full_width`, `thousands_separator`, `unit`, `sign_word`, `zero_under_heading`. */
  steps: string[]
}

export interface ReadingProblem {
  /** Kebab case, as `ambiguous-figures`. */
  code: string
  table: string | null
  row: string | null
  column: string | null
  line: number | null
  raw: string | null
  message: Text
}

export interface Reading {
  form: Form
  content: Content
  /** By cell id: each cell that was read, was blank or not applicable, or could not be read where it stands. */
  sources: Record<string, Source>
  problems: ReadingProblem[]
  /** Counts of the form's cells; they add to the number of cells. `unreadable` counts unknown units, too. */
  cells: { read: number, blank: number, not_applicable: number, unreadable: number, missing: number }
  /** The reading's figures are in the form's stored integers (`content.figures`). */
  year: number | null
  agency_name: string | null
}

/** No report can be taken from the document: `why` tells it, problems with their lines. */
export interface Refusal {
  refused: ReadingProblem[]
}
