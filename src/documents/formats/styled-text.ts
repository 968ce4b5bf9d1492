// Joins the pieces of a cell or a line, each with its formatting, into text that reads as a person sees it.
import { CollapsedText } from './whitespace.ts'

/** How a piece of text is shown. */
export interface PieceStyle {
  /** Struck out, or hardly to be seen: it is no part of a figure, but its cell is not blank. */
  unseen?: boolean
  /** It cannot be known what a person sees. */
  uncertain?: boolean
  raised?: boolean
  lowered?: boolean
  /** Two neighbouring digits that differ in size or position are not one number. The size is in any unit. */
  size?: number
  position?: string
}

/** Stands for what is shown and cannot be read. */
export const SIGN = '\uFFFD'

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹'
/** Sizes that differ by less are taken for the same. */
const SAME_SIZE = 0.9
/** A text with so many Chinese characters is a label, to which signs do not matter. */
const LABEL = /(?:\p{Script=Han}.*){5}/su

export interface Marks {
  /** The text is not certainly what a person sees. */
  uncertain: boolean
  /** Something is shown that matters only where there is no text. */
  unseen: boolean
}

/** Adds a sign to the text of a cell if a person sees more than the text. */
export function withSign (text: string, { uncertain, unseen }: Marks): string {
  return (uncertain || (unseen && text.trim() === '')) && !LABEL.test(text) ? text + SIGN : text
}

export class StyledText {
  readonly #text = new CollapsedText()
  #last: { size: number | undefined, position: string } | null = null
  #uncertain = false
  #unseen = false

  add (raw: string, style: PieceStyle = {}): void {
    if (raw === '') return
    const isBlank = raw.trim() === ''
    if (style.unseen === true) {
      this.#unseen ||= !isBlank
      return
    }
    if (style.uncertain === true) this.#uncertain ||= !isBlank
    if (!isBlank && style.raised === true) return this.#addRaised(raw)
    if (!isBlank && style.lowered === true) {
      this.#last = null
      return this.#text.add(` ${raw} `)
    }
    if (this.#breaksNumber(raw, style)) this.#text.add(SIGN)
    this.#text.add(raw)
    this.#last = /[\d０-９.,，．]$/.test(raw) ? { size: style.size, position: style.position ?? '' } : null
  }

  addPreformatted (raw: string): void {
    this.#last = null
    this.#text.addPreformatted(raw)
  }

  space (): void {
    this.#last = null
    this.#text.add(' ')
  }

  /** Adds something that is shown and is no text, such as a picture beside which a figure is not certain. */
  addSign (): void {
    this.#uncertain = true
  }

  /** Adds something that is shown and does not touch a figure beside it, such as a check box or a bullet. */
  addOrnament (): void {
    this.#unseen = true
  }

  /** Returns the text collected so far, with a sign if a person sees more, and starts anew. */
  takeCell (): string {
    const marks = this.takeMarks()
    return withSign(this.takeLine(), marks)
  }

  /** Returns what a person may see besides the text, and starts anew. */
  takeMarks (): Marks {
    const marks = { uncertain: this.#uncertain, unseen: this.#unseen }
    this.#uncertain = this.#unseen = false
    return marks
  }

  /** Returns the text collected so far, and starts anew. */
  takeLine (): string {
    this.#uncertain = this.#unseen = false
    this.#last = null
    return this.#text.take()
  }

  /** Raised digits become superscripts of Unicode, so that they stay apart from the figure before them. */
  #addRaised (raw: string): void {
    const text = raw.trim()
    this.#last = null
    if (/^\d{1,3}$/.test(text)) this.#text.add([...text].map(digit => SUPERSCRIPTS[Number(digit)]).join(''))
    else this.#text.add(` ${raw} `)
  }

  #breaksNumber (raw: string, { size, position = '' }: PieceStyle): boolean {
    if (this.#last === null || !/^[\d０-９.,，．]/.test(raw)) return false
    if (this.#last.position !== position) return true
    if (this.#last.size === undefined || size === undefined) return false
    return Math.min(size, this.#last.size) < SAME_SIZE * Math.max(size, this.#last.size)
  }
}
