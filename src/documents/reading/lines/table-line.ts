import type { Label } from '../label-index.ts'
import type { Token } from './tokens.ts'

export interface TableLine {
  /** The rows of the form that the label can be; none for figures without a known label. */
  labels: Label[]
  /** The words before the figures since the entry before. Those of the label are `used`. */
  texts: Token[]
  used: Token[]
  /** Figures and blanks, with odd words that stand among them. */
  valueFields: Token[]
  /** Fields before the zone. */
  lead: number
  lines: number[]
  divided: boolean
  /** In a table of the document, with columns that are known. */
  grid: boolean
  /** One cell a line: fields have no columns. */
  stream: boolean
  /** Of a stream without bars: the zone with an empty line as a blank, up to the next word. */
  spaced?: Token[]
}
