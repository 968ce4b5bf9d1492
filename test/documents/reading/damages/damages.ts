// Damages that a careful reader can detect. The names are part of the random seeds: renaming one changes its documents.
//
// Left out because not even a person could detect them: two figures of a row exchanged; a digit changed into another; a
// figure moved to another column where nothing adds up to it; the figures of several rows moved up by one label; two
// figures of part two glued while an empty cell stays beside them (`35 | | 40` for 3, 5, 40), or the last figure of a
// row glued to its total; a line without a closing separator cut within its last figure (`行政许可 | 194` to `行政许可 | 19`);
// a line cut where blanks leave nothing.
import {
  blankCell,
  blanksLeaveNothing,
  breakNumber,
  dropCell,
  dropColumn,
  glue,
  glueRow,
  lookAlike,
  moveToNextRow,
  oneColumnMore
} from './cells.ts'
import { type Damage, type Family, SEPARATOR } from './damage.ts'
import { headerOfAnotherPart, loseLabel, strangeHeader, swapHeaders, swapLabels, totalFirst } from './labels.ts'
import { cutEnd, cutLine, deleteLine, duplicateLine, joinLines, swapGroupHeadings, wrapDigits } from './lines.ts'
import { partOfYear, proseOnly, tableTwice, twoReports } from './whole.ts'

const LINED: Family[] = ['bars', 'markdown', 'open bars', 'bar per line', 'cell per line', 'tabs', 'spaces', 'aligned']
const ROWS: Family[] = ['bars', 'markdown', 'open bars', 'bar per line', 'cell per line', 'tabs', 'spaces', 'html']

export const DAMAGES: Damage[] = [
  { name: 'a cell is gone', page: dropCell },
  { name: 'a cell is empty', page: blankCell },
  { name: 'a column is gone', page: dropColumn },
  { name: 'a column is too many', page: oneColumnMore },
  { name: 'blank cells leave nothing', page: blanksLeaveNothing },
  { name: 'two figures are glued', page: glue(false) },
  { name: 'two figures are glued and an empty cell stays', page: glue(true) },
  { name: 'a row is glued', page: glueRow },
  { name: 'a space breaks a number', page: breakNumber([' ']) },
  { name: 'a character breaks a number', page: breakNumber(['?', '、', '*', '·', '。', '，，', '-', 'x', '年']) },
  { name: 'a number is broken over two cells', page: breakNumber([SEPARATOR]) },
  { name: 'a letter stands for a digit', page: lookAlike },
  { name: 'a cell moved to the next row', families: ROWS, page: moveToNextRow },
  { name: 'two labels are exchanged', page: swapLabels },
  { name: 'a label is lost', page: loseLabel },
  { name: 'two headers are exchanged', page: swapHeaders },
  { name: 'the total stands first', page: totalFirst, families: ROWS.filter(family => family !== 'markdown') },
  { name: 'the header of another block', page: strangeHeader },
  {
    name: 'the header of another part',
    page: headerOfAnotherPart,
    families: ['bars', 'open bars', 'bar per line', 'cell per line', 'spaces', 'html']
  },
  { name: 'a table stands twice with other figures', page: tableTwice },
  { name: 'two reports in one', page: twoReports },
  { name: 'the report of a part of the year', page: partOfYear },
  { name: 'prose only', page: proseOnly },
  { name: 'a line is cut', families: LINED, text: cutLine },
  { name: 'a line is gone', families: LINED, text: deleteLine },
  { name: 'a line stands twice', families: LINED, text: duplicateLine },
  { name: 'two lines are one', families: LINED, text: joinLines },
  {
    name: 'the last digits are on a line below',
    families: ['bars', 'markdown', 'tabs', 'aligned', 'spaces'],
    text: wrapDigits
  },
  { name: 'two headings of part four are exchanged', families: LINED, text: swapGroupHeadings },
  { name: 'the end is cut off', text: cutEnd }
]
