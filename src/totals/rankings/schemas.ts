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
  rank: Type.Integer({ description: '1 for the first. Equal values share a rank, and the next one is left out.' }),
  ...agency,
  value: Type.Number({ description: 'Its value.' })
}, {
  $id: 'Ranked',
  description: 'An agency with its place.',
  examples: [{ rank: 1, agency: 'kundulun-housing', agency_name: '昆区住房和城乡建设局', value: 48 }]
})
export type Ranked = Static<typeof Ranked>

export const Focus = Type.Object({
  rank: orNull('integer', 'Its rank; null without a figure.'),
  ...agency,
  value: orNull('number', 'Its value; null without a figure.')
}, { $id: 'Focus', description: 'Where the agency of `agency=` stands.' })

export const Quartiles = Type.Object({
  min: orNull('number', 'The smallest value.'),
  p25: orNull('number', 'The lower quartile.'),
  median: orNull('number', 'The median.'),
  p75: orNull('number', 'The upper quartile.'),
  max: orNull('number', 'The largest value.')
}, {
  $id: 'Quartiles',
  description:
    'Of all ranked values, exact: between two values they are interpolated linearly, as QUARTILE.INC of spreadsheets and percentile_cont of PostgreSQL do. Null where nothing is ranked.'
})
export type Quartiles = Static<typeof Quartiles>

export const Ranking = Type.Object({
  ...measureFields,
  of: Type.String({ description: 'What is ranked: agency or child.' }),
  order: Type.String({ description: 'desc: the largest value is first; asc: the smallest.' }),
  count: Type.Integer({ description: 'How many are ranked.' }),
  without: Type.Integer({ description: 'How many have no figure; they are not ranked.' }),
  quartiles: ref(Quartiles),
  items: Type.Array(ref(Ranked), { description: 'In the order of their ranks; those that share one by code.' }),
  focus: Type.Optional(ref(Focus)),
  next: NextPage
}, { $id: 'Ranking', description: 'Agencies in the order of their values.' })
export type Ranking = Static<typeof Ranking>

export const rankingSchemas = [Ranked, Focus, Quartiles, Ranking]
