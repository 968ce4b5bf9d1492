// The forms known to the service, and which one applies to a year.
import type { Kysely } from 'kysely'
import type { Database } from '../database/types.ts'
import { compileForm } from '../form/compile-form.ts'
import type { FormDefinition } from '../form/definition.ts'
import type { Form, Measure } from '../form/form.ts'
import { deriveRates, type Quantity, type Rate, type RateDefinition } from '../form/rates/rates.ts'
import { problem } from '../problems/problem.ts'

export class Forms {
  /** In the order of their first years. */
  readonly all: Form[]
  /** Those of all forms by id; the same id means the same in each. */
  readonly measures: Map<string, Measure>
  readonly rates: Map<string, Rate>
  /** All that a total can be asked of: the measures, then the rates. */
  readonly quantities: Map<string, Quantity>

  /** Throws an Error that says which data are inconsistent. */
  constructor (definitions: FormDefinition[], rates: RateDefinition[] = []) {
    this.all = definitions.map(compileForm).sort((a, b) => firstYear(a) - firstYear(b))
    const units = new Map<string, string>()
    for (const { id, unit } of this.all.flatMap(form => [...form.measures.values()])) {
      if ((units.get(id) ?? unit) !== unit) {
        throw new Error(
          `${id} is in ${unit} in one form and in ${units.get(id)} in another: the same id means the same in every form`
        )
      }
      units.set(id, unit)
    }
    this.measures = new Map(this.all.flatMap(form => [...form.measures]))
    this.rates = deriveRates(rates, this.all, this.measures)
    this.quantities = new Map<string, Quantity>([...this.measures, ...this.rates])
  }

  /** The length of the longest vector. */
  get width (): number {
    return Math.max(...this.all.map(form => form.cells.length))
  }

  /** The first year of which there are reports. */
  get firstYear (): number {
    return firstYear(this.all[0]!)
  }

  find (id: string): Form | undefined {
    return this.all.find(form => form.id === id)
  }

  /** A form that stored reports name. */
  get (id: string): Form {
    const form = this.find(id)
    if (form === undefined) throw new Error(`a stored report has the form ${id}, which is not in forms/`)
    return form
  }

  /**
   * The form for a new report: the newest in force in that year, or the one asked for. An older form may be used
   * for a later year, as agencies do; a newer one for an earlier year may not.
   */
  choose (year: number, asked: string | undefined): Form {
    const inForce = this.all.filter(form => firstYear(form) <= year)
    if (asked !== undefined) {
      const form = this.find(asked)
      if (form === undefined) {
        throw problem('form-unknown', { form: asked }, {
          errors: [{
            pointer: '/form',
            found: asked,
            expected: { en: 'the id of a form', zh: '格式编号' },
            candidates: this.all.map(f => f.id)
          }]
        })
      }
      if (!inForce.includes(form)) throw problem('form-not-in-force', { form: asked, year })
      return form
    }
    const form = inForce.findLast(form => year <= (form.definition.reporting_years[1] ?? year))
    if (form === undefined) throw problem('year-without-form', { year, first: firstYear(this.all[0]!) })
    return form
  }
}

/** As `choose`, for a report that is written now: of a year that has begun. */
export function chooseForm (forms: Forms, year: number, asked: string | undefined, thisYear: number): Form {
  if (year > thisYear) throw problem('year-in-future', { year, latest: thisYear })
  return forms.choose(year, asked)
}

const firstYear = (form: Form) => form.definition.reporting_years[0]

/**
 * Records what each position of a vector means. A form whose cells changed while the database knows it is refused:
 * stored vectors would change their meaning.
 */
export async function recordCells (db: Kysely<Database>, forms: Forms): Promise<void> {
  const cells = forms.all.flatMap(form =>
    form.cells.map(({ id, position, table, row, column, unit, scale }) => ({
      form: form.id,
      position,
      cell: id,
      table,
      row,
      column,
      unit,
      scale
    }))
  )
  await db.transaction().execute(async trx => {
    for (const form of forms.all) {
      const own = cells.filter(cell => cell.form === form.id)
      await trx.insertInto('form_cell').values(own).onConflict(conflict => conflict.doNothing()).execute()
      const recorded = await trx.selectFrom('form_cell').selectAll().where('form', '=', form.id).orderBy('position')
        .execute()
      const line = (cell: typeof own[number]) => `${cell.position} ${cell.cell} ${cell.unit} ${cell.scale}`
      if (recorded.map(line).join() !== own.map(line).join()) {
        throw new Error(
          `forms/${form.id}.json has other cells than the database has recorded for the form ${form.id}: give the changed form a new id`
        )
      }
    }
  })
}
