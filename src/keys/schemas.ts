import { type Static, Type } from 'typebox'
import { type Role, ROLES } from '../auth/actor.ts'
import { NextPage } from '../http/paging.ts'
import { AgencyCode } from '../http/parameters.ts'
import { ref } from '../http/responses.ts'
import { ONE_LINE, orNull } from '../http/schemas.ts'

const WireRole = Type.Unsafe<Role>(
  Type.Enum([...ROLES], {
    type: 'string',
    description:
      '`reader`: reads drafts and events, writes nothing. `filer`: writes and submits reports. `supervisor`: also returns and publishes them, registers and changes the agencies below its own, and makes keys. `admin`: everything.'
  })
)
const Moment = Type.String({ format: 'date-time', maxLength: 40, description: 'ISO 8601 with a time zone.' })
const schemaOrNull = (schema: object, description: string) =>
  Type.Unsafe<string | null>({ ...schema, type: ['string', 'null'], description, examples: undefined })

const agency = schemaOrNull(AgencyCode, 'The key acts for this agency and all below it; null for the whole registry.')
const expiry = schemaOrNull(Moment, 'When it expires; null: never.')
const newExpiry = schemaOrNull(
  Moment,
  'When it expires; null: never. By default when the key that creates it expires.'
)
const Label = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: ONE_LINE,
  description: 'What it is for, so that people recognize it.'
})

const fields = {
  id: Type.Integer({ description: 'Its number.' }),
  prefix: Type.String({ description: 'Its first characters.' }),
  role: WireRole,
  agency,
  label: Type.String({ description: 'What it is for.' }),
  made_by: orNull('string', 'Who made it, as in the audit log.'),
  created_at: Type.String({ description: 'ISO 8601, UTC.' }),
  expires_at: expiry,
  revoked_at: orNull('string', 'When it was revoked, for good.'),
  last_used_at: orNull('string', 'When it was last used, to within about a minute; null: never.')
}
const example = {
  id: 1,
  prefix: 'gk_3fQ9xLm2a',
  role: 'filer',
  agency: 'kundulun-culture',
  label: '文体旅游广电局',
  made_by: 'key 2',
  created_at: '2020-01-20T01:30:00.000Z',
  expires_at: '2099-01-01T00:00:00.000Z',
  revoked_at: null,
  last_used_at: null
}

export const ApiKey = Type.Object(fields, {
  $id: 'ApiKey',
  description: 'A key without its secret.',
  examples: [example]
})
export type ApiKey = Static<typeof ApiKey>

export const ShownKey = Type.Object({
  ...fields,
  key: Type.Unsafe<string | null>({
    type: ['string', 'null'],
    description:
      'The key itself. It is shown only this once and not stored: a retry with the same `Idempotency-Key` returns null. If a key is lost, rotate it.'
  })
}, {
  $id: 'ShownKey',
  description: 'A key with its secret.',
  examples: [{ ...example, key: 'gk_3fQ9xLm2aT0bWc8yHkZr5VnUe1sJd7Gp4iXoCqAtBwE' }]
})
export type ShownKey = Static<typeof ShownKey>

export const ApiKeyList = Type.Object({ items: Type.Array(ref(ApiKey)), next: NextPage }, {
  $id: 'ApiKeyList',
  description: 'A page of keys in the order of their numbers.'
})

const closed = { additionalProperties: false }

export const NewKey = Type.Object({
  role: WireRole,
  agency: Type.Optional({
    ...AgencyCode,
    description:
      'The key acts for this agency and all below it. An administrator\'s or reader\'s key may omit it and then acts for the whole registry.'
  }),
  label: Label,
  expires_at: Type.Optional(newExpiry)
}, {
  $id: 'NewKey',
  ...closed,
  description: 'The role is at most the caller\'s, and the agency is one that the caller acts for.',
  examples: [{ role: 'filer', agency: 'kundulun-culture', label: '文体旅游广电局', expires_at: '2099-01-01T00:00:00Z' }]
})
export type NewKey = Static<typeof NewKey>

export const Rotation = Type.Object({ expires_at: Type.Optional(expiry) }, {
  $id: 'Rotation',
  ...closed,
  description: 'A new expiry; if left out, it stays.',
  examples: [{ expires_at: '2099-06-01T00:00:00Z' }]
})
export type Rotation = Static<typeof Rotation>

export const Me = Type.Object({
  name: Type.String({ description: 'The caller as named in the audit log.' }),
  role: WireRole,
  agency: schemaOrNull(AgencyCode, 'The caller acts for this agency and all below it; null for the whole registry.'),
  key_id: Type.Unsafe<number | null>({
    type: ['integer', 'null'],
    description: 'Number of the API key; null for a token and for `ADMIN_API_KEY`.'
  }),
  expires_at: orNull('string', 'When key or token expires; null: never.')
}, {
  $id: 'Me',
  description: 'The caller.',
  examples: [{
    name: 'key 1',
    role: 'filer',
    agency: 'kundulun-culture',
    key_id: 1,
    expires_at: '2099-01-01T00:00:00.000Z'
  }]
})

export const keySchemas = [ApiKey, ShownKey, ApiKeyList, NewKey, Rotation, Me]
