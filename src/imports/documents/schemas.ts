import { readFileSync } from 'node:fs'
import { type Static, Type } from 'typebox'
import { AgencyCode, Year } from '../../http/parameters.ts'
import { ref } from '../../http/responses.ts'
import { bilingual, orNull, refOrNull } from '../../http/schemas.ts'
import { Checked } from '../../reports/checks/schemas.ts'
import { Sections, Tables, WireNote, WireNotes } from '../../reports/content/schemas.ts'

/** A real published page. */
export const EXAMPLE = readFileSync(new URL('../../../examples/kundulun-2019.txt', import.meta.url), 'utf8')

export const WireReadingProblem = Type.Object({
  code: Type.String({ description: 'Stable code, such as `too-few-figures` or `figure-unreadable`.' }),
  table: orNull('string', 'Id of the table.'),
  row: orNull('string', 'Id of the row; null: the whole table.'),
  column: orNull('string', 'Id of the column; null: the whole row.'),
  line: orNull('integer', 'Line number in the text of the document, from 1.'),
  raw: orNull('string', 'The text found there.'),
  message: bilingual('What is wrong.')
}, {
  $id: 'ReadingProblem',
  description: 'What could not be read from a document, or what contradicts the request.',
  examples: [{
    code: 'too-few-figures',
    table: 'requests',
    row: 'granted',
    column: null,
    line: 41,
    raw: '12 | 3',
    message: {
      zh: '该行的数字少于表格的列数，无法确定各数字属于哪一列',
      en: 'the row has fewer figures than the table has columns: it is unclear which one is missing'
    }
  }]
})

export const WireSource = Type.Object({
  document: Type.String({ description: 'SHA-256 of the document.' }),
  line: Type.Integer({ description: 'Line number in the text of the document, from 1.' }),
  start: Type.Integer({ description: 'Where the raw text begins in the text of the document, in UTF-16 code units.' }),
  end: Type.Integer({ description: 'Where the raw text ends.' }),
  table: orNull('integer', 'For HTML, Word, Excel or PDF: the number of the table, from 1.'),
  row: orNull('integer', 'The row of that table, from 1.'),
  column: orNull('integer', 'The column of that table, from 1.'),
  page: Type.Optional(Type.Integer({ description: 'For PDF: the page, from 1.' })),
  box: Type.Optional(Type.Array(Type.Number(), {
    minItems: 4,
    maxItems: 4,
    description: 'For PDF: left, top, right and bottom of the text in points, from the upper left corner of the page.'
  })),
  raw: Type.String({ description: 'The text found there.' }),
  steps: Type.Array(Type.String(), { description: 'The steps that turned it into the figure, in order.' }),
  read: orNull('number', 'The figure that was read.'),
  changed: Type.Boolean({ description: 'Whether the report now has a different figure.' })
}, {
  $id: 'Source',
  description: 'Where a figure is in the document from which the report was read.',
  examples: [{
    document: 'd2c1…',
    line: 38,
    start: 2113,
    end: 2115,
    table: null,
    row: null,
    column: null,
    raw: '0?',
    steps: ['question_mark'],
    read: 0,
    changed: false
  }]
})

export const WireCell = Type.Object({
  cell: Type.String({ description: '`table.row.column`.' }),
  label: bilingual(),
  unit: Type.String(),
  value: orNull('number', 'The figure; null if blank.'),
  note: refOrNull(WireNote, 'Why there is no figure.'),
  source: refOrNull(WireSource, 'null if the figure was not read from a document.'),
  problems: Type.Array(ref(WireReadingProblem), {
    description: 'Problems with the cell or its row when it was read.'
  })
}, {
  $id: 'Cell',
  description: 'One figure of a report and its source.',
  examples: [{
    cell: 'requests.granted.total',
    label: { zh: '（一）予以公开·总计', en: 'Granted, Total' },
    unit: '件',
    value: 0,
    note: null,
    source: null,
    problems: []
  }]
})

export const DocumentReading = Type.Object({
  document: Type.String({ description: 'SHA-256 of the document.' }),
  year: orNull('integer', 'The year that the document states.'),
  agency_name: orNull('string', 'The agency that the document names.'),
  cells: Type.Object({
    read: Type.Integer(),
    blank: Type.Integer(),
    not_applicable: Type.Integer(),
    unreadable: Type.Integer(),
    missing: Type.Integer()
  }, {
    description:
      'Counts of the cells of the form. `unreadable` includes amounts without a unit; `missing` cells are in rows that were not found.'
  }),
  problems: Type.Array(ref(WireReadingProblem))
}, {
  $id: 'DocumentReading',
  description: 'The result of the reading.',
  examples: [{
    document: 'd2c1…',
    year: 2019,
    agency_name: null,
    cells: { read: 198, blank: 0, not_applicable: 0, unreadable: 0, missing: 0 },
    problems: []
  }]
})

export const ImportedDocument = Type.Object({
  dry_run: Type.Boolean(),
  outcome: Type.Enum(['created', 'replaced', 'unchanged', 'refused'], {
    type: 'string',
    description: 'In a dry run: what a real run would do.'
  }),
  report: Type.Object({
    form: Type.String({ description: 'The form that the document uses.' }),
    sections: ref(Sections),
    tables: ref(Tables),
    notes: ref(WireNotes)
  }),
  reading: ref(DocumentReading),
  checks: ref(Checked)
}, {
  $id: 'ImportedDocument',
  description: 'The report read from a document.',
  examples: [{
    dry_run: true,
    outcome: 'created',
    report: {
      form: '2019',
      sections: { other_matters: '无' },
      tables: { documents: { regulations: { newly_made: 0, newly_published: 0, total_published: 0 } } },
      notes: {}
    },
    reading: {
      document: 'd2c1…',
      year: 2019,
      agency_name: null,
      cells: { read: 198, blank: 0, not_applicable: 0, unreadable: 0, missing: 0 },
      problems: []
    },
    checks: { summary: { pass: 88, fail: 0, not_assessable: 0 }, findings: [] }
  }]
})

export type ImportedDocument = Static<typeof ImportedDocument>

export const TriedDocument = Type.Object({
  ...ImportedDocument.properties,
  proposals: Type.Object({
    agency_name: orNull('string', 'The agency that the document names.'),
    agency: orNull('string', 'The code of the registered agency with this name, if there is exactly one.'),
    year: orNull('integer', 'The year that the document states.')
  }, { description: 'The agency and year to which the report may belong.' })
}, {
  $id: 'TriedDocument',
  description: 'The report read from a document, and the agency and year to which it may belong. Nothing is stored.',
  examples: [{
    ...(ImportedDocument as unknown as { examples: [object] }).examples[0],
    proposals: { agency_name: '昆区文体旅游广电局', agency: 'kundulun-culture', year: 2019 }
  }]
})

export type TriedDocument = Static<typeof TriedDocument>

export const ImportQuery = Type.Object({
  agency: { ...AgencyCode, description: 'The agency of the report.' },
  year: { ...Year, description: 'The reporting year.' },
  dry_run: Type.Optional(Type.Boolean({ description: 'Store nothing, and report what a real run would do.' })),
  accept_partial: Type.Optional(
    Type.Boolean({ description: 'Store a draft even if the document was only partly read.' })
  ),
  accept_other_agency: Type.Optional(
    Type.Boolean({ description: 'Store a draft even if the document names another registered agency.' })
  )
}, { additionalProperties: false })

export const importSchemas = [
  WireReadingProblem,
  WireSource,
  WireCell,
  DocumentReading,
  ImportedDocument,
  TriedDocument
]
