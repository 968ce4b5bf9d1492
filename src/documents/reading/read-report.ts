// Reads a report from the text and tables of a document: its figures, each with its source, and its texts.
// Deterministic; a doubtful figure is left out rather than guessed. Stages: report-parts.ts finds the parts, lines/
// splits them into tokens and joins labels with figures, headings.ts verifies table headings, assign-columns.ts puts
// the figures under the columns of the form, check-plausibility.ts looks for damage.
import { type Content, emptyContent } from '../../form/content.ts'
import type { Form } from '../../form/form.ts'
import type { Document } from '../document.ts'
import { indexLabels, type LabelIndex } from './label-index.ts'
import { tokenize } from './lines/tokens.ts'
import { FROM_HEADING } from './read-table.ts'
import { readTables } from './read-tables.ts'
import { problemOf, type ReadingCode } from './reading-problems.ts'
import type { Reading, ReadingProblem, Refusal, Source } from './reading.ts'
import { findRemarks } from './remarks/find-remarks.ts'
import { findParts, lineText, type Part } from './report-parts.ts'
import { asUnreadable, type CellReading, isSameValue, type TableReading } from './table-reading.ts'
import { findOtherTitle, readTitle } from './title.ts'

const indexesByForms = new WeakMap<Form[], LabelIndex[]>()

function indexForms (forms: Form[]): LabelIndex[] {
  const indexes = indexesByForms.get(forms) ?? forms.map(form => indexLabels(form, forms))
  indexesByForms.set(forms, indexes)
  return indexes
}

/** Reads the document as the form that fits it best. Never throws, whatever the document contains. */
export function readReport (document: Document, forms: Form[]): Reading | Refusal {
  const lines = tokenize(document)
  const parts = findParts(document, lines)
  const title = readTitle(document, parts)
  if (!title.annual) return { refused: [problemOf('not-annual')] }
  const attempts = indexForms(forms).map(labelIndex =>
    attemptForm(labelIndex, readTables(document, lines, parts, labelIndex))
  )
  const remarks = findRemarks(document)
  const year = (form: Form) => Number(coversYear(form, title.year))
  const [best] = attempts.sort((a, b) =>
    b.proactive - a.proactive || b.own - a.own || year(b.form) - year(a.form) || b.known - a.known
  )
  if (best === undefined || best.known === 0) {
    const twice = attempts.flatMap(attempt => attempt.problems).find(({ code }) => code === 'table-twice')
    return { refused: [twice ?? problemOf('no-table'), ...remarks, ...(best?.problems ?? []).slice(0, 20)] }
  }
  // Agencies go on using an old form after its last year, but no form before its first year.
  const possible = (form: Form) => title.year === null || form.definition.reporting_years[0] <= title.year
  const rivals = attempts.filter(other =>
    other !== best && other.known > 0 && other.proactive === best.proactive && other.own === best.own &&
    possible(other.form)
  )
  discardUnsharedCells(best, rivals)
  best.problems.push(...unexplained(best, rivals.length > 0 ? 'form-unclear' : 'figure-unreadable'))
  const { form, values } = best
  const otherTitle = findOtherTitle(document, parts, title)
  if (otherTitle !== null) discardCellsBelow(best, document, otherTitle)
  best.problems.unshift(...remarks, ...findPictures(document, parts, best))
  const problems = best.problems.length > MAX_PROBLEMS
    ? [...best.problems.slice(0, MAX_PROBLEMS), problemOf('more-problems')]
    : best.problems
  const content: Content = { ...emptyContent(form), sections: readSections(document, parts, form) }
  const sources: Record<string, Source> = {}
  const cells = { read: 0, blank: 0, not_applicable: 0, unreadable: 0, missing: 0 }
  for (const cell of form.cells) {
    const value = values.get(cell.id)
    if (value === undefined) {
      cells.missing++
      continue
    }
    content.figures[cell.position - 1] = value.figure
    if (value.note !== undefined) content.notes[cell.id] = value.note
    sources[cell.id] = value.source
    cells[value.figure !== null ? 'read' : value.note!.state === 'unit_unknown' ? 'unreadable' : value.note!.state]++
  }
  if (title.year === null) problems.unshift(problemOf('year-not-found'))
  else if (!coversYear(form, title.year)) problems.unshift(problemOf('form-of-other-year', { raw: form.id }))
  return { form, content, sources, problems, cells, year: title.year, agency_name: title.agency_name }
}

/** Maximum number of problems in an answer. */
const MAX_PROBLEMS = 1000

const coversYear = (form: Form, year: number | null): boolean => {
  const [from, to] = form.definition.reporting_years
  return year !== null && year >= from && (to === null || year <= to)
}

/** The document read as one form, and how well the form fits. */
interface Attempt {
  form: Form
  values: Map<string, CellReading>
  problems: ReadingProblem[]
  /** Tables of part two with a verified heading; these headings differ between forms. */
  proactive: number
  /** Readable cells in rows of part three that no other form has. */
  own: number
  /** Readable cells. */
  known: number
}

