import { Type, type Static } from 'typebox'
import { ref } from '../platform/openapi.ts'
import { NextPage } from '../platform/paging.ts'

const orNull = (description: string) => Type.Unsafe<string | null>({ type: ['string', 'null'], description })

export const VersionSummary = Type.Object({
  version: Type.Integer({ description: 'Its number, from 1.' }),
  form: Type.String({ description: 'Id of its form.' }),
  revision: Type.Integer({ description: 'Of the report, when it was published.' }),
  published_at: Type.String({ description: 'RFC 3339, UTC.' }),
  amendment_reason: orNull('Why the version before was amended; null for the first.'),
  public_until: orNull('When it was replaced or withdrawn; null while it is the current one.'),
  withdrawal_reason: orNull('Why it was withdrawn; null when it was not.')
}, {
  $id: 'VersionSummary',
  description: 'A version without its content.',
  examples: [{ version: 1, form: '2019', revision: 3, published_at: '2020-01-20T01:30:00.123456Z', amendment_reason: null, public_until: null, withdrawal_reason: null }]
})
export type VersionSummary = Static<typeof VersionSummary>

export const VersionList = Type.Object({ items: Type.Array(ref(VersionSummary)), next: NextPage }, { $id: 'VersionList', description: 'A page of versions in the order of their numbers.' })

export const versionSchemas = [VersionSummary, VersionList]
