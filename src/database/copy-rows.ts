// Writes rows in the text format of COPY directly as bytes: a string per value and row would cost more in garbage
// collection than the rows themselves.

/** A Float64Array holds integers; NaN stands for null. */
export type Value = string | number | Float64Array | null

const FIRST_SIZE = 16 * 1024
const [TAB, NEWLINE, BEGIN, END, COMMA, ZERO] = Buffer.from('\t\n{},0') as unknown as [
  number,
  number,
  number,
  number,
  number,
  number
]
const NULL = Buffer.from('null')
/** Maximum length of a safe integer as text, with its sign and a comma. */
const MAX_INTEGER_LENGTH = 18
const ODD = /[\\\t\n\r]/
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }
const ESCAPED: Record<string, string> = { t: '\t', n: '\n', r: '\r' }

/** Rows in the text format of COPY. Strings are values in PostgreSQL's text format and are escaped here. */
export class CopyRows {
  #memory: Buffer
  #length = 0

  /** `memory` is reused; more is allocated as needed. */
  constructor (memory?: ArrayBuffer) {
    this.#memory = memory === undefined ? Buffer.allocUnsafeSlow(FIRST_SIZE) : Buffer.from(memory)
  }

  get length (): number {
    return this.#length
  }

  /** Returns all rows; valid until more are added. */
  get bytes () {
    return this.#memory.subarray(0, this.#length)
  }

  /** Returns the bytes between two values of `length`; valid until more are added. */
  part (from: number, to: number) {
    return this.#memory.subarray(from, to)
  }

  /** Removes all rows and keeps the memory. */
  clear (): void {
    this.#length = 0
  }

  add (values: Value[]): void {
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!
      if (typeof value === 'object' && value !== null) this.#addArray(value)
      else this.#addText(value)
      this.#memory[this.#length++] = i === values.length - 1 ? NEWLINE : TAB
    }
  }

  /** Adds a row in COPY format without its newline. */
  addWritten (row: string): void {
    this.#reserve(row.length * 3 + 1)
    this.#length += this.#memory.write(row, this.#length)
    this.#memory[this.#length++] = NEWLINE
  }

  #addText (value: string | number | null): void {
    const text = value === null
      ? '\\N'
      : typeof value === 'number'
      ? String(value)
      : ODD.test(value)
      ? value.replace(/[\\\t\n\r]/g, character => ESCAPES[character]!)
      : value
    // A UTF-16 code unit takes at most three bytes in UTF-8.
    this.#reserve(text.length * 3 + 1)
    this.#length += this.#memory.write(text, this.#length)
  }

  /** Adds an array of numbers. Most have one digit: writing digits takes a fifth of the time of strings. */
  #addArray (numbers: Float64Array): void {
    this.#reserve(numbers.length * MAX_INTEGER_LENGTH + 3)
    const memory = this.#memory
    let at = this.#length
    memory[at++] = BEGIN
    for (let i = 0; i < numbers.length; i++) {
      if (i > 0) memory[at++] = COMMA
      const number = numbers[i]!
      if (number >= 0 && number < 10) {
        memory[at++] = ZERO + number
      } else if (Number.isNaN(number)) {
        at += NULL.copy(memory, at)
      } else {
        const digits = String(number)
        for (let j = 0; j < digits.length; j++) memory[at++] = digits.charCodeAt(j)
      }
    }
    memory[at++] = END
    this.#length = at
  }

  #reserve (more: number): void {
    const least = this.#length + more
    if (least <= this.#memory.length) return
    const memory = Buffer.allocUnsafeSlow(Math.max(least, this.#memory.length * 2))
    this.#memory.copy(memory, 0, 0, this.#length)
    this.#memory = memory
  }
}

/** Parses one row without its newline. */
export const readCopied = (row: string): (string | null)[] =>
  row.split('\t').map(text =>
    text === '\\N'
      ? null
      : text.includes('\\')
      ? text.replace(/\\(.)/g, (_, character: string) => ESCAPED[character] ?? character)
      : text
  )
