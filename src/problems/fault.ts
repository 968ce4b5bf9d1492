export type Language = 'en' | 'zh'

/** A sentence in the two languages of the service. */
export interface Text {
  zh: string
  en: string
}

/** One fault in a request: its place, what was found, what was expected. */
export interface Fault {
  /** JSON Pointer into the body. */
  pointer?: string
  /** A path or query parameter. */
  parameter?: string
  /** Line and column of a CSV body; the header is line 1. */
  line?: number
  column?: string
  found?: unknown
  expected: Text
  /** The valid names, for a suggestion. */
  candidates?: readonly string[]
}

/** Returns the place of a member in the body, at the current position of a parser. */
export type Place = (member?: string) => Pick<Fault, 'pointer' | 'line' | 'column'>

export const atPointer = (base: string): Place => member => ({
  pointer: member === undefined ? base : `${base}/${member.replaceAll('~', '~0').replaceAll('/', '~1')}`
})

export const atLine = (line: number): Place => column => column === undefined ? { line } : { line, column }

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
