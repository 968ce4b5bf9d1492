// The schema of a statutory form as data: of the files in forms/ and of `GET /v1/forms/{form}`.
import { type Static, Type } from 'typebox'

const Id = Type.String({ pattern: '^[a-z][a-z0-9_]*$', maxLength: 64 })
const closed = { additionalProperties: false }

export const Column = Type.Object({
  id: Id,
  zh: Type.String({ description: 'Label as printed.' }),
  en: Type.String(),
  unit: Type.String({ description: 'Unit of the figures: 件, 项, 个, 元 or 万元.' }),
  signed: Type.Optional(Type.Boolean({ description: 'A decrease is a negative figure.' })),
  money: Type.Optional(Type.Boolean({ description: 'An amount of money: decimals are allowed (元 2, 万元 6).' })),
  total_of: Type.Optional(Type.Array(Id, { description: 'The columns that add up to this one.' })),
  note: Type.Optional(Type.String())
}, closed)
export type Column = Static<typeof Column>

export const Row = Type.Object({
  id: Id,
  zh: Type.String({ description: 'Label as printed.' }),
  en: Type.String(),
  parent: Type.Optional(Id),
  also: Type.Optional(
    Type.Array(Type.String(), { description: 'Other labels that published reports use for this row.' })
  ),
  heading: Type.Optional(
    Type.Boolean({ description: 'A printed heading without figures; as a measure it is the sum of its leaves.' })
  ),
  total_of: Type.Optional(
    Type.Array(Id, { description: 'The rows that add up to this one; such a row is not added to its heading.' })
  )
}, closed)
export type Row = Static<typeof Row>

export const ColumnHeading = Type.Object({
  id: Id,
  zh: Type.String(),
  en: Type.String(),
  of: Type.Array(Id, { description: 'The columns printed under this heading; as a measure it is their sum.' })
}, closed)

export const Identity = Type.Object({
  id: Id,
  left: Type.Array(Id),
  right: Type.Array(Id),
  zh: Type.String(),
  en: Type.String()
}, { ...closed, description: 'In each column, the sum of some rows equals the sum of others.' })

export const Layout = Type.Object({
  corner: Type.Optional(Type.String({ description: 'Text of the cell above the labels of the rows.' })),
  over_columns: Type.Optional(Type.String({ description: 'Heading printed over all columns.' })),
  rows: Type.Optional(
    Type.Enum(['down', 'across'], {
      type: 'string',
      description:
        'across: the rows stand side by side, each under its headings. By default they stand below each other.'
    })
  ),
  headings: Type.Optional(
    Type.Record(Type.String(), Type.Array(Type.String(), { minItems: 1 }), {
      description: 'across: the headings of each row from top to bottom; equal neighbouring headings are merged.'
    })
  )
}, { ...closed, description: 'How the notice prints the table, where its rows and columns do not determine it.' })
export type Layout = Static<typeof Layout>

export const Table = Type.Object({
  id: Id,
  section: Id,
  title_zh: Type.String(),
  title_en: Type.String(),
  note: Type.Optional(Type.String()),
  columns: Type.Array(Column),
  column_headings: Type.Optional(Type.Array(ColumnHeading)),
  rows: Type.Array(Row),
  identities: Type.Optional(Type.Array(Identity)),
  layout: Type.Optional(Layout)
}, closed)
export type Table = Static<typeof Table>

export const Statement = Type.Object({
  id: Id,
  cells: Type.Array(Type.String(), { description: 'The cells whose sum the text states.' }),
  phrase: Type.String({
    description:
      'How the text states it: a regular expression on the text without spaces, whose first group is the figure.'
  })
}, { ...closed, description: 'A figure of the tables that the text often states, too.' })
export type Statement = Static<typeof Statement>

export const Section = Type.Object({
  id: Id,
  title_zh: Type.String(),
  title_en: Type.String(),
  kind: Type.Enum(['text', 'tables'], { type: 'string' }),
  at_least: Type.Optional(
    Type.Integer({ description: 'Minimum number of characters; a shorter text gives a warning.' })
  ),
  states: Type.Optional(Type.Array(Statement))
}, closed)
export type Section = Static<typeof Section>

export const BetweenTerm = Type.Object({
  row: Type.Optional(Id),
  column: Type.Optional(Id),
  report: Type.Optional(
    Type.Enum(['previous_year', 'below'], {
      type: 'string',
      description:
        'previous_year: the figure of last year\'s report; below: the sum of the `own` reports below the agency; by default the figure of this report.'
    })
  ),
  times: Type.Optional(Type.Integer({ description: '1, or -1 for a term that is subtracted.' }))
}, {
  ...closed,
  description: 'A figure of a rule. A row or column that is left out is the one to which the rule is applied in turn.'
})
export type BetweenTerm = Static<typeof BetweenTerm>

export const BetweenRule = Type.Object({
  id: Type.String({
    pattern: '^[a-z][a-z0-9_]*(\\.[a-z][a-z0-9_]*)*$',
    maxLength: 64,
    description: 'The ids of its checks begin with this.'
  }),
  severity: Type.Enum(['warning', 'info'], {
    type: 'string',
    description: 'Never error: an agency must be able to file even if another report is wrong.'
  }),
  rule: Type.Enum(['equal', 'unusual', 'identical'], {
    type: 'string',
    description:
      'equal: left equals right; unusual: fails if one side is `factor` times the other and at least `from`; identical: fails if all figures are last year\'s and not all are 0.'
  }),
  for: Type.Optional(
    Type.Enum(['columns', 'rows', 'cells', 'totals'], {
      type: 'string',
      description: 'One check for each of these in its tables; totals: the cells that the form prints as a total.'
    })
  ),
  tables: Type.Optional(Type.Array(Id, { minItems: 1, description: 'By default all tables.' })),
  left: Type.Optional(Type.Array(BetweenTerm)),
  right: Type.Optional(Type.Array(BetweenTerm)),
  factor: Type.Optional(Type.Integer({ minimum: 2 })),
  from: Type.Optional(Type.Integer({ minimum: 1 })),
  zh: Type.String(),
  en: Type.String()
}, { ...closed, description: 'A rule between a report and another: last year\'s, or those of the agencies below.' })
export type BetweenRule = Static<typeof BetweenRule>

export const FormDefinition = Type.Object({
  form: Type.String({ pattern: '^[A-Za-z0-9._-]{1,32}$' }),
  title_zh: Type.String(),
  title_en: Type.String(),
  document_no: Type.String({ description: 'Number of the notice that introduced the form.' }),
  reporting_years: Type.Tuple([Type.Integer(), Type.Unsafe<number | null>({ type: ['integer', 'null'] })], {
    description: 'First and last reporting year; the last is null while the form is in force.'
  }),
  sections: Type.Array(Section),
  tables: Type.Array(Table),
  between: Type.Optional(Type.Array(BetweenRule))
}, closed)
export type FormDefinition = Static<typeof FormDefinition>
