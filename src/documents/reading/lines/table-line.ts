// A row of a table as found in the document: a label and the fields that follow it.
import type { Label } from '../label-index.ts'
import type { Token } from './tokens.ts'

export interface TableLine {
  /** The rows of the form that the label may mean; empty for figures without a known label. */
  labels: Label[]
  /** The words between the previous line's figures and these. */
  texts: Token[]
  /** The words that make up the label. */
  used: Token[]
  /** Figures and blanks, and unknown words among them. */
  valueFields: Token[]
  /** Number of fields before `valueFields`. */
  lead: number
  /** Indices of the lines of the document. */
  lines: number[]
  /** Divided into fields by the document, not by spaces. */
  divided: boolean
  /** From a table of the document, so that the columns of the fields are known. */
  grid: boolean
  /** One cell per line: fields have no columns. */
  stream: boolean
  /** In a stream without bars: `valueFields` with each empty line up to the next word as a blank. */
  spaced?: Token[]
  /** True if the spaces leave open what belongs together: only a correct total proves the figures. */
  doubtful?: boolean
  /** Figures on lines without a label near the row: they may be the rest of its figures. */
  strays?: Token[]
}
