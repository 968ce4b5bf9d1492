// The codes of reading problems with their texts.
import type { Text } from '../../problems/fault.ts'
import type { ReadingProblem } from './reading.ts'

const TEXTS = {
  'too-few-figures': {
    zh: '该行的数字少于表格的列数，无法确定各数字属于哪一列',
    en: 'the row has fewer figures than the table has columns: it is unclear which one is missing'
  },
  'too-many-figures': { zh: '该行的数字多于表格的列数', en: 'the row has more figures than the table has columns' },
  'figures-not-aligned': {
    zh: '该行有空格且各数字与列的对应关系不明',
    en: 'the row has empty cells, and it is unclear which column each figure belongs to'
  },
  'figure-unreadable': { zh: '不能确定是什么数字', en: 'it is unclear which figure this is' },
  'unit-unknown': { zh: '金额没有注明单位（元或万元）', en: 'the amount has no unit (元 or 万元)' },
  'heading-not-found': {
    zh: '该行上方没有本表的表头，或表头属于另一张表',
    en: 'the row is not below the heading of this table, or it is below that of another table'
  },
  'rows-out-of-order': {
    zh: '各行的顺序与格式不同，标签与数字可能错位',
    en: 'the rows are in another order than in the form: labels and figures may be displaced'
  },
  'row-twice': { zh: '该行出现两次且数字不同', en: 'the row appears twice, with different figures' },
  'table-twice': { zh: '该表出现两次且数字不同', en: 'the table appears twice, with different figures' },
  'heading-figure': {
    zh: '数字写在小标题上，未分到其下各行',
    en: 'the figure is on a heading and is not divided among the rows below it'
  },
  'broken-number': {
    zh: '该行合计不符，且拆开或连写相邻的数字后正好相符：数字可能断开或粘连',
    en:
      'the row does not add up to its total, but would if neighbouring digits were split or joined: a number may be broken or run together'
  },
  'wrapped-number': {
    zh: '该行数字的上方或下方另有没有标签的数字：数字可能在单元格内折行',
    en: 'digits without a label stand above or below the figures of the row: a number may be wrapped in its cell'
  },
  'cut-off': { zh: '数字可能被截断', en: 'the figure may have been cut off' },
  'other-report': {
    zh: '页面上另有一份报告的标题（其他机关或其他年度），其下的表格未读入',
    en: 'the page has the title of another report, of another agency or year: the tables below it were not read'
  },
  'correction-stated': {
    zh: '文中说明有更正；各数字按表格原样读入，请核对',
    en: 'the text states a correction; the figures are read as the tables have them: compare them'
  },
  'table-is-picture': {
    zh: '这一部分没有读到表格，而此处有图片：表格可能是图片',
    en: 'no table of this part was read, and there is a picture: the table may be one'
  },
  'embedded-not-read': {
    zh: '文件中嵌有另一个文件，其内容未读入',
    en: 'another file is embedded in the document, and was not read'
  },
  'columns-unknown': {
    zh: '本表各行的数字或单元格多于格式的列数，不能确定哪一列是多出的',
    en:
      'rows of this table have more figures or cells than the form has columns: it is unclear which column is the extra one'
  },
  'unknown-row': { zh: '格式中没有的行，未读入', en: 'a row that the form does not have; it was not read' },
  'label-not-found': {
    zh: '该行的数字没有可以确定的标签，未读入',
    en: 'it is unclear which row these figures belong to; they were not read'
  },
  'figures-not-found': {
    zh: '有该行的标签，但没有找到它的数字',
    en: 'the row has its label, but no figures were found'
  },
  'form-unclear': {
    zh: '该表在新旧两种格式中都有，无法确定是哪一种',
    en: 'both forms fit the document: it is unclear which one it uses'
  },
  'year-not-found': { zh: '文中没有可以确定的年度', en: 'the year cannot be determined from the document' },
  'not-annual': { zh: '这不是全年的统计', en: 'these are not the figures of a whole year' },
  'no-table': { zh: '没有识别出任何法定表格', en: 'no statutory table was recognised' },
  'more-problems': { zh: '还有更多问题，不再列出', en: 'there are more problems, which are not listed' },
  'form-of-other-year': { zh: '表格格式不是该年度的格式', en: 'the form is not the one for this year' }
} satisfies Record<string, Text>

export type ReadingCode = keyof typeof TEXTS

export function problemOf (
  code: ReadingCode,
  where: Partial<Omit<ReadingProblem, 'code' | 'message'>> = {}
): ReadingProblem {
  return {
    code,
    table: where.table ?? null,
    row: where.row ?? null,
    column: where.column ?? null,
    line: where.line ?? null,
    raw: where.raw?.slice(0, 200) ?? null,
    message: TEXTS[code]
  }
}
