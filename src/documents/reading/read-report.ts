// A document as a report: deterministic, and silent rather than wrong.
import { type Content, emptyContent } from '../../form/content.ts'
import type { Form } from '../../form/form.ts'
import type { Document } from '../document.ts'
import { type LabelIndex, lexiconOf } from './label-index.ts'
import { tokenize } from './lines/tokens.ts'
import { FROM_HEADING } from './read-table.ts'
import { readTables } from './read-tables.ts'
import { problemOf } from './reading-problems.ts'
import type { Reading, ReadingProblem, Refusal, Source } from './reading.ts'
import { findParts, lineText, type Part } from './report-parts.ts'
import { type CellReading, same, type TableReading, unreadable } from './table-reading.ts'
import { readTitle } from './title.ts'

const known = new WeakMap<Form[], LabelIndex[]>()

function lexicons (forms: Form[]): LabelIndex[] {
  const made = known.get(forms) ?? forms.map(form => lexiconOf(form, forms))
  known.set(forms, made)
  return made
}

/** Reads the document in the form that it shows. Never throws for what stands in a document. */
export function readReport (document: Document, forms: Form[]): Reading | Refusal {
  const lines = tokenize(document)
  const parts = findParts(document, lines)
  const title = readTitle(document, parts)
  if (!title.annual) return { refused: [problemOf('not-annual')] }
  const attempts = lexicons(forms).map(lexicon => attempt(lexicon, readTables(document, lines, parts, lexicon)))
  const year = (form: Form) => Number(isOf(form, title.year))
  const [best] = attempts.sort((a, b) =>
    b.proactive - a.proactive || b.own - a.own || year(b.form) - year(a.form) || b.known - a.known
  )
  if (best === undefined || best.known === 0) {
    return { refused: [problemOf('no-table'), ...(best?.problems ?? []).slice(0, 20)] }
  }
  // An old form is used for years after its own, never a form before its first year.
  const possible = (form: Form) => title.year === null || form.definition.reporting_years[0] <= title.year
  const rivals = attempts.filter(other =>
    other !== best && other.known > 0 && other.proactive === best.proactive && other.own === best.own &&
    possible(other.form)
  )
  forgetWhatDiffers(best, rivals)
  const { form, values, problems } = best
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
  else if (!isOf(form, title.year)) problems.unshift(problemOf('form-of-other-year', { raw: form.id }))
  return { form, content, sources, problems, cells, year: title.year, agency_name: title.agency_name }
}

const isOf = (form: Form, year: number | null): boolean => {
  const [from, to] = form.definition.reporting_years
  return year !== null && year >= from && (to === null || year <= to)
}

/**
 * How well a form fits, in this order: tables of part two under their headings, which differ from form to form; rows of
 * part three that no other form has.
 */
interface Attempt {
  form: Form
  values: Map<string, CellReading>
  problems: ReadingProblem[]
  proactive: number
  own: number
  known: number
}

/** Puts the readings of all stretches together. Where a table stands twice with different figures nothing is known. */
function attempt (lexicon: LabelIndex, readings: TableReading[]): Attempt {
  const { form } = lexicon
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
  // Two reports in one document: what stands in one of them only may be the other's.
  if (differs) { for (const [cell, value] of values) values.set(cell, unreadable(value)) }
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
        lexicon.own.has(`${cell.table}.${cell.row}`) && !values.get(cell.id)!.steps.includes(FROM_HEADING)
      ).length,
    known: known.length
  }
}

const agree = (a: TableReading, b: TableReading): boolean =>
  a.cells.size === b.cells.size && [...a.cells].every(([cell, value]) => {
    const twin = b.cells.get(cell)
    return twin !== undefined && same(value, twin)
  })

/** Nothing tells which of two forms it is: what they do not share is not known. */
function forgetWhatDiffers (best: Attempt, rivals: Attempt[]): void {
  for (const [cell, value] of best.values) {
    if (rivals.some(rival => !rival.form.cell.has(cell))) best.values.set(cell, unreadable(value))
  }
}

/** What stands below a report on its page. */
const FOOTER =
  /^(打印|关闭|分享|扫一扫|上一篇|下一篇|相关(链接|文档|附件|新闻)|主办单位|承办单位|版权所有|网站标识码|浏览次数|【?打印|【?关闭|ICP|.{0,30}ICP备)/
const PAGE_NUMBER = /^([-—–]\d{1,3}[-—–]|第\d{1,3}页.*)$/

const MAX_LENGTH = 200_000

function readSections (document: Document, parts: Part[], form: Form): Record<string, string> {
  const sections: Record<string, string> = {}
  for (const id of form.sections) {
    const texts = parts.filter(part => part.section === id).map(part => {
      const lines = [part.rest]
      for (let i = part.from + 1; i < part.to; i++) {
        const folded = lineText(document, i)
        if (FOOTER.test(folded)) break
        const { start, end } = document.lines[i]!
        if (!PAGE_NUMBER.test(folded)) lines.push(document.text.slice(start, end).trim())
      }
      return lines.filter(line => line !== '').join('\n').trim()
    })
    const longest = texts.reduce((a, b) => b.length > a.length ? b : a, '')
    if (longest !== '') sections[id] = longest.slice(0, MAX_LENGTH)
  }
  return sections
}
