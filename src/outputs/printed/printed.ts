// A printed report, independent of a file format: titles, paragraphs, and tables with merged cells. formats/ writes it.
import type { Cell } from '../../form/form.ts'

export interface PrintedReport {
  title: string
  /** Lines below the title, such as the version. */
  notes: string[]
  sections: PrintedSection[]
}

export interface PrintedSection {
  title: string
  /** The lines of a text. */
  paragraphs: string[]
  grids: Grid[]
  /** A text of a template, which is still to be written. */
  isToFill?: boolean
}

/** Cells of a row stand in the columns that cells above leave free, as in HTML. */
export interface Grid {
  title: string
  /** Relative to each other. */
  columnWidths: number[]
  rows: GridCell[][]
}

export interface GridCell {
  kind: 'heading' | 'label' | 'figure'
  text: string
  width: number
  height: number
  figure?: PrintedFigure
}

export interface PrintedFigure {
  cell: Cell
  /** In the unit of the form; null if the text is not a figure. */
  value: number | null
  /** Printed after the figure: the unit of money where the heading does not state it. */
  unit: string
  /** What a template says of the cell. */
  use?: 'input' | 'sum' | 'settled'
  /** The cells whose sum it is, by `times`, beside a constant. */
  sum?: { constant: number, terms: { cell: string, times: number }[] }
}
