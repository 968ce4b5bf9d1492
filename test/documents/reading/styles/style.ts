// The type of a document style: the looks that it allows and how it renders a page to bytes.
import type { Look } from '../look.ts'
import type { Grid, Page } from '../page.ts'
import type { Random } from '../random.ts'

export interface Rendered {
  bytes: Buffer
  contentType: string
}

export interface Style {
  name: string
  /** Choices of a look that the style dictates. */
  look?: Partial<Look> | ((random: Random) => Partial<Look>)
  /** The share of the figures that must be read; 0.99 by default. */
  recall?: number
  render: (page: Page, random: Random) => Rendered
}

/** Writes the rows of a table as lines. */
export type Lines = (grid: Grid, page: Page, random: Random) => string[]

export const text = (lines: string[], separator = '\n'): Rendered => ({
  bytes: Buffer.from(lines.join(separator)),
  contentType: 'text/plain; charset=utf-8'
})

/** A text with its tables written by `lines`. */
export function textOf (page: Page, random: Random, lines: Lines): string[] {
  return [
    ...page.title,
    ...page.parts.flatMap(part => 'grid' in part ? lines(part.grid, page, random) : [part.paragraph])
  ]
}
