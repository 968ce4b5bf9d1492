// The text of a cell by the positions of its characters: its lines, the gaps in them, and what makes them uncertain.
import { type Char, isFigureChar, isSpace, UNCERTAIN } from './characters.ts'
import type { Box } from './geometry.ts'

export interface TextLine {
  text: string
  /** Without spaces. */
  chars: Char[]
  x0: number
  x1: number
  baseline: number
  size: number
}

/** Of the size of the text: a wider gap separates words. */
const WORD_GAP = 0.25

/** The characters line by line from top to bottom, each line from left to right. */
export function linesOf (chars: Char[]): TextLine[] {
  const lines: Char[][] = []
  for (const char of chars.filter(char => !isSpace(char)).sort((a, b) => a.baseline - b.baseline)) {
    const line = lines.at(-1)
    if (line !== undefined && char.baseline - line[0]!.baseline <= 0.2 * Math.min(char.size, line[0]!.size)) {
      line.push(char)
    } else lines.push([char])
  }
  const spaces = chars.filter(isSpace)
  return lines.map(line => lineOf(withoutShadows(line.sort((a, b) => a.x0 - b.x0)), spaces))
}

function lineOf (chars: Char[], spaces: Char[]): TextLine {
  const near = spaces.filter(space => Math.abs(space.baseline - chars[0]!.baseline) <= 0.2 * chars[0]!.size)
  let text = ''
  chars.forEach((char, i) => {
    const before = chars[i - 1]
    if (before !== undefined) {
      const gap = char.x0 - before.x1
      const hasSpace = gap > 0.05 * char.size && near.some(({ x0, x1 }) => {
        const middle = (x0 + x1) / 2
        return middle > before.x1 - 0.1 * char.size && middle < char.x0 + 0.1 * char.size
      })
      if (gap > WORD_GAP * char.size || hasSpace) text += ' '
      else if (isFigureChar(char) && isFigureChar(before) && !isOneNumber(before, char)) text += UNCERTAIN
    }
    text += char.text
  })
  return {
    text,
    chars,
    x0: chars[0]!.x0,
    x1: Math.max(...chars.map(char => char.x1)),
    baseline: chars[0]!.baseline,
    size: chars[0]!.size
  }
}

/** A raised or small digit is a footnote mark, and digits that cover each other cannot be told. */
const isOneNumber = (a: Char, b: Char) =>
  Math.abs(a.size - b.size) <= 0.1 * Math.max(a.size, b.size) &&
  Math.abs(a.baseline - b.baseline) <= 0.1 * a.size &&
  b.x0 - a.x1 > -0.35 * Math.min(a.x1 - a.x0, b.x1 - b.x0)

/** Bold print may be drawn as the same text twice. In one text, digits on the same place are several digits. */
const withoutShadows = (chars: Char[]) =>
  chars.filter((char, i) =>
    !chars.slice(Math.max(0, i - 2), i).some(before =>
      before.object !== char.object && before.text === char.text && before.text !== UNCERTAIN &&
      Math.abs(before.x - char.x) < 0.12 * char.size &&
      Math.abs(before.size - char.size) < 0.1 * char.size
    )
  )

/** True if the text consists of figures alone, so that joining its lines makes another figure. */
const isNumeric = (text: string) => /^[\d０-９.,，．+\-－−\s]+$/.test(text)

/**
 * The text of a cell as one line. The lines of a label are joined; those of a number only where the cell cannot hold
 * one more digit, so that the number had to wrap.
 */
export function textOfCell (lines: TextLine[], cell: Box): { text: string, isJoined: boolean } {
  const texts = lines.map(line => line.text)
  if (lines.length < 2) return { text: texts[0] ?? '', isJoined: false }
  if (texts.every(isNumeric)) {
    return isWrapped(lines, cell)
      ? { text: texts.join(''), isJoined: true }
      : { text: texts.join(' '), isJoined: false }
  }
  const text = texts.reduce((all, next) => isFigureEdge(all, next) ? `${all} ${next}` : all + next)
  return { text, isJoined: false }
}

/** Between two figures, or two words of Latin letters, a line break remains a space. */
const isFigureEdge = (a: string, b: string) => /[\dA-Za-z.,]$/.test(a) && /^[\dA-Za-z.,]/.test(b)

/** A cell keeps up to this distance from its text on both sides, in points. */
const PADDING = 7

function isWrapped (lines: TextLine[], cell: Box): boolean {
  const [first] = lines
  const digit = Math.max(...first!.chars.map(char => char.x1 - char.x0))
  return lines.every((line, i) => {
    const before = lines[i - 1]
    if (/\s/.test(line.text.trim())) return false
    if (i > 0 && /^[+\-－−]/.test(line.text)) return false
    if (Math.abs(line.size - first!.size) > 0.05 * first!.size) return false
    if (before !== undefined) {
      const pitch = line.baseline - before.baseline
      if (pitch < 0.9 * line.size || pitch > 2.5 * line.size || before.chars.length < line.chars.length) return false
    }
    return i === lines.length - 1 || cell.x1 - cell.x0 - (line.x1 - line.x0) < digit + 2 * PADDING
  })
}
