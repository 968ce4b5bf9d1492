// Runs the checks of a form on one report.
import type { Text } from '../problems/fault.ts'
import { assess, type Outcome } from './assess-check.ts'
import { assessBetween, isAboutBelow, type Neighbours } from './between/between.ts'
import type { Content } from './content.ts'
import { writeFigure } from './figures.ts'
import type { Check, Form, Severity } from './form.ts'

export interface Finding {
  check: string
  severity: Severity
  outcome: Exclude<Outcome, 'pass'>
  /** Both sides and left minus right, in the units of the API; null if a side is unknown. */
  left: number | null
  right: number | null
  delta: number | null
  cells: string[]
  /** What the filer says about it. */
  explanation?: string
  /** The report on the other side of a check between reports; `others` if there are several. */
  other?: ReportRef
  others?: ReportRef[]
  /** How many reports below the agency a check against their sum covers. */
  coverage?: { expected: number, included: number, missing: number }
  message: Text
}

export interface ReportRef {
  agency: string | null
  year: number
  version: number | null
}

export interface CheckResult {
  summary: Record<Outcome, number>
  findings: Finding[]
}

/**
 * `summary` counts all checks, `findings` lists those that did not pass, in the order of the form. With `neighbours`,
 * the checks between reports are run, too. `only` selects checks by id.
 */
export function runChecks (
  form: Form,
  content: Content,
  neighbours: Neighbours = {},
  only?: ReadonlySet<string>
): CheckResult {
  const summary = { pass: 0, fail: 0, not_assessable: 0 }
  const findings: Finding[] = []
  for (const check of form.checks) {
    if (only?.has(check.id) === false) continue
    const verdict = assess(form, content, check)
    summary[verdict.outcome]++
    if (verdict.outcome === 'pass') continue
    const { outcome, left, right, cells, message } = verdict
    const scale = check.rule === 'sum' ? form.cell.get(check.left[0]!)!.scale : 1
    const result = { outcome, ...sidesOf(scale, left, right), cells }
    findings.push({
      check: check.id,
      severity: check.severity,
      ...result,
      ...explanationOf(content, check.id),
      message: message ?? findingMessage(form, check, result)
    })
  }
  if (neighbours.previous === undefined && neighbours.below === undefined) return { summary, findings }
  const [previous, below] = refsOf(neighbours)
  for (
    const { check, verdict: { outcome, left, right, cells, scale, message } } of assessBetween(
      form,
      content,
      neighbours,
      only
    )
  ) {
    summary[outcome]++
    if (outcome === 'pass') continue
    findings.push({
      check: check.id,
      severity: check.severity,
      outcome,
      ...sidesOf(scale, left, right),
      cells,
      ...explanationOf(content, check.id),
      ...(isAboutBelow(check) ? below : previous),
      message
    })
  }
  return { summary, findings }
}

const sidesOf = (scale: number, left: number | null, right: number | null) => ({
  left: writeFigure(scale, left),
  right: writeFigure(scale, right),
  delta: writeFigure(scale, left === null || right === null ? null : left - right)
})

function explanationOf ({ explanations }: Content, check: string): { explanation?: string } {
  const explanation = explanations[check]
  return explanation === undefined ? {} : { explanation }
}

/** Returns the members of a finding that say what is on the other side: of last year's reports, and of those below. */
function refsOf ({ previous = [], below }: Neighbours) {
  const refs = previous.map(({ agency, year, version }): ReportRef => ({ agency, year, version }))
  const { expected = 0, included = 0, missing = 0 } = below ?? {}
  return [
    refs.length === 0 ? {} : refs.length === 1 ? { other: refs[0]! } : { other: refs[0]!, others: refs },
    { coverage: { expected, included, missing } }
  ] as const
}

/** True if the finding prevents the submission of the report. */
export const isObstacle = ({ severity, outcome }: Finding): boolean => severity === 'error' && outcome === 'fail'

/** Returns the obstacles only. Skips the checks that cannot produce one. */
export function failedChecks (form: Form, content: Content): Finding[] {
  return runChecks({ ...form, checks: form.checks.filter(check => check.severity === 'error') }, content).findings
    .filter(isObstacle)
}

/**
 * For `addsUp`, by form: the indices that each sum adds; undefined if the form has a check of severity error that is
 * neither a sum nor about missing rows.
 */
const sumsOf = new WeakMap<Form, { left: number[], right: number[] }[] | undefined>()

/**
 * Fast path for imports: true if every cell has a figure and every sum is correct, so that no check can be an obstacle.
 * False proves nothing; then run `failedChecks`. `figures` is in the order of the form's cells; NaN is blank.
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

function findingMessage (
  form: Form,
  check: Check,
  { outcome, left, right, delta, cells }: Pick<Finding, 'outcome' | 'left' | 'right' | 'delta' | 'cells'>
): Text {
  if (check.rule === 'rows') {
    return {
      zh: `${check.zh}：应有 ${right} 行，已有 ${left} 行`,
      en: `${check.en}: ${left} of ${right} rows are present`
    }
  }
  if (check.rule === 'text') return { zh: `${check.zh}：现有 ${left} 字`, en: `${check.en}: it has ${left}` }
  if (check.rule === 'figures') {
    if (outcome === 'not_assessable') {
      return { zh: `${check.zh}：尚无任何行，无法判断`, en: `${check.en}: cannot be assessed, the table has no rows` }
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
