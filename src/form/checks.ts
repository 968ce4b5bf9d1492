// The checks that need one report only: derived from the form as data, run by one engine.
import type { Content } from './content.ts'
import { hasRow } from './content.ts'
import type { Text } from './fault.ts'
import { writeFigure } from './figures.ts'
import { cellId, type Cell, type Form, type FormTable } from './form.ts'

export type Severity = 'error' | 'warning' | 'info'

interface Base {
  id: string
  severity: Severity
  /** What must hold. */
  zh: string
  en: string
}
/** The cells on the left add to those on the right. `totals` are the printed totals, which must not be blank. */
export interface SumCheck extends Base { rule: 'sum', left: string[], right: string[], totals: string[] }
/** No neighbours in the row are one number broken in two: joining their digits would make the row's total right. */
export interface SplitCheck extends Base { rule: 'split', addends: string[], total: string }
/** Each row of the table is there. */
export interface RowsCheck extends Base { rule: 'rows', table: string }
/** Each cell of the rows that are there has a figure. */
export interface FiguresCheck extends Base { rule: 'figures', table: string }
/** The text has at least so many characters. */
export interface TextCheck extends Base { rule: 'text', section: string, at_least: number }
export type Check = SumCheck | SplitCheck | RowsCheck | FiguresCheck | TextCheck

export type Outcome = 'pass' | 'fail' | 'not_assessable'

export interface Finding {
  check: string
  severity: Severity
  outcome: Exclude<Outcome, 'pass'>
  /** Both sides and left minus right, in the unit of the wire; null when a side cannot be told. */
  left: number | null
  right: number | null
  delta: number | null
  cells: string[]
  message: Text
}

export interface CheckResult {
  summary: Record<Outcome, number>
  findings: Finding[]
}

export function deriveChecks (form: Form): Check[] {
  return [...form.tables.values()].flatMap(table => [...sums(table), ...completeness(table)]).concat(
    form.definition.sections.flatMap((section): Check[] => section.at_least === undefined
      ? []
      : [{
          id: `${section.id}.text`,
          severity: 'warning',
          rule: 'text',
          section: section.id,
          at_least: section.at_least,
          zh: `“${section.title_zh}”不少于 ${section.at_least} 字`,
          en: `“${section.title_en}” has at least ${section.at_least} characters`
        }]))
}

function sums ({ definition: table, rows, columns }: FormTable): Check[] {
  const cells = (rowIds: string[], columnIds: string[]) => rowIds.flatMap(r => columnIds.map(c => cellId(table.id, r, c)))
  const checks: Check[] = []
  for (const identity of table.identities ?? []) {
    const totals = identity.right.filter(id => rows.some(row => row.id === id && row.total_of))
    for (const column of columns) {
      checks.push({
        id: `${table.id}.${identity.id}.${column.id}`,
        severity: 'error',
        rule: 'sum',
        left: cells(identity.left, [column.id]),
        right: cells(identity.right, [column.id]),
        totals: cells(totals, [column.id]),
        zh: `${column.zh}：${identity.zh}`,
        en: `${column.en}: ${identity.en}`
      })
    }
  }
  for (const row of rows.filter(row => row.total_of)) {
    for (const column of columns) {
      const right = cells([row.id], [column.id])
      checks.push({
        id: `${table.id}.${row.id}.${column.id}`,
        severity: 'error',
        rule: 'sum',
        left: cells(row.total_of!, [column.id]),
        right,
        totals: right,
        zh: `${column.zh}：${row.zh}等于其各项之和`,
        en: `${column.en}: ${row.en} equals the sum of its rows`
      })
    }
  }
  for (const column of columns.filter(column => column.total_of)) {
    for (const row of rows) {
      const left = cells([row.id], column.total_of!)
      const right = cells([row.id], [column.id])
      checks.push({
        id: `${table.id}.row_total.${row.id}`,
        severity: 'error',
        rule: 'sum',
        left,
        right,
        totals: right,
        zh: `${row.zh}：${column.zh}等于各栏之和`,
        en: `${row.en}: ${column.en} equals the sum of its columns`
      }, {
        id: `${table.id}.split_number.${row.id}`,
        severity: 'info',
        rule: 'split',
        addends: left,
        total: right[0]!,
        zh: `${row.zh}：没有一个数被拆在相邻两格`,
        en: `${row.en}: no number is broken over two neighbouring cells`
      })
    }
  }
  return checks
}

function completeness ({ definition: table }: FormTable): Check[] {
  return [
    { id: `${table.id}.rows`, severity: 'error', rule: 'rows', table: table.id, zh: `“${table.title_zh}”各行齐全`, en: `“${table.title_en}” has all its rows` },
    { id: `${table.id}.blanks`, severity: 'warning', rule: 'figures', table: table.id, zh: `“${table.title_zh}”没有空白单元格`, en: `“${table.title_en}” has no blank cell` }
  ]
}

/** Runs each check once. `summary` counts them all, `findings` has those that did not pass, in the form's order. */
export function runChecks (form: Form, content: Content): CheckResult {
  const summary = { pass: 0, fail: 0, not_assessable: 0 }
  const findings: Finding[] = []
  for (const check of form.checks) {
    const verdict = assess(form, content, check)
    summary[verdict.outcome]++
    if (verdict.outcome === 'pass') continue
    const { outcome, left, right, cells, message } = verdict
    const delta = left === null || right === null ? null : left - right
    const scale = check.rule === 'sum' ? form.cell.get(check.left[0]!)!.scale : 1
    findings.push({
      check: check.id,
      severity: check.severity,
      outcome,
      left: writeFigure(scale, left),
      right: writeFigure(scale, right),
      delta: writeFigure(scale, delta),
      cells,
      message: message ?? told(form, check, outcome, writeFigure(scale, left), writeFigure(scale, right), writeFigure(scale, delta), cells)
    })
  }
  return { summary, findings }
}

