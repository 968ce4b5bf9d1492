// The engine of the checks that need one report only.
import type { Text } from '../problems/fault.ts'
import { hasRow, type Content } from './content.ts'
import { writeFigure } from './figures.ts'
import type { Cell, Check, Form, Severity, SplitCheck, StatedCheck, SumCheck } from './form.ts'

/** A longer text is not searched for the figures that it states. */
const LONGEST_STATEMENT = 50_000

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
      message: message ??
        told(
          form,
          check,
          outcome,
          writeFigure(scale, left),
          writeFigure(scale, right),
          writeFigure(scale, delta),
          cells
        )
    })
  }
  return { summary, findings }
}

/** While there is such a finding, the report cannot be submitted. */
export const isObstacle = ({ severity, outcome }: Finding): boolean => severity === 'error' && outcome === 'fail'

/** The findings that are obstacles, and no other check is run. */
export function failedChecks (form: Form, content: Content): Finding[] {
  return runChecks({ ...form, checks: form.checks.filter(check => check.severity === 'error') }, content).findings
    .filter(isObstacle)
}

/**
 * By form: the positions, from 0, that each sum adds; undefined when a check that is no sum may be an obstacle, too.
 */
const sumsOf = new WeakMap<Form, { left: number[], right: number[] }[] | undefined>()

/**
 * Every cell has a figure and every sum holds, so that there is no obstacle: most reports are found good by this alone.
 * `figures` in the order of the form's cells; NaN is blank.
 */
export function addsUp (form: Form, figures: Float64Array): boolean {
  if (!sumsOf.has(form)) {
    const positions = (ids: string[]) => ids.map(id => form.cell.get(id)!.position - 1)
    const checks = form.checks.filter(check => check.severity === 'error')
    sumsOf.set(
      form,
      checks.every(({ rule }) => rule === 'sum' || rule === 'rows')
        ? checks.flatMap(check =>
          check.rule === 'sum' ? { left: positions(check.left), right: positions(check.right) } : []
        )
        : undefined
    )
  }
  const sums = sumsOf.get(form)
  return sums !== undefined && !figures.includes(NaN) &&
    sums.every(({ left, right }) => sumAt(figures, left) === sumAt(figures, right))
}

function sumAt (figures: Float64Array, positions: number[]): number {
  let sum = 0
  for (let i = 0; i < positions.length; i++) sum += figures[positions[i]!]!
  return sum
}

interface Verdict {
  outcome: Outcome
  left: number | null
  right: number | null
  cells: string[]
  message?: Text
}

function assess (form: Form, content: Content, check: Check): Verdict {
  switch (check.rule) {
    case 'sum':
      return assessSum(form, content, check)
    case 'split':
      return assessSplit(form, content, check)
    case 'rows': {
      const table = form.tables.get(check.table)!
      const there = table.rows.filter(row => hasRow(content, table, row.id)).map(row => row.id)
      const cells = table.cells.filter(cell => !there.includes(cell.row)).map(cell => cell.id)
      return { outcome: cells.length === 0 ? 'pass' : 'fail', left: there.length, right: table.rows.length, cells }
    }
    case 'figures': {
      const given = form.tables.get(check.table)!.cells.filter(cell =>
        figureOf(content, cell) !== null || content.notes[cell.id]
      )
      const cells = given.filter(cell => figureOf(content, cell) === null).map(cell => cell.id)
      const outcome = given.length === 0 ? 'not_assessable' : cells.length === 0 ? 'pass' : 'fail'
      return { outcome, left: given.length - cells.length, right: given.length, cells }
    }
    case 'stated':
      return assessStated(form, content, check)
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
    return figures.length === 0 || ids.some(id => isUnknown(form, content, id))
      ? null
      : figures.reduce((sum, figure) => sum + figure, 0)
  }
  const left = side(check.left)
  const right = side(check.right)
  const blankTotal = check.totals.some(id => figureOf(content, form.cell.get(id)!) === null)
  const assessable = left !== null && right !== null && !blankTotal
  return {
    outcome: !assessable ? 'not_assessable' : left === right ? 'pass' : 'fail',
    left,
    right,
    cells: [...check.left, ...check.right]
  }
}

/** Its figure is not blank but not known: it could not be read, or its row was never given. */
function isUnknown (form: Form, content: Content, id: string): boolean {
  const state = content.notes[id]?.state
  return state === undefined
    ? figureOf(content, form.cell.get(id)!) === null
    : state === 'unreadable' || state === 'unit_unknown'
}

