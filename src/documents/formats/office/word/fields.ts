// The fields of a paragraph of Word: instructions, and the results that are shown.

interface Field {
  instruction: string
  /** The instruction ended, and the result follows. */
  inResult: boolean
  hasResult: boolean
  /** The result must be calculated again. */
  dirty: boolean
}

/** Fields that show nothing. */
const SILENT = /^\s*(?:XE|TC|TA|RD|SET|ASK|PRIVATE|COMMENTS?|BOOKMARK)\b/i
/** Fields whose text stands elsewhere than its characters. */
const DRAWN = /^\s*(?:EQ|ADVANCE|SYMBOL|BARCODE|DISPLAYBARCODE|MERGEBARCODE)\b/i

export class Fields {
  readonly #open: Field[] = []

  begin (instruction = '', { inResult = false, dirty = false } = {}): void {
    this.#open.push({ instruction, inResult, hasResult: false, dirty })
  }

  separate (): void {
    const field = this.#open.at(-1)
    if (field !== undefined) field.inResult = true
  }

  /** Ends the innermost field; true if it shows something that is not known. */
  end (): boolean {
    const field = this.#open.pop()
    return field !== undefined && this.isShown() &&
      (DRAWN.test(field.instruction) || (!field.hasResult && !SILENT.test(field.instruction)))
  }

  addInstruction (text: string): void {
    const field = this.#open.at(-1)
    if (field !== undefined && field.instruction.length < 100) field.instruction += text
  }

  /** False within an instruction, whose text is not shown. */
  isShown (): boolean {
    return this.#open.every(field => field.inResult)
  }

  /** Notes text within the fields; true if the result of one of them is not the current one. */
  addResult (): boolean {
    for (const field of this.#open) field.hasResult = true
    return this.#open.some(field => field.dirty)
  }
}