interface Verdict { outcome: Outcome, left: number | null, right: number | null, cells: string[], message?: Text }

function assess (form: Form, content: Content, check: Check): Verdict {
  switch (check.rule) {
    case 'sum': return assessSum(form, content, check)
    case 'split': return assessSplit(form, content, check)
    case 'rows': {
      const table = form.tables.get(check.table)!
      const there = table.rows.filter(row => hasRow(content, table, row.id)).map(row => row.id)
      const cells = table.cells.filter(cell => !there.includes(cell.row)).map(cell => cell.id)
      return { outcome: cells.length === 0 ? 'pass' : 'fail', left: there.length, right: table.rows.length, cells }
    }
    case 'figures': {
      const given = form.tables.get(check.table)!.cells.filter(cell => figureOf(content, cell) !== null || content.notes[cell.id])
      const cells = given.filter(cell => figureOf(content, cell) === null).map(cell => cell.id)
      const outcome = given.length === 0 ? 'not_assessable' : cells.length === 0 ? 'pass' : 'fail'
      return { outcome, left: given.length - cells.length, right: given.length, cells }
    }
    case 'text': {
      const length = [...(content.sections[check.section] ?? '').trim()].length
      return { outcome: length >= check.at_least ? 'pass' : 'fail', left: length, right: check.at_least, cells: [] }
    }
  }
}

/**
 * A blank addend counts as 0 while its side has a number. A blank total, a side without any number, a cell that
 * could not be read or whose row was never given leaves the check not assessable: it is never taken for a pass.
 */
function assessSum (form: Form, content: Content, check: SumCheck): Verdict {
  const side = (ids: string[]) => {
    const figures = ids.map(id => figureOf(content, form.cell.get(id)!)).filter(figure => figure !== null)
    return figures.length === 0 ? null : figures.reduce((sum, figure) => sum + figure, 0)
  }
  const left = side(check.left)
  const right = side(check.right)
  const cells = [...check.left, ...check.right]
  const unknown = cells.some(id => {
    const state = content.notes[id]?.state ?? (figureOf(content, form.cell.get(id)!) === null ? 'absent' : 'number')
    return state === 'absent' || state === 'unreadable' || state === 'unit_unknown'
  })
  const blankTotal = check.totals.some(id => figureOf(content, form.cell.get(id)!) === null)
  const assessable = left !== null && right !== null && !unknown && !blankTotal
  return { outcome: !assessable ? 'not_assessable' : left === right ? 'pass' : 'fail', left, right, cells }
}

function assessSplit (form: Form, content: Content, check: SplitCheck): Verdict {
  const figures = check.addends.map(id => figureOf(content, form.cell.get(id)!) ?? 0)
  const total = figureOf(content, form.cell.get(check.total)!)
  const sum = figures.reduce((a, b) => a + b, 0)
  if (total === null) return { outcome: 'not_assessable', left: sum, right: total, cells: [...check.addends, check.total] }
  const broken = sum === total
    ? -1
    : figures.findIndex((figure, i) => i + 1 < figures.length && figure > 0 &&
      sum - figure - figures[i + 1]! + Number(`${figure}${figures[i + 1]}`) === total)
  const cells = check.addends.slice(broken, broken + 2)
  return broken < 0
    ? { outcome: 'pass', left: sum, right: total, cells }
    : {
        outcome: 'fail',
        left: sum,
        right: total,
        cells,
        message: {
          zh: `${check.zh}：${figures[broken]} 与 ${figures[broken + 1]} 连写为 ${figures[broken]}${figures[broken + 1]} 时，合计正好等于 ${total}`,
          en: `${check.en}: with ${figures[broken]} and ${figures[broken + 1]} written together as ${figures[broken]}${figures[broken + 1]} the row adds to its total ${total}`
        }
      }
}

function told (form: Form, check: Check, outcome: Outcome, left: number | null, right: number | null, delta: number | null, cells: string[]): Text {
  if (check.rule === 'rows') return { zh: `${check.zh}：应有 ${right} 行，已有 ${left} 行`, en: `${check.en}: ${left} of ${right} rows are there` }
  if (check.rule === 'text') return { zh: `${check.zh}：现有 ${left} 字`, en: `${check.en}: it has ${left}` }
  if (check.rule === 'figures') {
    if (outcome === 'not_assessable') return { zh: `${check.zh}：尚无任何行，无法判断`, en: `${check.en}: cannot be assessed, no row is there` }
    const named = cells.slice(0, 3).map(id => form.cell.get(id)!.label)
    const more = cells.length - named.length
    return {
      zh: `${check.zh}：${cells.length} 格没有数字（${named.map(label => label.zh).join('；')}${more > 0 ? `，另有 ${more} 格` : ''}）`,
      en: `${check.en}: ${cells.length} cells have no figure (${named.map(label => label.en).join('; ')}${more > 0 ? `, and ${more} more` : ''})`
    }
  }
  if (outcome === 'not_assessable') return { zh: `${check.zh}：有空白、缺失或不能识别的数，无法判断`, en: `${check.en}: cannot be assessed, a figure is blank, missing or could not be read` }
  return { zh: `${check.zh}：左边为 ${left}，右边为 ${right}，相差 ${delta}`, en: `${check.en}: the left side is ${left}, the right side ${right}, the difference ${delta}` }
}

const figureOf = (content: Content, cell: Cell) => content.figures[cell.position - 1] ?? null