function assessSplit (form: Form, content: Content, check: SplitCheck): Verdict {
  const figures = check.addends.map(id => figureOf(content, form.cell.get(id)!) ?? 0)
  const total = figureOf(content, form.cell.get(check.total)!)
  const sum = figures.reduce((a, b) => a + b, 0)
  if (total === null || check.addends.some(id => isUnknown(form, content, id))) {
    return { outcome: 'not_assessable', left: null, right: total, cells: [...check.addends, check.total] }
  }
  const broken = sum === total
    ? -1
    : figures.findIndex((figure, i) =>
      i + 1 < figures.length && figure > 0 &&
      sum - figure - figures[i + 1]! + Number(`${figure}${figures[i + 1]}`) === total
    )
  const cells = check.addends.slice(broken, broken + 2)
  return broken < 0
    ? { outcome: 'pass', left: sum, right: total, cells }
    : {
      outcome: 'fail',
      left: sum,
      right: total,
      cells,
      message: {
        zh: `${check.zh}：${figures[broken]} 与 ${figures[broken + 1]} 连写为 ${figures[broken]}${
          figures[broken + 1]
        } 时，合计正好等于 ${total}`,
        en: `${check.en}: with ${figures[broken]} and ${figures[broken + 1]} written together as ${figures[broken]}${
          figures[broken + 1]
        } the row adds to its total ${total}`
      }
    }
}

/** Two different figures in one text: which of them is meant cannot be told. */
function assessStated (form: Form, content: Content, check: StatedCheck): Verdict {
  const text = (content.sections[check.section] ?? '').normalize('NFKC').replace(/\s+/g, '').slice(0, LONGEST_STATEMENT)
  const found = [...text.matchAll(new RegExp(check.phrase, 'g'))]
  const stated = new Set(found.map(match => Number(match[1])))
  const figures = check.cells.map(id => figureOf(content, form.cell.get(id)!))
  const right = figures.includes(null) ? null : figures.reduce<number>((sum, figure) => sum + figure!, 0)
  const [left] = stated
  if (stated.size !== 1 || left === undefined || !Number.isSafeInteger(left)) {
    return { outcome: 'pass', left: null, right, cells: check.cells }
  }
  if (right === null || left === right) {
    return { outcome: right === null ? 'not_assessable' : 'pass', left, right, cells: check.cells }
  }
  const quote = found[0]![0]
  return {
    outcome: 'fail',
    left,
    right,
    cells: check.cells,
    message: {
      zh: `${check.zh}：文字写“${quote}”，表格为 ${right}`,
      en: `${check.en}: the text says “${quote}”, the table ${right}`
    }
  }
}

function told (
  form: Form,
  check: Check,
  outcome: Outcome,
  left: number | null,
  right: number | null,
  delta: number | null,
  cells: string[]
): Text {
  if (check.rule === 'rows') {
    return {
      zh: `${check.zh}：应有 ${right} 行，已有 ${left} 行`,
      en: `${check.en}: ${left} of ${right} rows are there`
    }
  }
  if (check.rule === 'text') return { zh: `${check.zh}：现有 ${left} 字`, en: `${check.en}: it has ${left}` }
  if (check.rule === 'figures') {
    if (outcome === 'not_assessable') {
      return { zh: `${check.zh}：尚无任何行，无法判断`, en: `${check.en}: cannot be assessed, no row is there` }
    }
    const named = cells.slice(0, 3).map(id => form.cell.get(id)!.label)
    const more = cells.length - named.length
    return {
      zh: `${check.zh}：${cells.length} 格没有数字（${named.map(label => label.zh).join('；')}${
        more > 0 ? `，另有 ${more} 格` : ''
      }）`,
      en: `${check.en}: ${cells.length} cells have no figure (${named.map(label => label.en).join('; ')}${
        more > 0 ? `, and ${more} more` : ''
      })`
    }
  }
  if (outcome === 'not_assessable') {
    return {
      zh: `${check.zh}：有空白、缺失或不能识别的数，无法判断`,
      en: `${check.en}: cannot be assessed, a figure is blank, missing or could not be read`
    }
  }
  return {
    zh: `${check.zh}：左边为 ${left}，右边为 ${right}，相差 ${delta}`,
    en: `${check.en}: the left side is ${left}, the right side ${right}, the difference ${delta}`
  }
}

const figureOf = (content: Content, cell: Cell) => content.figures[cell.position - 1] ?? null
