// A document as a report: deterministic, and silent rather than wrong.
import type { Content } from '../form/content.ts'
import { emptyContent } from '../form/content.ts'
import type { Form } from '../form/form.ts'
import type { Document } from './document.ts'
import { lexiconOf, type Lexicon } from './lexicon.ts'
import { findParts, lineText, type Part } from './parts.ts'
import { problemOf } from './problems.ts'
import type { Reading, ReadingProblem, Refusal, Source } from './reading.ts'
import { readTables } from './sections.ts'
import { same, unreadable, type CellReading, type TableReading } from './table.ts'
import { readTitle } from './title.ts'
import { tokenize } from './tokens.ts'

const known = new WeakMap<Form[], Lexicon[]>()

function lexicons (forms: Form[]): Lexicon[] {
  const made = known.get(forms) ?? forms.map(form => lexiconOf(form, forms))
  known.set(forms, made)
  return made
}

/** Reads the document in the form that it shows. Never throws for what stands in a document. */
export function readDocument (document: Document, forms: Form[]): Reading | Refusal {
  const lines = tokenize(document)
  const parts = findParts(document, lines)
  const title = readTitle(document, parts)
  if (!title.annual) return { refused: [problemOf('not-annual')] }
  const attempts = lexicons(forms).map(lexicon => attempt(lexicon.form, readTables(document, lines, parts, lexicon)))
  // The form whose tables are there; where they are the same, the form of the year.
  const [best] = attempts.sort((a, b) => b.known - a.known || Number(isOf(b.form, title.year)) - Number(isOf(a.form, title.year)))
  if (best === undefined || best.known === 0) {
    return { refused: [problemOf('no-table'), ...(best?.problems ?? []).slice(0, 20)] }
  }
  const { form, values, problems } = best
  const content: Content = { ...emptyContent(form), sections: readSections(document, parts, form) }
  const sources: Record<string, Source> = {}
  const cells = { read: 0, blank: 0, not_applicable: 0, unreadable: 0, missing: 0 }
  for (const cell of form.cells) {
    const value = values.get(cell.id)
    if (value === undefined) { cells.missing++; continue }
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

interface Attempt { form: Form, values: Map<string, CellReading>, problems: ReadingProblem[], known: number }

/** Puts the readings of all stretches together. A table that stands twice counts only where it says the same. */
function attempt (form: Form, readings: TableReading[]): Attempt {
  const values = new Map<string, CellReading>()
  const problems = readings.flatMap(reading => reading.problems)
  for (const id of form.tables.keys()) {
    const found = readings.filter(reading => reading.table.definition.id === id && reading.cells.size > 0)
    const differs = found.some(one => found.some(other => [...one.cells].some(([cell, value]) => { const twin = other.cells.get(cell); return twin === undefined || !same(value, twin) })))
    if (differs) problems.push(problemOf('table-twice', { table: id }))
    for (const reading of found) for (const [cell, value] of reading.cells) values.set(cell, differs ? unreadable(value) : value)
  }
  const known = [...values.values()].filter(value => value.note?.state !== 'unreadable').length
  return { form, values, problems, known }
}

// ---- texts --------------------------------------------------------------------------------------------------------

/** What stands below a report on its page. */
const FOOTER = /^(打印|关闭|分享|扫一扫|上一篇|下一篇|相关(链接|文档|附件|新闻)|主办单位|承办单位|版权所有|网站标识码|浏览次数|【?打印|【?关闭|ICP|.{0,30}ICP备)/
const PAGE_NUMBER = /^([-—–]\d{1,3}[-—–]|第\d{1,3}页.*)$/

const LONGEST = 200_000

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
    if (longest !== '') sections[id] = longest.slice(0, LONGEST)
  }
  return sections
}
