import { type Static, Type } from 'typebox'
import { AgencyCode, Year } from '../../http/parameters.ts'
import { orNull } from '../../http/schemas.ts'

const Day = Type.String({
  pattern: '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$',
  description: 'A date, such as 2020-01-20'
})

export const FirstPublishedAt = orNull(
  'string',
  'When the first version was published: amendments do not make it late. The beginning of the day that an administrator stated for a report of former years, if one did.'
)
export const FirstPublishedOn = orNull('string', 'The day of `first_published_at` in China.')

const APPLIES_TO = ['agency', 'subtree'] as const
export type AppliesTo = typeof APPLIES_TO[number]

export const Deadline = Type.Object({
  agency: AgencyCode,
  year: Year,
  date: Type.String({ description: 'The last day on which the report is on time, in China.' }),
  statutory: Type.String({
    description: '31 January of the following year; 31 March for governments at county level and above.'
  }),
  local: orNull('string', 'An earlier day set for this agency; null if none is set.'),
  applies_to: Type.Unsafe<AppliesTo | null>({
    type: ['string', 'null'],
    enum: [...APPLIES_TO, null],
    description: 'Scope of `local`: the agency alone, or it and all below it.'
  }),
  set_by: orNull('string', 'The agency for which `date` was set: this one or one above it; null: the statutory day.'),
  first_published_at: FirstPublishedAt,
  first_published_on: FirstPublishedOn,
  on_time: orNull('boolean', 'null while the report is not published and the deadline has not passed.')
}, {
  $id: 'Deadline',
  description: 'When a report is due to be public, and whether it was on time.',
  examples: [{
    agency: 'kundulun-culture',
    year: 2019,
    date: '2020-01-20',
    statutory: '2020-01-31',
    local: '2020-01-20',
    applies_to: 'agency',
    set_by: 'kundulun-culture',
    first_published_at: '2020-01-18T01:30:00.123456Z',
    first_published_on: '2020-01-18',
    on_time: true
  }]
})
export const NewDeadline = Type.Object({
  date: Day,
  applies_to: Type.Optional(
    Type.Enum([...APPLIES_TO], {
      type: 'string',
      default: 'agency',
      description: '`subtree`: for the agency and all below it in the tree of that year.'
    })
  )
}, {
  $id: 'NewDeadline',
  additionalProperties: false,
  description: 'A day no later than the statutory one.',
  examples: [{ date: '2020-01-20' }]
})

export type NewDeadline = Static<typeof NewDeadline>
export type Deadline = Static<typeof Deadline>

export const deadlineSchemas = [Deadline, NewDeadline]
