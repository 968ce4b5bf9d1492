// The types of damages, helpers to pick cells, and marks for damages that cells alone cannot express.
import { type Cell, gridsOf, type Page } from '../page.ts'
import type { Random } from '../random.ts'

export type Family =
  | 'bars'
  | 'markdown'
  | 'open bars'
  | 'bar per line'
  | 'cell per line'
  | 'tabs'
  | 'spaces'
  | 'aligned'
  | 'html'

export interface Damage {
  name: string
  families?: Family[]
  /** Changes the page before it is rendered. Returns false if there is nothing to damage. */
  page?: (page: Page, random: Random, family: Family) => boolean
  /** Changes the rendered text. */
  text?: (text: string, random: Random, family: Family, page: Page) => string | null
}

/** Marks a cell removed with its separator. */
export const GONE = '\uE000'
/** Marks an additional separator. */
export const SEPARATOR = '\uE001'

/** Replaces the marks in a rendered text by the damages that they stand for. */
export function withoutMarks (text: string, family: Family): string {
  const cell = String.raw`(?:(?!<\/?t[dh])[\s\S])*`
  const bars: [RegExp, string][] = [[/ ?\uE000 \|/g, ''], [/\uE001/g, ' | ']]
  const rules: Record<Family, [RegExp, string][]> = {
    bars,
    markdown: bars,
    'open bars': [[/ \| \uE000$/gm, ''], [/ ?\uE000 \|/g, ''], [/\uE001/g, ' | ']],
    'bar per line': [[/^\uE000 \|\n?/gm, ''], [/\uE001/g, ' |\n']],
    'cell per line': [[/^\uE000\n?/gm, ''], [/\uE001/g, '\n']],
    tabs: [[/\uE000\t|\t\uE000/g, ''], [/\uE001/g, '\t']],
    spaces: [[/ \uE000/g, ''], [/\uE001/g, ' ']],
    aligned: [[/\uE000|\uE001/g, ' ']],
    html: [[new RegExp(`<t[dh][^>]*>${cell}\uE000${cell}</t[dh]>`, 'g'), ''], [/\uE001/g, '</td><td>']]
  }
  return rules[family].reduce((text, [what, put]) => text.replace(what, put), text)
}

export const figuresIn = (row: Cell[]) => row.filter(cell => cell.kind === 'figure' && cell.id !== '')
export const rowsOf = (page: Page, atLeast = 1, names?: string[]) =>
  gridsOf(page).filter(grid => names === undefined || names.includes(grid.name)).flatMap(grid => grid.rows).filter(
    row => figuresIn(row).length >= atLeast
  )
export const tableOf = (row: Cell[]) => figuresIn(row)[0]!.id.split('.')[0]!

export function pickFrom<T> (random: Random, among: T[]): T | undefined {
  return among.length === 0 ? undefined : random.pick(among)
}

/** Expects that no figure is read from these cells. */
export function forbid (page: Page, cells: Iterable<string>): true {
  for (const cell of cells) page.expected.delete(cell)
  return true
}

export const cellsOf = (page: Page, table: string) => [...page.expected.keys()].filter(id => id.startsWith(`${table}.`))
