import { Type, type Static } from 'typebox'
import { KEYS } from './query.ts'

const numbers = Type.Record(Type.String(), Type.Unsafe<number | null>({ type: ['number', 'null'] }))
const orNull = Type.Unsafe<number | null>({ type: ['integer', 'null'] })

export const Group = Type.Object({
  year: Type.Optional(Type.Integer()),
  child: Type.Optional(Type.String()),
  child_name: Type.Optional(Type.String()),
  agency: Type.Optional(Type.String()),
  agency_name: Type.Optional(Type.String()),
  level: Type.Optional(Type.String()),
  kind: Type.Optional(Type.String()),
  form: Type.Optional(Type.String()),
  values: numbers,
  coverage: Type.Object({
    expected: { ...orNull, description: 'How many `own` agencies of the year\'s tree should file; null where reports are picked by form.' },
    included: Type.Integer({ description: 'How many reports were added.' }),
    missing: orNull
  }),
  blank: { ...numbers, description: 'How many blank or absent cells are among those added; null where nothing can be added.' },
  not_comparable: Type.Optional(Type.Array(Type.String(), { description: 'Measures that a form in this group does not have.' }))
}, { $id: 'TotalGroup', description: 'The keys of the group as plain values, and its sums. A sum over no figure is null, not 0.' })
export type Group = Static<typeof Group>

export const Totals = Type.Object({
  measures: Type.Array(Type.Object({ id: Type.String(), unit: Type.String(), label: Type.Object({ zh: Type.String(), en: Type.String() }) })),
  by: Type.Array(Type.Enum([...KEYS], { type: 'string' })),
  totals: Type.Array(Type.Unsafe<Group>(Type.Ref('TotalGroup')))
}, { $id: 'Totals' })
export type Totals = Omit<Static<typeof Totals>, 'by'> & { by: (typeof KEYS[number])[] }

export const totalSchemas = [Group, Totals]
