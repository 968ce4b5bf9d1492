import { type Static, Type } from 'typebox'
import { ref } from '../http/responses.ts'
import { bilingual, orNull } from '../http/schemas.ts'
import { KEYS } from './scope.ts'

const numbers = Type.Record(Type.String(), Type.Unsafe<number | null>({ type: ['number', 'null'] }))
const key = (description: string) => Type.Optional(Type.String({ description }))

const region = (level: string) =>
  Type.Optional(
    orNull('string', `Code of the ${level} government at or above the agencies that filed; null if there is none.`)
  )
const regionName = Type.Optional(orNull('string', 'Its name.'))

export const Coverage = Type.Object({
  expected: orNull(
    'integer',
    'Number of `own` agencies in the tree of the year that should file; null if reports are selected by form.'
  ),
  included: Type.Integer({ description: 'Number of reports added.' }),
  missing: orNull('integer', 'expected minus included.')
}, { $id: 'Coverage', description: 'What a total covers.' })

export const Change = Type.Object({
  absolute: orNull('number', 'This year\'s value minus last year\'s; null if either is null.'),
  relative: orNull(
    'number',
    'absolute divided by last year\'s value, rounded half to even to 6 decimals; null if that value is not above 0.'
  )
}, { $id: 'Change', description: 'The change of a value from the previous year.' })

const measure = {
  id: 'requests.new_received.total',
  unit: '件',
  label: { zh: '一、本年新收政府信息公开申请数量·总计', en: 'Requests newly received this year, Total' }
}
const group = {
  year: 2019,
  values: { [measure.id]: 0 },
  coverage: { expected: 1, included: 1, missing: 0 },
  blank: { [measure.id]: 0 }
}

export const Group = Type.Object({
  year: Type.Optional(Type.Integer({ description: 'Reporting year.' })),
  child: key('Code of the agency directly below `under` whose subtree the group covers.'),
  child_name: key('Its name.'),
  agency: key('Code of the agency that filed.'),
  agency_name: key('Its name.'),
  province: region('province'),
  province_name: regionName,
  prefecture: region('prefecture'),
  prefecture_name: regionName,
  county: region('county'),
  county_name: regionName,
  level: key('Level of the agencies that filed.'),
  kind: key('Kind of the agencies that filed.'),
  form: key('Form of the reports.'),
  values: {
    ...numbers,
    description:
      'The sums by measure and the quotients by rate; null if there is no figure, or if a measure cannot be added across forms.'
  },
  change: Type.Optional(
    Type.Record(Type.String(), ref(Change), {
      description: 'With `change`: the change from the previous year, by measure.'
    })
  ),
  coverage: ref(Coverage),
  blank: {
    ...numbers,
    description: 'Number of blank or absent cells among those added; null if nothing can be added.'
  },
  not_comparable: Type.Optional(
    Type.Array(Type.String(), { description: 'Measures that a form in this group lacks.' })
  )
}, {
  $id: 'TotalGroup',
  description: 'The keys of the group as plain values, and its sums. A sum without any figure is null, not 0.',
  examples: [group]
})
export type Group = Static<typeof Group>

export const Measure = Type.Object({
  id: Type.String({ description: 'Its id, as requested.' }),
  unit: Type.String({ description: 'Unit of its values: 件, 项, 个, 元 or 万元; 1 for a share.' }),
  label: bilingual('As printed, and in English.')
}, { $id: 'Measure', description: 'A measure that was added.', examples: [measure] })

export const Totals = Type.Object({
  measures: Type.Array(ref(Measure)),
  by: Type.Array(Type.Enum([...KEYS], { type: 'string' }), { description: 'The keys of the groups.' }),
  change: Type.Optional(Type.String({ description: 'As requested.' })),
  totals: Type.Array(ref(Group), { description: 'In the order of their keys.' })
}, {
  $id: 'Totals',
  description: 'The requested measures, and one group for each value of the keys.',
  examples: [{ measures: [measure], by: ['year'], totals: [group] }]
})
export type Totals = Omit<Static<typeof Totals>, 'by'> & { by: (typeof KEYS[number])[] }

export const totalSchemas = [Coverage, Change, Measure, Group, Totals]
