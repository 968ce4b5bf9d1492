// Evaluates the checks between a report and others: last year's, and those of the agencies below. The others are
// arguments; in another form, their cells are matched by meaning.
import type { Text } from '../../problems/fault.ts'
import type { Outcome } from '../assess-check.ts'
import type { Content } from '../content.ts'
import { type Figure, writeFigure } from '../figures.ts'
import type { BetweenCheck, Cell, Form, Term } from '../form.ts'
import { addReports, type OtherReport } from './other-forms.ts'

/** The sum of the `own` reports below an agency. `figures` is in the order of the form's cells; null is unknown. */
export interface SumBelow {
  figures: Figure[]
  expected: number
  included: number
  missing: number
}

/** A member that is undefined: checks that need it are not run. */
export interface Neighbours {
  /** Last year's report, with those of the agencies that this one took over; empty if one of them is not there. */
  previous?: OtherReport[] | undefined
  below?: SumBelow | undefined
}

export interface BetweenVerdict {
  outcome: Outcome
  left: Figure
  right: Figure
  cells: string[]
  /** Of the left and right side, in storage units. */
  scale: number
  message: Text
}

type Sources = Record<Term['report'], Figure[] | undefined>

interface Comparison {
  form: Form
  content: Content
  sources: Sources
  neighbours: Neighbours
}

/** Returns the checks that can be run, each with its verdict. */
export function assessBetween (
  form: Form,
  content: Content,
  neighbours: Neighbours,
  only?: ReadonlySet<string>
): { check: BetweenCheck, verdict: BetweenVerdict }[] {
  const { previous, below } = neighbours
  const sources = {
    this: content.figures,
    previous_year: previous === undefined || previous.length === 0 ? undefined : addReports(form, previous),
    below: below?.figures
  }
  const comparison = { form, content, sources, neighbours }
  const groups = groupChecks(form)
  const checks = previous === undefined ? groups.below : below === undefined ? groups.previous : form.between
  return checks
    .filter(check => only?.has(check.id) !== false)
    .map(check => ({ check, verdict: verdictOf(comparison, check) }))
}

interface Groups {
  previous: BetweenCheck[]
  below: BetweenCheck[]
}

const groupsOf = new WeakMap<Form, Groups>()

/** Grouped once for each form: a form has hundreds of checks, and most reports need few of them. */
function groupChecks (form: Form): Groups {
  let groups = groupsOf.get(form)
  if (groups === undefined) {
    groups = {
      previous: form.between.filter(check => !isAboutBelow(check)),
      below: form.between.filter(isAboutBelow)
    }
    groupsOf.set(form, groups)
  }
  return groups
}

export const isAboutBelow = ({ terms }: BetweenCheck): boolean => terms.some(({ report }) => report === 'below')

function verdictOf (
  { form, content, sources, neighbours }: Comparison,
  check: BetweenCheck
): BetweenVerdict {
  const { previous, below } = neighbours
  if (check.rule === 'identical') return compareAll(form, check, content, previous!)
  const side = (which: Term['side']) => sumOfTerms(form, check.terms.filter(({ side }) => side === which), sources)
  const isIncomplete = isAboutBelow(check) && below!.missing > 0
  const [left, right] = [side('left'), isIncomplete ? null : side('right')]
  const { scale } = form.cell.get(check.terms[0]!.cell)!
  const outcome = left === null || right === null
    ? 'not_assessable'
    : isMet(check, left, right, scale)
    ? 'pass'
    : 'fail'
  const cells = check.terms.filter(({ report }) => report === 'this').map(({ cell }) => cell)
  return {
    outcome,
    left,
    right,
    cells,
    scale,
    message: outcome === 'pass' ? check : messageOf(check, neighbours, {
      outcome,
      left: writeFigure(scale, left),
      right: writeFigure(scale, right),
      delta: writeFigure(scale, left === null || right === null ? null : left - right)
    })
  }
}

function isMet ({ rule, factor = 1, from = 0 }: BetweenCheck, left: number, right: number, scale: number): boolean {
  if (rule === 'equal') return left === right
  const [least, most] = left < right ? [left, right] : [right, left]
  return most < from * scale || most < factor * least
}

function sumOfTerms (form: Form, terms: Term[], sources: Sources): Figure {
  let sum = 0
  for (const { cell, report, times } of terms) {
    const figure = sources[report]?.[form.cell.get(cell)!.position - 1] ?? null
    if (figure === null) return null
    sum += figure * times
  }
  return sum
}

