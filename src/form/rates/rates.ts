// Rates: quotients of two sums of measures, defined as data in forms/rates.json. They belong to no form: the same rate
// is comparable across all forms that have its measures.
import { type Static, Type } from 'typebox'
import type { Text } from '../../problems/fault.ts'
import type { Form, Measure } from '../form.ts'
import { QUOTIENT_SCALE } from './quotient.ts'

const measures = (description: string) => Type.Array(Type.String(), { minItems: 1, description })

export const RateDefinition = Type.Object({
  id: Type.String({ pattern: '^[a-z][a-z0-9_]*$', maxLength: 64 }),
  zh: Type.String(),
  en: Type.String(),
  unit: Type.String({ description: 'Unit of the quotient; 1 for a share, whose value is 1 at 100 %.' }),
  numerator: measures('Measures whose sum is divided.'),
  denominator: measures('Measures whose sum it is divided by.')
}, { additionalProperties: false })
export type RateDefinition = Static<typeof RateDefinition>

export const RateDefinitions = Type.Array(RateDefinition)

export interface Rate {
  /** `rates.` and the id of the definition. */
  id: string
  unit: string
  scale: number
  label: Text
  numerator: Measure[]
  denominator: Measure[]
  /** The ids of the forms that have all its measures. */
  forms: string[]
}

/** What a total can be asked of. */
export type Quantity = Measure | Rate

export const isRate = (quantity: Quantity): quantity is Rate => 'numerator' in quantity

/** The measures that a quantity needs, each once. */
export const partsOf = (quantity: Quantity): Measure[] =>
  isRate(quantity) ? [...new Set([...quantity.numerator, ...quantity.denominator])] : [quantity]

/** Compiles the definitions. Throws an Error that lists every inconsistency. */
export function deriveRates (
  definitions: RateDefinition[],
  forms: Form[],
  known: Map<string, Measure>
): Map<string, Rate> {
  const rates = new Map<string, Rate>()
  const faults: string[] = []
  const sideOf = (id: string, side: string[]): Measure[] => {
    const sum = side.flatMap(measure => known.get(measure) ?? [])
    for (const measure of side.filter(measure => !known.has(measure))) faults.push(`${id}: ${measure} is in no form`)
    for (const measure of sum.filter(measure => isSigned(measure, forms))) {
      faults.push(`${id}: ${measure.id} may be negative`)
    }
    if (new Set(sum.map(({ unit }) => unit)).size > 1) faults.push(`${id}: adds different units`)
    if (new Set(side).size < side.length) faults.push(`${id}: adds a measure twice`)
    return sum
  }
  for (const { id: name, unit, zh, en, ...sides } of definitions) {
    const id = `rates.${name}`
    if (rates.has(id) || known.has(id)) faults.push(`${id} appears twice`)
    const numerator = sideOf(id, sides.numerator)
    const denominator = sideOf(id, sides.denominator)
    const having = forms.filter(form => [...numerator, ...denominator].every(measure => form.measures.has(measure.id)))
    if (having.length === 0) faults.push(`${id}: no form has all its measures`)
    rates.set(id, {
      id,
      unit,
      scale: QUOTIENT_SCALE,
      label: { zh, en },
      numerator,
      denominator,
      forms: having.map(form => form.id)
    })
  }
  if (faults.length > 0) throw new Error(`forms/rates.json: ${faults.join('; ')}`)
  return rates
}

/** With sums that may be negative, the same quotient would stand for opposite cases. */
const isSigned = ({ id }: Measure, forms: Form[]): boolean =>
  forms.some(form => form.measures.get(id)?.positions.some(position => form.cells[position - 1]!.signed))
