// The measures that a request names: one by one, or a row, a table or all of a form at once.
import { cellId, type FormTable } from '../form/form.ts'
import { isRate, type Quantity } from '../form/rates/rates.ts'
import { Forms } from '../forms/forms.ts'
import { problem, throwIfFaults } from '../problems/problem.ts'

const ALL = '*'

/**
 * Returns the measures and rates in `lists`, each a list of ids separated by commas. The id of a row stands for the
 * measures of its columns, that of a table for those of all its rows, `*` for all cells: those of `form`, else those of
 * the newest form and what only older ones have. Throws `measure-unknown` with all ids that are none.
 */
export function readMeasures (forms: Forms, lists: string[], form?: string): Quantity[] {
  const ids = lists.flatMap(list => list.split(','))
  const known = forms.quantities
  const found = new Map(ids.map(id => [id, known.has(id) ? [id] : cellsUnder(forms, id, form)]))
  throwIfFaults(
    'measure-unknown',
    [...found].filter(([, measures]) => measures.length === 0).map(([id]) => ({
      parameter: 'measure',
      found: id,
      expected: {
        en: 'a measure of a form: table.row.column, or table.row, table or *',
        zh: '格式中的指标：table.row.column，或 table.row、table、*'
      },
      candidates: [...known.keys(), ...namesOfMany(forms)]
    }))
  )
  return [...new Set([...found.values()].flat())].map(id => known.get(id)!)
}

/** Returns the only measure that is meant. Throws `measures-too-many` if there are more. */
export function readMeasure (forms: Forms, id: string, form?: string): Quantity {
  const measures = readMeasures(forms, [id], form)
  if (measures.length > 1) throw problem('measures-too-many', { found: measures.length, most: 1 })
  return measures[0]!
}

function cellsUnder (forms: Forms, id: string, form: string | undefined): string[] {
  const asked = form === undefined ? undefined : forms.find(form)
  const ids = (asked === undefined ? [] : [asked]).flatMap(({ tables }) => cellsIn([...tables.values()], id))
  return ids.length > 0 ? ids : forms.all.toReversed().flatMap(({ tables }) => cellsIn([...tables.values()], id))
}

const cellsIn = (tables: FormTable[], id: string): string[] =>
  tables.flatMap(({ definition, rows, columns }) => {
    const named = id === ALL || id === definition.id
      ? rows
      : definition.rows.filter(row => id === `${definition.id}.${row.id}`)
    return named.flatMap(row => columns.map(column => cellId(definition.id, row.id, column.id)))
  })

const namesOfMany = (forms: Forms): string[] =>
  forms.all.flatMap(({ tables }) =>
    [...tables.values()].flatMap(({ definition: { id, rows } }) => [id, ...rows.map(row => `${id}.${row.id}`)])
  )

/** Throws `form-unknown`, or `rate-not-in-form` with all rates whose measures the form lacks. */
export function checkForm (forms: Forms, form: string | undefined, quantities: Quantity[]): void {
  if (form === undefined) return
  if (forms.find(form) === undefined) throw problem('form-unknown', { form })
  const lacking = quantities.filter(quantity => isRate(quantity) && !quantity.forms.includes(form))
  if (lacking.length === 0) return
  const having = [...forms.rates.values()].filter(rate => rate.forms.includes(form)).map(({ id }) => id)
  throw problem('rate-not-in-form', { form }, {
    errors: lacking.map(({ id }) => ({
      parameter: 'measure',
      found: id,
      expected: { en: `a measure, or one of ${having.join(', ')}`, zh: `指标，或以下之一：${having.join('、')}` },
      candidates: having
    }))
  })
}