/** `left` counts the figures that are last year's, `right` all figures. */
function compareAll (form: Form, check: BetweenCheck, content: Content, previous: OtherReport[]): BetweenVerdict {
  const [other] = previous
  const unknown = { outcome: 'not_assessable' as const, left: null, right: null, cells: [], scale: 1 }
  if (other === undefined) return { ...unknown, message: noReport(check) }
  if (previous.length > 1 || other.form !== form) {
    return {
      ...unknown,
      message: {
        zh: `${check.zh}：上年报告${other.form === form ? '不止一份' : '使用另一版格式'}，无法判断`,
        en: `${check.en}: cannot be assessed, ${
          other.form === form ? 'there are several reports of last year' : 'last year\'s report is in another form'
        }`
      }
    }
  }
  const figureIn = ({ figures }: Content, { position }: Cell) => figures[position - 1] ?? null
  const given = form.cells.filter(cell => figureIn(content, cell) !== null || figureIn(other.content, cell) !== null)
  const same = given.filter(cell => figureIn(content, cell) === figureIn(other.content, cell))
  const cells = same.filter(cell => figureIn(content, cell) !== 0).map(({ id }) => id)
  const [left, right] = [same.length, given.length]
  const isSame = given.every(cell =>
    figureIn(content, cell) === figureIn(other.content, cell) || isUnread(content, cell) ||
    isUnread(other.content, cell)
  )
  if (isSame && left < right) {
    return {
      ...unknown,
      message: {
        zh: `${check.zh}：有不能识别的数，无法判断`,
        en: `${check.en}: cannot be assessed, a figure could not be read`
      }
    }
  }
  return {
    outcome: isSame && cells.length > 0 ? 'fail' : 'pass',
    left,
    right,
    cells,
    scale: 1,
    message: {
      zh: `${check.zh}：${left} 个数全部与上年报告相同，其中 ${cells.length} 个不为 0`,
      en: `${check.en}: all ${left} figures are those of last year's report, ${cells.length} of them not 0`
    }
  }
}

function isUnread ({ notes }: Content, { id }: Cell): boolean {
  const state = notes[id]?.state
  return state === 'unreadable' || state === 'unit_unknown'
}

const noReport = ({ zh, en }: Text): Text => ({
  zh: `${zh}：没有已发布的上年报告，无法判断`,
  en: `${en}: cannot be assessed, there is no published report of last year`
})

function messageOf (
  check: BetweenCheck,
  { previous = [], below }: Neighbours,
  { outcome, left, right, delta }: { outcome: Outcome, left: Figure, right: Figure, delta: Figure }
): Text {
  const { zh, en } = check
  if (isAboutBelow(check)) return messageAboutBelow(check, below!, outcome, [left, right, delta])
  if (previous.length === 0) return noReport(check)
  if (outcome === 'not_assessable') {
    return {
      zh: `${zh}：本年或上年报告中有空白、缺失或不能识别的数，或者上年报告的格式没有这一项，无法判断`,
      en:
        `${en}: cannot be assessed, a figure of this or last year's report is blank, missing or could not be read, or the form of last year's report does not have it`
    }
  }
  const version = previous.length === 1 ? previous[0]!.version : null
  const last = {
    zh: version === null ? '上年报告' : `上年报告（第 ${version} 版）`,
    en: version === null ? 'last year\'s report' : `last year's report (version ${version})`
  }
  return check.rule === 'unusual'
    ? {
      zh: `${zh}：本年为 ${left}，${last.zh}为 ${right}`,
      en: `${en}: it is ${left} this year and ${right} in ${last.en}`
    }
    : {
      zh: `${zh}：本年报告为 ${left}，按${last.zh}应为 ${right}，相差 ${delta}`,
      en: `${en}: this report has ${left}, by ${last.en} it is ${right}, the difference ${delta}`
    }
}

function messageAboutBelow (
  { zh, en }: Text,
  { expected, included, missing }: SumBelow,
  outcome: Outcome,
  [left, right, delta]: [Figure, Figure, Figure]
): Text {
  if (missing > 0) {
    return {
      zh: `${zh}：下级应有 ${expected} 份报告，缺 ${missing} 份，无法判断`,
      en: `${en}: cannot be assessed, ${missing} of ${expected} reports below are missing`
    }
  }
  if (outcome === 'not_assessable') {
    return {
      zh: `${zh}：本报告或下级报告中有空白、缺失或不能识别的数，或者下级报告的格式没有这一项，无法判断`,
      en:
        `${en}: cannot be assessed, a figure of this report or of one below is blank, missing or could not be read, or the form of one below does not have it`
    }
  }
  return {
    zh: `${zh}：汇总为 ${left}，下级 ${included} 份报告之和为 ${right}，相差 ${delta}`,
    en: `${en}: the summary has ${left}, the ${included} reports below add to ${right}, the difference ${delta}`
  }
}
