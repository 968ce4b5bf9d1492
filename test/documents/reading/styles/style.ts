// What a style of document is: how it draws a look, and how it turns a page into bytes.
import type { Look } from '../look.ts'
import type { Grid, Page } from '../page.ts'
import type { Random } from '../random.ts'

export interface Rendered {
  bytes: Buffer
  contentType: string
}

export interface Style {
  name: string
  /** What of a look the style cannot show, or always shows. */
  look?: Partial<Look> | ((random: Random) => Partial<Look>)
  /** The share of the figures that must be read; 99 % where nothing else is said. */
  recall?: number
  render: (page: Page, random: Random) => Rendered
}

/** One document's way of writing the rows of a table as lines. */
export type Lines = (grid: Grid, page: Page, random: Random) => string[]

export const text = (lines: string[], separator = '\n'): Rendered => ({
  bytes: Buffer.from(lines.join(separator)),
  contentType: 'text/plain; charset=utf-8'
})

/** A text whose tables are written by `lines`. */
export function textOf (page: Page, random: Random, lines: Lines): string[] {
  return [
    ...page.title,
    ...page.parts.flatMap(part => 'grid' in part ? lines(part.grid, page, random) : [part.paragraph])
  ]
}