/** Combines the readings of all stretches. If a table appears twice with different figures, no cell is trusted. */
function attemptForm (labelIndex: LabelIndex, readings: TableReading[]): Attempt {
  const { form } = labelIndex
  const values = new Map<string, CellReading>()
  const problems = readings.flatMap(reading => reading.problems)
  let differs = false
  for (const id of form.tables.keys()) {
    const found = readings.filter(reading => reading.table.definition.id === id && reading.cells.size > 0)
    for (const [i, reading] of found.entries()) {
      if (i > 0 && !agree(found[0]!, reading)) {
        problems.push(problemOf('table-twice', { table: id }))
        differs = true
        break
      }
      for (const [cell, value] of reading.cells) values.set(cell, value)
    }
  }
  // The document contains two reports: even a table that appears once may belong to the other one.
  if (differs) { for (const [cell, value] of values) values.set(cell, asUnreadable(value)) }
  const known = [...values].filter(([, value]) => value.note?.state !== 'unreadable').map(([cell]) =>
    form.cell.get(cell)!
  )
  return {
    form,
    values,
    problems,
    proactive:
      readings.filter(reading => reading.verified && reading.table.definition.section === 'proactive_disclosure')
        .length,
    own:
      known.filter(cell =>
        labelIndex.own.has(`${cell.table}.${cell.row}`) && !values.get(cell.id)!.steps.includes(FROM_HEADING)
      ).length,
    known: known.length
  }
}

const agree = (a: TableReading, b: TableReading): boolean =>
  a.cells.size === b.cells.size && [...a.cells].every(([cell, value]) => {
    const twin = b.cells.get(cell)
    return twin !== undefined && isSameValue(value, twin)
  })

/** Marks cells as unreadable that a rival form does not have: it is unclear which form the document uses. */
function discardUnsharedCells (best: Attempt, rivals: Attempt[]): void {
  for (const [cell, value] of best.values) {
    if (rivals.some(rival => !rival.form.cell.has(cell))) best.values.set(cell, asUnreadable(value))
  }
}

/** Marks cells as unreadable that stand under the title of another report. */
function discardCellsBelow (best: Attempt, document: Document, line: number): void {
  best.problems.unshift(problemOf('other-report', { line: line + 1, raw: lineText(document, line) }))
  for (const [cell, value] of best.values) {
    if (value.source.line > line) best.values.set(cell, asUnreadable(value))
  }
}

/** Finds pictures in parts of which no table was read. */
function findPictures (document: Document, parts: Part[], { form, values }: Attempt): ReadingProblem[] {
  const tables = [...form.tables.values()]
  return parts.flatMap(part => {
    const own = tables.filter(table => table.definition.section === part.section)
    if (own.length === 0 || own.some(table => table.cells.some(cell => values.has(cell.id)))) return []
    const picture = document.notices.find(({ kind, line }) => kind === 'picture' && line > part.from && line <= part.to)
    return picture === undefined
      ? []
      : [problemOf('table-is-picture', { table: own[0]!.definition.id, line: picture.line, raw: picture.name })]
  })
}

/** A problem for each row with a cell that is unreadable for a reason that no other problem gives. */
function unexplained ({ values, problems, form }: Attempt, code: ReadingCode): ReadingProblem[] {
  const told = new Set(problems.map(({ table, row, column }) => `${table}.${row}.${column}`))
  const rows = new Map<string, ReadingProblem>()
  for (const [id, { note, source }] of values) {
    const { table, row, column } = form.cell.get(id)!
    if (
      note?.state !== 'unreadable' || told.has(`${table}.${row}.${column}`) || told.has(`${table}.${row}.null`) ||
      told.has(`${table}.null.null`)
    ) continue
    rows.set(`${table}.${row}`, problemOf(code, { table, row, line: source.line, raw: source.raw }))
  }
  return [...rows.values()]
}

/** Page furniture below a report: the text of the report ends here. */
const FOOTER =
  /^(打印|关闭|分享|扫一扫|上一篇|下一篇|相关(链接|文档|附件|新闻)|主办单位|承办单位|版权所有|网站标识码|浏览次数|【?打印|【?关闭|ICP|.{0,30}ICP备)/
const PAGE_NUMBER = /^([-—–]\d{1,3}[-—–]|第\d{1,3}页.*)$/

const MAX_SECTION_LENGTH = 200_000

function readSections (document: Document, parts: Part[], form: Form): Record<string, string> {
  const sections: Record<string, string> = {}
  for (const id of form.sections) {
    const texts = parts.filter(part => part.section === id).map(part => {
      const lines = [part.rest]
      for (let i = part.from + 1; i < part.to; i++) {
        const text = lineText(document, i)
        if (FOOTER.test(text)) break
        const { start, end } = document.lines[i]!
        if (!PAGE_NUMBER.test(text)) lines.push(document.text.slice(start, end).trim())
      }
      return lines.filter(line => line !== '').join('\n').trim()
    })
    const longest = texts.reduce((a, b) => b.length > a.length ? b : a, '')
    if (longest !== '') sections[id] = longest.slice(0, MAX_SECTION_LENGTH)
  }
  return sections
}
