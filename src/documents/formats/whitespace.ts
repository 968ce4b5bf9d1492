/** Collects text and collapses its ASCII white space as CSS does: runs become one space, none remains at the ends. */
export class CollapsedText {
  #pieces: string[] = []
  #spaced = true

  add (raw: string): void {
    let piece = raw.replace(/[\t\n\f\r ]+/g, ' ')
    if (this.#spaced && piece.startsWith(' ')) piece = piece.slice(1)
    if (piece === '') return
    this.#pieces.push(piece)
    this.#spaced = piece.endsWith(' ')
  }

  addPreformatted (raw: string): void {
    if (raw !== '') this.#pieces.push(raw)
    this.#spaced = false
  }

  /** Returns the text collected so far and starts anew. */
  take (): string {
    const text = this.#pieces.join('').replace(/(?<![\t\n\f\r ])[\t\n\f\r ]+$/, '')
    this.#pieces = []
    this.#spaced = true
    return text
  }
}
