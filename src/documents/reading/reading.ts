// The result of reading a document: the report, the source of each figure, and what could not be read.
import type { Content } from '../../form/content.ts'
import type { Form } from '../../form/form.ts'
import type { Text } from '../../problems/fault.ts'

/** Where the figure of a cell comes from, its text, and how the text became the figure. */
export interface Source {
  /** From 1. */
  line: number
  /** Offsets into the text of the document. */
  start: number
  end: number
  /** From 1; null if the document has no grid. */
  table: number | null
  row: number | null
  column: number | null
  /** Of a PDF: the page, from 1, and the box around the text in points from the upper left corner of the page. */
  page?: number
  box?: [left: number, top: number, right: number, bottom: number]
  raw: string
  /** Conversions in order, such as `plain_characters`, `thousands_separator`, `unit_in_cell`, `from_heading`. */
  steps: string[]
}

export interface ReadingProblem {
  /** A code such as `figures-not-aligned`. */
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
  /** By cell id, for every cell found in the document, readable or not. */
  sources: Record<string, Source>
  problems: ReadingProblem[]
  /** Number of cells by state; they add up to the cells of the form. `unreadable` includes unknown units. */
  cells: { read: number, blank: number, not_applicable: number, unreadable: number, missing: number }
  /** The reporting year that the document names; null if uncertain. */
  year: number | null
  agency_name: string | null
}

/** The document has no report that can be read; `refused` says why. */
export interface Refusal {
  refused: ReadingProblem[]
}
