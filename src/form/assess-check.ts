// Evaluates a single check against the content of a report.
import type { Text } from '../problems/fault.ts'
import { type Content, hasRow } from './content.ts'
import type { Cell, Check, Form, SplitCheck, StatedCheck, SumCheck } from './form.ts'

/** Characters of a text that are searched for stated figures; bounds the cost of the regular expressions. */
const MAX_STATEMENT_LENGTH = 50000

interface Verdict {
  outcome: Outcome
  left: number | null
  right: number | null
  cells: string[]
  message?: Text
}

export type Outcome = 'pass' | 'fail' | 'not_assessable'

export function assess (form: Form, content: Content, check: Check): Verdict {
  switch (check.rule) {
    case 'sum':
      return assessSum(form, content, check)
    case 'split':
      return assessSplit(form, content, check)
    case 'rows': {
      const table = form.tables.get(check.table)!
      const present = table.rows.filter(row => hasRow(content, table, row.id)).map(row => row.id)
      const cells = table.cells.filter(cell => !present.includes(cell.row)).map(cell => cell.id)
      return { outcome: cells.length === 0 ? 'pass' : 'fail', left: present.length, right: table.rows.length, cells }
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

/** True if the figure was unreadable or its row is missing. A blank cell is known to have no figure. */
function isUnknown (form: Form, content: Content, id: string): boolean {
  const state = content.notes[id]?.state
  return state === undefined
    ? figureOf(content, form.cell.get(id)!) === null
    : state === 'unreadable' || state === 'unit_unknown'
}

/**
 * A blank addend counts as 0 if its side has at least one number. A blank total, a side without numbers or an unknown
 * cell makes the check not assessable, never a pass.
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

/** Passes if the text states no figure or several different ones: then it is unclear which one the author means. */
function assessStated (form: Form, content: Content, check: StatedCheck): Verdict {
  const text = (content.sections[check.section] ?? '').normalize('NFKC').replace(/\s+/g, '').slice(
    0,
    MAX_STATEMENT_LENGTH
  )
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

const figureOf = (content: Content, cell: Cell) => content.figures[cell.position - 1] ?? null
