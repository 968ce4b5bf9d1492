// The ways in which one report is printed differently from another. One of each is drawn for a document.
import type { Random } from './random.ts'

/** What stands twice is likelier. */
const CHOICES = {
  /** After the number of a third-level label: `1.属于国家秘密`. */
  leaf: ['.', '.', '.', '.', '、', '．', '. ', '（）', ''],
  /** Round the number of a second-level label: `（一）予以公开`. */
  second: ['（）', '（）', '（）', '（）', '、'],
  brackets: ['full', 'full', 'half'],
  quotes: ['“”', '“”', '""', '「」', '‘’', '＂＂', '《》', ''],
  digits: ['half', 'half', 'half', 'half', 'half', 'full'],
  thousands: ['', '', '', ',', '，'],
  zero: ['0', '0', '0', '', '', '/', '-', '—', '无', '——', '／'],
  /** How many of the zeros are written so; the others as 0. */
  zeroShare: [1, 1, 0.5],
  /** Totals are figures, also when zeros are not. */
  totalsPrinted: [true, false],
  change: ['plain', 'plain', 'plus', 'full width', 'minus sign', 'arrows', 'words'],
  /** `3件`, `103.4万元`. */
  countUnits: [false, false, false, false, false, false, true],
  moneyUnits: ['none', 'none', 'cell', 'cell', 'cell 万元', 'header'],
  trail: ['', '', '', '', ' ', '\u00a0'],
  explained: [false, false, false, true],
  /** Where a label was broken into lines; a style of text may show that break otherwise. */
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
  /** Long labels of rows broken in their cells, too. */
  longLabels: ['whole', 'whole', 'broken'],
  /** No space between a label and its first figure, in text with single spaces. */
  gluedLabels: [false, false, false, false, true],
  unitLine: ['', '', '', '单位：件', '（单位：件）'],
  /** What sites print under a title: the year of publication is not the report's. */
  meta: [false, false, false, true],
  contents: [false, false, false, false, false, true],
  footer: [false, false, true]
} as const

export type Look = { -readonly [K in keyof typeof CHOICES]: typeof CHOICES[K][number] }

/** `fixed` says what the style cannot show otherwise. */
export function randomLook (random: Random, fixed: Partial<Look> = {}): Look {
  const drawn = Object.entries(CHOICES).map(([name, choices]) => [name, random.pick<unknown>(choices)])
  return { ...Object.fromEntries(drawn), ...fixed } as Look
}

/** A report as the form has it. */
export const PLAIN: Look = {
  ...Object.fromEntries(Object.entries(CHOICES).map(([name, choices]) => [name, choices[0]])) as Look
}
