import { type Static, Type } from 'typebox'
import { NextPage } from '../../http/paging.ts'
import { AgencyCode, Year } from '../../http/parameters.ts'
import { ref } from '../../http/responses.ts'
import { bilingual, orNull, refOrNull } from '../../http/schemas.ts'
import { WireNote } from '../content/schemas.ts'

export const VersionSummary = Type.Object({
  version: Type.Integer({ description: 'Version number, from 1.' }),
  form: Type.String({ description: 'Id of its form.' }),
  revision: Type.Integer({ description: 'Revision of the report when it was published.' }),
  published_at: Type.String({ description: 'RFC 3339, UTC.' }),
  amendment_reason: orNull('string', 'Why the previous version was amended; null for the first.'),
  public_until: orNull('string', 'When it was replaced or withdrawn; null while it is current.'),
  withdrawal_reason: orNull('string', 'Why it was withdrawn; null if it was not.'),
  published_on: orNull(
    'string',
    'For the first version, the stated day of its publication, if an administrator stated one; otherwise null.'
  )
}, {
  $id: 'VersionSummary',
  description: 'A version without its content.',
  examples: [{
    version: 1,
    form: '2019',
    revision: 3,
    published_at: '2020-01-20T01:30:00.123456Z',
    amendment_reason: null,
    public_until: null,
    withdrawal_reason: null,
    published_on: null
  }]
})
export type VersionSummary = Static<typeof VersionSummary>

export const VersionList = Type.Object({ items: Type.Array(ref(VersionSummary)), next: NextPage }, {
  $id: 'VersionList',
  description: 'A page of versions in the order of their numbers.'
})

const label = bilingual('As printed, and in English.')
const Side = Type.Object({
  figure: orNull('number', 'null if there is none.'),
  note: refOrNull(WireNote, 'Why there is no figure.')
}, { $id: 'CellSide', description: 'The content of a cell in a version.', examples: [{ figure: 3, note: null }] })
const sideOrNull = refOrNull(Side, 'null if the row was never given or the form has no such cell.')
const outcome = Type.Unsafe<'pass' | 'fail' | 'not_assessable' | null>({
  enum: ['pass', 'fail', 'not_assessable', null],
  description: 'null if the form has no such check.'
})
const end = {
  version: Type.Integer({ description: 'Its number.' }),
  published_at: Type.String({ description: 'RFC 3339, UTC.' }),
  form: Type.String({ description: 'Id of its form.' })
}

export const WireDifference = Type.Object({
  agency: AgencyCode,
  year: Year,
  from: Type.Object(end, { description: 'The version before.' }),
  to: Type.Object({ ...end, amendment_reason: orNull('string', 'Why it was made; null for the first.') }, {
    description: 'The version after.'
  }),
  cells: Type.Array(
    Type.Object({
      cell: Type.String({ description: '`table.row.column`' }),
      label,
      unit: Type.String({ description: 'Unit of its figure.' }),
      before: sideOrNull,
      after: sideOrNull
    }),
    { description: 'Cells that differ, in printed order.' }
  ),
  sections: Type.Array(
    Type.Object({
      section: Type.String({ description: 'Its id.' }),
      label,
      before: orNull('string', 'null: it had none.'),
      after: orNull('string', 'null: it has none.')
    }),
    { description: 'Texts that changed.' }
  ),
  checks: Type.Array(
    Type.Object({
      check: Type.String({ description: 'Its id.' }),
      severity: Type.String({ description: 'error, warning or info' }),
      label,
      before: outcome,
      after: outcome
    }),
    { description: 'Checks with a different outcome, except those between reports.' }
  ),
  explanations: Type.Array(
    Type.Object({
      check: Type.String({ description: 'Id of the check that it explains.' }),
      label,
      before: orNull('string', 'null: it had none.'),
      after: orNull('string', 'null: it has none.')
    }),
    { description: 'Explanations that changed.' }
  )
}, {
  $id: 'Difference',
  description: 'The differences between two versions.',
  examples: [{
    agency: 'kundulun-culture',
    year: 2019,
    from: { version: 1, published_at: '2020-01-20T01:30:00.123456Z', form: '2019' },
    to: { version: 2, published_at: '2020-02-03T02:00:00.123456Z', form: '2019', amendment_reason: '数据更正' },
    cells: [{
      cell: 'documents.regulations.newly_made',
      label: { zh: '规章·本年新制作数量', en: 'Departmental and local rules, Newly made this year' },
      unit: '件',
      before: { figure: 0, note: null },
      after: { figure: 1, note: null }
    }],
    sections: [],
    checks: [],
    explanations: []
  }]
})

/** The difference without agency and year. */
export type Difference = Omit<Static<typeof WireDifference>, 'agency' | 'year'>

export const versionSchemas = [VersionSummary, VersionList, Side, WireDifference]
