// Derives the checks between reports of a form from the rules in its definition.
import type { BetweenRule, BetweenTerm } from '../definition.ts'
import { type BetweenCheck, type Cell, cellId, type Form, type FormTable, type Term } from '../form.ts'

/** The cell, or part of a cell id, that one check of a rule is about. */
interface Subject {
  suffix: string
  zh: string
  en: string
  table?: FormTable
  row?: string
  column?: string
}

/** Throws an Error for a rule that names a cell the form does not have. */
export function deriveBetween (form: Form): BetweenCheck[] {
  const checks = (form.definition.between ?? []).flatMap(rule =>
    subjectsOf(form, rule).map(subject => checkOf(form, rule, subject))
  )
  const ids = [...form.checks, ...checks].map(check => check.id)
  const twice = ids.find((id, i) => ids.indexOf(id) !== i)
  if (twice !== undefined) throw new Error(`form ${form.id}: the check ${twice} appears twice`)
  return checks
}

function subjectsOf (form: Form, rule: BetweenRule): Subject[] {
  if (rule.for === undefined) return [{ suffix: '', zh: '', en: '' }]
  const names = rule.tables ?? [...form.tables.keys()]
  return names.flatMap((name): Subject[] => {
    const table = form.tables.get(name)
    if (table === undefined) throw new Error(`form ${form.id}: between.${rule.id}: the table ${name} does not exist`)
    const within = rule.tables?.length === 1 ? '' : `.${name}`
    switch (rule.for) {
      case 'columns':
        return table.columns.map(({ id, zh, en }) => ({ suffix: `${within}.${id}`, zh, en, table, column: id }))
      case 'rows':
        return table.rows.map(({ id, zh, en }) => ({ suffix: `${within}.${id}`, zh, en, table, row: id }))
      default:
        return table.cells.filter(cell => isSubject(rule, cell)).map(({ id, row, column, label }) => ({
          suffix: `.${id}`,
          ...label,
          table,
          row,
          column
        }))
    }
  })
}

/** A change around zero, such as from -1 to 30, has no meaningful factor. */
const isSubject = (rule: BetweenRule, cell: Cell): boolean =>
  (rule.for !== 'totals' || cell.total) && (rule.rule !== 'unusual' || !cell.signed)

function checkOf (form: Form, rule: BetweenRule, subject: Subject): BetweenCheck {
  const { id, severity, rule: kind, left = [], right = [], factor, from, zh, en } = rule
  const terms = (side: Term['side'], of: BetweenTerm[]) =>
    of.map((term): Term => {
      const cell = cellId(
        subject.table!.definition.id,
        term.row ?? subject.row ?? '',
        term.column ?? subject.column ?? ''
      )
      if (!form.cell.has(cell)) throw new Error(`form ${form.id}: between.${id}: ${cell} does not exist`)
      return { side, cell, report: term.report ?? 'this', times: term.times ?? 1 }
    })
  return {
    id: id + subject.suffix,
    severity,
    rule: kind,
    zh: subject.zh === '' ? zh : `${subject.zh}：${zh}`,
    en: subject.en === '' ? en : `${subject.en}: ${en}`,
    terms: [...terms('left', left), ...terms('right', right)],
    ...(factor === undefined ? {} : { factor }),
    ...(from === undefined ? {} : { from })
  }
}
