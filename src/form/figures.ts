// Converts figures between the API (a JSON number or a CSV field) and storage (an integer; money in 分).
import type { Text } from '../problems/fault.ts'
import type { Cell } from './form.ts'

/** A stored figure; null is blank, never zero. */
export type Figure = number | null

/** Why a cell has no figure. `raw` is the text found in the cell. */
export interface Note {
  state: 'blank' | 'not_applicable' | 'unreadable' | 'unit_unknown'
  raw: string
}

export const NOTE_STATES = ['blank', 'not_applicable', 'unreadable', 'unit_unknown'] as const

/** In characters, of `Note.raw`. */
export const MAX_RAW_LENGTH = 200

const MAX_COUNT = 10 ** 12 - 1
/** In 分: ten thousand billion yuan. Amounts up to it, with their decimals, are exact as JSON numbers. */
const MAX_AMOUNT = 10 ** 15 - 1

/**
 * The largest total that is exact both in storage and as a JSON number: 2^53 - 1 for counts. The API divides money by
 * `scale`; neighbouring quotients stay distinct while the spacing of doubles is below 1 / scale.
 */
export function largestTotal (scale: number): number {
  if (scale === 1) return Number.MAX_SAFE_INTEGER
  return 2 ** (53 - Math.ceil(Math.log2(scale))) * scale - 1
}

/** Returns the figure to store, or a description of what was expected instead. */
export function readFigure (cell: Cell, value: unknown): { figure: Figure } | { expected: Text } {
  if (value === null) return { figure: null }
  if (typeof value !== 'number') return { expected: expectedFigure(cell) }
  const figure = Math.round(value * cell.scale)
  const largest = cell.money ? MAX_AMOUNT : MAX_COUNT
  // IEEE division is correctly rounded: it returns the value only if no decimal was lost.
  const exact = figure / cell.scale === value
  const inRange = figure <= largest && figure >= (cell.signed ? -largest : 0)
  return exact && inRange ? { figure: figure + 0 } : { expected: expectedFigure(cell) }
}

/**
 * Parses a CSV field: empty is blank, `/` and `-` mean not applicable, anything else must be a plain number. Rejects
 * thousands separators, units and full-width digits: a machine-made file has none.
 */
export function readField (cell: Cell, field: string): { figure: Figure, note?: Note } | { expected: Text } {
  const text = field.trim()
  if (field.length > MAX_RAW_LENGTH) return { expected: expectedFigure(cell) }
  if (text === '') return { figure: null, note: { state: 'blank', raw: field } }
  if (/^[/\-—－／]+$/.test(text)) return { figure: null, note: { state: 'not_applicable', raw: field } }
  const plain = /^[+-]?(\d+)(?:\.(\d+))?$/.exec(text)
  // A double would silently round more than 15 digits.
  if (plain === null || plain[1]!.replace(/^0+/, '').length + (plain[2] ?? '').length > 15) {
    return { expected: expectedFigure(cell) }
  }
  return readFigure(cell, Number(text))
}

/** Converts a stored figure for the API. Exact for figures and for totals up to `largestTotal`. */
export const writeFigure = (scale: number, figure: Figure): Figure => figure === null ? null : figure / scale

function expectedFigure (cell: Cell): Text {
  if (cell.money) {
    const decimals = Math.log10(cell.scale)
    const below = (MAX_AMOUNT + 1) / cell.scale
    return {
      zh: `以${cell.unit}为单位的金额：0 以上、小于 ${below} 的数字，小数不超过 ${decimals} 位；空白写 null`,
      en:
        `an amount in ${cell.unit}: a number from 0 to below ${below} with at most ${decimals} decimals, or null for blank`
    }
  }
  return cell.signed
    ? {
      zh: `绝对值不超过 ${MAX_COUNT} 的整数（减少为负）；空白写 null`,
      en: `an integer from -${MAX_COUNT} to ${MAX_COUNT} (a decrease is negative), or null for blank`
    }
    : {
      zh: `0 至 ${MAX_COUNT} 的整数；空白写 null`,
      en: `an integer from 0 to ${MAX_COUNT}, or null for blank`
    }
}
