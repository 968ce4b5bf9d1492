import { type Static, Type } from 'typebox'
import { NextPage } from '../../http/paging.ts'
import { AgencyCode } from '../../http/parameters.ts'
import { ref } from '../../http/responses.ts'
import { orNull } from '../../http/schemas.ts'
import { measureFields } from '../contributions/schemas.ts'

const agency = {
  agency: { ...AgencyCode, description: 'Code of the agency.' },
  agency_name: Type.String({ description: 'Its name.' })
}

export const Ranked = Type.Object({
  rank: Type.Integer({
    description: '1 for the first. Equal values share a rank, and the ranks after them are skipped.'
  }),
  ...agency,
  value: Type.Number({ description: 'Its value.' })
}, {
  $id: 'Ranked',
  description: 'An agency with its rank.',
  examples: [{ rank: 1, agency: 'kundulun-housing', agency_name: '昆区住房和城乡建设局', value: 48 }]
})
export type Ranked = Static<typeof Ranked>

export const Focus = Type.Object({
  rank: orNull('integer', 'Its rank; null without a figure.'),
  ...agency,
  value: orNull('number', 'Its value; null without a figure.')
}, { $id: 'Focus', description: 'The rank of the agency given as `agency=`.' })

export const Quartiles = Type.Object({
  min: orNull('number', 'The smallest value.'),
  p25: orNull('number', 'The lower quartile.'),
  median: orNull('number', 'The median.'),
  p75: orNull('number', 'The upper quartile.'),
  max: orNull('number', 'The largest value.')
}, {
  $id: 'Quartiles',
  description:
    'Of all ranked values, exact: interpolated linearly between two values, like QUARTILE.INC in spreadsheets and percentile_cont in PostgreSQL. null if nothing is ranked.'
})
export type Quartiles = Static<typeof Quartiles>

export const Ranking = Type.Object({
  ...measureFields,
  of: Type.String({ description: 'What is ranked: agency or child.' }),
  order: Type.String({ description: 'desc: largest value first; asc: smallest first.' }),
  count: Type.Integer({ description: 'Number of agencies ranked.' }),
  without: Type.Integer({ description: 'Number of agencies without a figure; they are not ranked.' }),
  quartiles: ref(Quartiles),
  items: Type.Array(ref(Ranked), { description: 'In the order of rank, then of code.' }),
  focus: Type.Optional(ref(Focus)),
  next: NextPage
}, { $id: 'Ranking', description: 'Agencies in the order of their values.' })
export type Ranking = Static<typeof Ranking>

export const rankingSchemas = [Ranked, Focus, Quartiles, Ranking]
