import { type Static, Type } from 'typebox'
import { NextPage } from '../../http/paging.ts'
import { AgencyCode } from '../../http/parameters.ts'
import { ref } from '../../http/responses.ts'
import { bilingual, orNull } from '../../http/schemas.ts'
import { Coverage } from '../schemas.ts'

export const STATES = ['added', 'blank', 'missing', 'withdrawn', 'consolidated', 'not_comparable'] as const
export type State = (typeof STATES)[number]

export const STATE_TEXT =
  '`added`; `blank`: its report has no figure there; `missing`: no report is published; `withdrawn`: its report was withdrawn; `consolidated`: its report is a summary, which is never added; `not_comparable`: not every form of these reports has the measure, so that nothing is added.'

/** The measure of a list: its id, unit and label. */
export const measureFields = {
  measure: Type.String({ description: 'Id of the measure, as requested.' }),
  unit: Type.String({ description: 'Unit of the values.' }),
  label: bilingual('As printed, and in English.'),
  year: Type.Integer({ description: 'Reporting year.' })
}

export const Contribution = Type.Object({
  agency: { ...AgencyCode, description: 'Code of the agency.' },
  agency_name: Type.String({ description: 'Its name.' }),
  form: orNull('string', 'Form of its report; null if none is public.'),
  version: orNull('integer', 'The public version of its report; null if there is none.'),
  value: orNull('number', 'The value that its report adds; null if it adds nothing.'),
  share: orNull(
    'number',
    'value divided by the total, rounded half to even to 6 decimals; null if nothing is added or the total is 0.'
  ),
  state: Type.Enum([...STATES], { type: 'string', description: STATE_TEXT })
}, {
  $id: 'Contribution',
  description: 'What one agency adds to a total, or why it adds nothing.',
  examples: [{
    agency: 'kundulun-housing',
    agency_name: '昆区住房和城乡建设局',
    form: '2021',
    version: 1,
    value: 48,
    share: 0.96,
    state: 'added'
  }]
})
export type Contribution = Static<typeof Contribution>

export const Contributions = Type.Object({
  ...measureFields,
  total: orNull(
    'number',
    'The sum of all values with state `added`; null if there is no figure. The same as in `GET /v1/totals`.'
  ),
  coverage: ref(Coverage),
  items: Type.Array(ref(Contribution), { description: 'The largest values first, then those that add nothing.' }),
  next: NextPage
}, {
  $id: 'Contributions',
  description: 'The agencies of a total: what each adds, or why it adds nothing.'
})
export type Contributions = Static<typeof Contributions>

export const contributionSchemas = [Contribution, Contributions]
