import { Type } from 'typebox'
import { ref } from '../../http/responses.ts'
import {
  closed,
  documents,
  FigureValues,
  granted,
  readByForm,
  requests,
  TableRows,
  WireNotes
} from '../content/schemas.ts'

export const TableContent = Type.Object({ rows: ref(TableRows), notes: ref(WireNotes) }, {
  $id: 'TableContent',
  description: 'A stored table: the rows present, in printed order.',
  examples: [{ rows: documents, notes: {} }]
})
export const TableDraft = Type.Object({ rows: ref(TableRows), notes: Type.Optional(ref(WireNotes)) }, {
  $id: 'TableDraft',
  ...closed,
  description: 'All rows of the table: a row that is left out is removed.',
  examples: [{ rows: documents }]
})
export const RowContent = Type.Object({
  values: ref(FigureValues),
  notes: ref(WireNotes),
  blanked: Type.Optional(
    Type.Array(Type.String(), {
      description: 'In the response to PUT: cells that had a figure before and are blank now.'
    })
  )
}, {
  $id: 'RowContent',
  description: 'A stored row.',
  examples: [{ values: granted, notes: {} }]
})
export const RowDraft = Type.Object({ values: ref(FigureValues), notes: Type.Optional(ref(WireNotes)) }, {
  $id: 'RowDraft',
  ...closed,
  description: 'A whole row: a column that is left out is blank.',
  examples: [{ values: granted }]
})
export const RowChange = Type.Object({ values: ref(FigureValues), notes: Type.Optional(ref(WireNotes)) }, {
  $id: 'RowChange',
  ...closed,
  description: 'The columns to change: a column that is left out stays as it is.',
  examples: [{ values: { total: granted.total! } }]
})
const exampleRows = ['granted', 'partially_granted'].map(row => ({ row, values: requests[row]! }))
export const AppendedRow = Type.Object({
  row: Type.String({ description: 'Id of the row.' }),
  values: ref(FigureValues),
  notes: Type.Optional(ref(WireNotes))
}, { $id: 'AppendedRow', description: 'A row to append.', examples: [exampleRows[0]] })
export const AppendedRows = Type.Unsafe<unknown>({
  oneOf: [ref(AppendedRow), Type.Array(ref(AppendedRow))],
  $id: 'AppendedRows',
  ...readByForm,
  description: 'One row, or an array of rows.',
  examples: [exampleRows]
})
export const CsvRows = Type.Unsafe<unknown>({
  type: 'string',
  ...readByForm,
  description: 'A header `row,<columns>` and one line per row. An empty field is blank; `/` or `-` is not applicable.',
  examples: [
    [['row', ...Object.keys(granted)], ...exampleRows.map(({ row, values }) => [row, ...Object.values(values)])].join(
      '\n'
    ) + '\n'
  ]
})
