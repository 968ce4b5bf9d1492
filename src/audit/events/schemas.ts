import { type Static, type TSchema, Type } from 'typebox'
import { AgencyCode, Year } from '../../http/parameters.ts'
import { OTHER_EVENTS, REPORT_EVENTS } from '../record.ts'

const Hash = Type.String({
  pattern: '^[0-9a-f]{64}$',
  examples: ['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08']
})
const nullable = <S extends TSchema>(schema: S) => Type.Unsafe<Static<S> | null>({ anyOf: [schema, { type: 'null' }] })

export const Event = Type.Object({
  seq: Type.Integer({
    minimum: 1,
    description: 'Its position in the feed: without gaps, never changed.',
    examples: [17]
  }),
  n: Type.Integer({ minimum: 1, description: 'Its position in the hash chain of its agency.', examples: [3] }),
  at: Type.String({ format: 'date-time', examples: ['2024-01-31T08:00:00.123456Z'] }),
  kind: Type.Enum([...REPORT_EVENTS, ...OTHER_EVENTS], { description: 'What happened.', examples: ['published'] }),
  agency: nullable(AgencyCode),
  year: nullable(Year),
  actor: Type.String({ description: 'The id of the key or the subject of the token.', examples: ['key 2'] }),
  request_id: Type.String({ description: 'The same as in the response and the log.' }),
  previous: Type.String({ description: 'The hash of the previous event in the chain; empty for the first.' }),
  hash: Hash
}, {
  $id: 'Event',
  additionalProperties: true,
  description:
    'What happened and by whom. In addition to the members listed here, an event has those of its kind: `version`, `reason`, `changes` (before and after, by cell, section or field).'
})
export type Event = Static<typeof Event>

export const EventList = Type.Object({
  items: Type.Array(Type.Ref('Event')),
  next: Type.Unsafe<string | null>({
    type: ['string', 'null'],
    description:
      'Address of the next page; null if there is nothing more at this time. To continue later, pass the last `seq` seen as `after`.',
    examples: [null]
  })
}, { $id: 'EventList', additionalProperties: false, description: 'A page of the feed.' })

const Fault = Type.Object({
  agency: nullable(AgencyCode),
  n: nullable(Type.Integer()),
  seq: nullable(Type.Integer()),
  fault: Type.Enum(['changed', 'missing', 'reordered'])
}, { additionalProperties: false })

export const Verification = Type.Object({
  ok: Type.Boolean({ examples: [true] }),
  events: Type.Integer({ description: 'How many there are.', examples: [17] }),
  checkpoint: nullable(Type.Object({ seq: Type.Integer(), hash: Hash }, { additionalProperties: false })),
  faults: Type.Array(Fault, { description: 'The first hundred.', examples: [[]] })
}, {
  $id: 'Verification',
  additionalProperties: false,
  description:
    '`checkpoint` is the running hash over all events up to a position in the feed. If it is kept elsewhere, the log can be compared with it later.'
})

export const EventQuery = Type.Object({
  after: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      default: 0,
      description: 'Only events after this position in the feed.'
    })
  ),
  agency: Type.Optional({
    ...AgencyCode,
    description: 'Only events of this agency and its reports.',
    examples: undefined
  }),
  under: Type.Optional({
    ...AgencyCode,
    description: 'Only events of this agency and of all agencies that are or were below it.',
    examples: undefined
  }),
  year: Type.Optional({ ...Year, description: 'Only events of reports for this year.', examples: undefined }),
  kind: Type.Optional(
    Type.Enum([...REPORT_EVENTS, ...OTHER_EVENTS], {
      type: 'string',
      description: 'Only events of this kind.',
      examples: ['published']
    })
  ),
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 1000, default: 100, description: 'Items per page, at most 1000.' })
  )
}, { additionalProperties: false })

export const PublicationQuery = Type.Object({
  after: EventQuery.properties.after,
  under: Type.Optional({
    ...AgencyCode,
    description: 'Only this agency and all below it, in the tree of the report\'s year.',
    examples: undefined
  }),
  year: EventQuery.properties.year,
  limit: EventQuery.properties.limit
}, { additionalProperties: false })

export const Publication = Type.Object({
  seq: Event.properties.seq,
  at: Event.properties.at,
  kind: Type.Enum(['published', 'amended', 'withdrawn'], {
    type: 'string',
    description: 'The first version, a later one, or the end of a version.',
    examples: ['published']
  }),
  agency: AgencyCode,
  agency_name: Type.String({
    description: 'The name of the agency in that year.',
    examples: ['昆都仑区文体旅游广电局']
  }),
  year: Year,
  version: Type.Integer({ description: 'Version number.', examples: [1] })
}, { $id: 'Publication', additionalProperties: false, description: 'What became public, or is no longer public.' })

export const PublicationList = Type.Object({
  items: Type.Array(Type.Ref('Publication')),
  next: EventList.properties.next
}, { $id: 'PublicationList', additionalProperties: false, description: 'A page of the public feed.' })

export type Verification = Static<typeof Verification>

export const eventSchemas = [Event, EventList, Verification, Publication, PublicationList]
