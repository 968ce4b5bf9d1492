// Variations in how reports are printed. One choice of each is drawn for a document.
import type { Random } from './random.ts'

/** A repeated choice is more likely. */
const CHOICES = {
  /** After the number of a third-level label: `1.属于国家秘密`. */
  leaf: ['.', '.', '.', '.', '、', '．', '. ', '（）', ''],
  /** Around the number of a second-level label: `（一）予以公开`. */
  second: ['（）', '（）', '（）', '（）', '、'],
  brackets: ['full', 'full', 'half'],
  quotes: ['“”', '“”', '""', '「」', '‘’', '＂＂', '《》', ''],
  digits: ['half', 'half', 'half', 'half', 'half', 'full'],
  thousands: ['', '', '', ',', '，'],
  zero: ['0', '0', '0', '', '', '/', '-', '—', '无', '——', '／'],
  /** Share of zeros printed as `zero`; the others are printed as 0. */
  zeroShare: [1, 1, 0.5],
  /** Prints 0 for totals even where other zeros are printed as `zero`. */
  totalsPrinted: [true, false],
  change: ['plain', 'plain', 'plus', 'full width', 'minus sign', 'arrows', 'words'],
  /** `3件`, `103.4万元`. */
  countUnits: [false, false, false, false, false, false, true],
  moneyUnits: ['none', 'none', 'cell', 'cell', 'cell 万元', 'header'],
  trail: ['', '', '', '', ' ', '\u00a0'],
  explained: [false, false, false, true],
  /** In place of a line break in a label; text styles may render the break differently. */
  broken: ['', '', '', ' '],
  spacedTotal: [false, false, false, true],
  partTwo: ['one table', 'one table', 'a table each', 'titles outside'],
  outcome: ['spans', 'spans', 'spans', 'own row', 'left out'],
  groups: ['spans', 'spans', 'spans', 'own row'],
  header: ['full', 'full', 'full', 'two rows'],
  partFour: ['row', 'row', 'row', 'groups', 'rows', 'two tables'],
  otherHandling: ['rows', 'rows', 'rows', 'rows', 'rows', 'heading'],
  titles: [0, 0, 0, 1, 2, 3],
  title: ['plain', 'plain', 'spaced', 'two lines', 'annual', 'year behind', 'about', 'numerals', 'none'],
  extra: ['', '', '', '', 'row', 'block', 'leaf'],
  missing: ['', '', '', '', '', 'block', 'row', 'leaf', 'part four', 'part two'],
  wrongSum: [false, false, false, false, true],
  notes: [false, false, true],
  /** Whether long row labels have line breaks in their cells. */
  longLabels: ['whole', 'whole', 'broken'],
  /** No space between a label and its first figure, in text with single spaces. */
  gluedLabels: [false, false, false, false, true],
  unitLine: ['', '', '', '单位：件', '（单位：件）'],
  /** A line under the title with the year of publication, which is not the reporting year. */
  meta: [false, false, false, true],
  contents: [false, false, false, false, false, true],
  footer: [false, false, true]
} as const

export type Look = { -readonly [K in keyof typeof CHOICES]: typeof CHOICES[K][number] }

/** `fixed` has the choices that the style dictates. */
export function randomLook (random: Random, fixed: Partial<Look> = {}): Look {
  const drawn = Object.entries(CHOICES).map(([name, choices]) => [name, random.pick<unknown>(choices)])
  return { ...Object.fromEntries(drawn), ...fixed } as Look
}

/** A report printed exactly like the form. */
export const PLAIN: Look = {
  ...Object.fromEntries(Object.entries(CHOICES).map(([name, choices]) => [name, choices[0]])) as Look
}
