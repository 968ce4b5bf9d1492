/** Text whose white space (of ASCII) is one space each, and none at the ends. */
export class Collapsed {
  #pieces: string[] = []
  #spaced = true

  add (raw: string): void {
    let piece = raw.replace(/[\t\n\f\r ]+/g, ' ')
    if (this.#spaced && piece.startsWith(' ')) piece = piece.slice(1)
    if (piece === '') return
    this.#pieces.push(piece)
    this.#spaced = piece.endsWith(' ')
  }

  addAsIs (raw: string): void {
    if (raw !== '') this.#pieces.push(raw)
    this.#spaced = false
  }

  take (): string {
    const text = this.#pieces.join('').replace(/[\t\n\f\r ]+$/, '')
    this.#pieces = []
    this.#spaced = true
    return text
  }
}
