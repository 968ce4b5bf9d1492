// Forms on the wire.
import { Type } from 'typebox'
import {
  BetweenRule,
  BetweenTerm,
  Column,
  ColumnHeading,
  FormDefinition,
  Identity,
  Layout,
  Row,
  Section,
  Statement,
  Table
} from '../form/definition.ts'
import { ref } from '../http/responses.ts'
import { bilingual } from '../http/schemas.ts'

const cells = (description: string) => Type.Array(Type.String(), { description })
const WireCheck = Type.Object({
  id: Type.String({ description: 'Stable id, used in findings.' }),
  severity: Type.Enum(['error', 'warning', 'info'], {
    type: 'string',
    description: 'A report with a failed check of severity `error` cannot be submitted.'
  }),
  rule: Type.Enum(['sum', 'split', 'rows', 'figures', 'text', 'stated', 'equal', 'unusual', 'identical'], {
    type: 'string',
    description:
      'sum: the left side adds up to the right side; split: no number is split over two neighbouring cells; rows: every row of the table is present; figures: no cell is blank; text: the section is long enough; stated: a figure stated in the section is the sum of the cells. Between reports: equal, unusual and identical, as in `between`.'
  }),
  zh: Type.String({ description: 'The rule, in Chinese.' }),
  en: Type.String({ description: 'The rule, in English.' }),
  left: Type.Optional(cells('sum: the cells on the left.')),
  right: Type.Optional(cells('sum: the cells on the right.')),
  totals: Type.Optional(cells('sum: the printed totals; if one of them is blank, the check is not assessable.')),
  addends: Type.Optional(cells('split: the cells of the row.')),
  total: Type.Optional(Type.String({ description: 'split: the cell of the row\'s total.' })),
  table: Type.Optional(Type.String({ description: 'rows, figures: the table.' })),
  section: Type.Optional(Type.String({ description: 'text, stated: the section.' })),
  at_least: Type.Optional(Type.Integer({ description: 'text: the minimum number of characters.' })),
  phrase: Type.Optional(
    Type.String({
      description: 'stated: how the text states the figure: a regular expression whose first group is the figure.'
    })
  ),
  cells: Type.Optional(cells('stated: the cells that add up to the figure.')),
  terms: Type.Optional(
    Type.Array(
      Type.Object({
        side: Type.Enum(['left', 'right'], { type: 'string' }),
        cell: Type.String(),
        report: Type.Enum(['this', 'previous_year', 'below'], { type: 'string' }),
        times: Type.Integer()
      }),
      { description: 'equal, unusual: the figures of both sides; last year\'s report may use another form.' }
    )
  ),
  factor: BetweenRule.properties.factor,
  from: BetweenRule.properties.from
}, {
  $id: 'Check',
  description: 'A rule for reports in the form. Cells are written as `table.row.column`.',
  examples: [{
    id: 'requests.row_total.granted',
    severity: 'error',
    rule: 'sum',
    zh: '（一）予以公开：总计等于各栏之和',
    en: 'Granted: Total equals the sum of its columns',
    left: [
      'natural_person',
      'commercial_enterprise',
      'research_institution',
      'social_welfare_organization',
      'legal_service_institution',
      'other'
    ].map(column => `requests.granted.${column}`),
    right: ['requests.granted.total'],
    totals: ['requests.granted.total']
  }]
})

// The parts of a form by name; `FormDefinition` has them one inside the other.
const WireStatement = Type.Object(Statement.properties, {
  $id: 'FormStatement',
  description: 'A figure of the tables that the text often states, too.'
})
const WireSection = Type.Object({ ...Section.properties, states: Type.Optional(Type.Array(ref(WireStatement))) }, {
  $id: 'FormSection',
  description: 'A numbered part of the printed form: a text, or tables.'
})
const WireColumn = Type.Object(Column.properties, { $id: 'FormColumn', description: 'A column of figures.' })
const WireColumnHeading = Type.Object(ColumnHeading.properties, {
  $id: 'FormColumnHeading',
  description: 'A heading printed over several columns.'
})
const WireRow = Type.Object(Row.properties, {
  $id: 'FormRow',
  description: 'A printed row: a heading, or a line of figures.'
})
const WireIdentity = Type.Object(Identity.properties, {
  $id: 'FormIdentity',
  description: 'In each column, the sum of some rows equals the sum of others.'
})
const WireLayout = Type.Object({
  ...Layout.properties,
  headings: Type.Optional(Type.Unsafe<Record<string, string[]>>({
    type: 'object',
    additionalProperties: { type: 'array', items: { type: 'string' } },
    description: 'across: the headings of each row from top to bottom; equal neighbouring headings are merged.'
  }))
}, {
  $id: 'FormLayout',
  description: 'How the notice prints the table, where its rows and columns do not determine it.'
})
const WireTable = Type.Object({
  ...Table.properties,
  columns: Type.Array(ref(WireColumn)),
  column_headings: Type.Optional(Type.Array(ref(WireColumnHeading))),
  rows: Type.Array(ref(WireRow), { description: 'In printed order, headings before what they cover.' }),
  identities: Type.Optional(Type.Array(ref(WireIdentity))),
  layout: Type.Optional(ref(WireLayout))
}, { $id: 'FormTable', description: 'A table of the form. Its cells are written as `table.row.column`.' })

const WireBetweenTerm = Type.Object(BetweenTerm.properties, {
  $id: 'FormBetweenTerm',
  description: 'A figure of a rule. A row or column that is left out is the one to which the rule is applied in turn.'
})
const WireBetweenRule = Type.Object({
  ...BetweenRule.properties,
  left: Type.Optional(Type.Array(ref(WireBetweenTerm))),
  right: Type.Optional(Type.Array(ref(WireBetweenTerm)))
}, {
  $id: 'FormBetweenRule',
  description: 'A rule between a report and another: last year\'s report, or the reports below.'
})

export const WireForm = Type.Object({
  ...FormDefinition.properties,
  // As in `FormDefinition`, in words that OpenAPI 3.1 has.
  reporting_years: Type.Unsafe<[number, number | null]>({
    type: 'array',
    items: { type: ['integer', 'null'] },
    minItems: 2,
    maxItems: 2,
    description: 'First and last reporting year; the last is null while the form is in force.'
  }),
  sections: Type.Array(ref(WireSection)),
  tables: Type.Array(ref(WireTable)),
  between: Type.Optional(Type.Array(ref(WireBetweenRule))),
  numeric_cells: Type.Integer({ description: 'Number of figures in a complete report.' }),
  checks: Type.Array(ref(WireCheck), { description: 'The checks of one report, then those between reports.' })
}, {
  $id: 'Form',
  description: 'A statutory form: tables, rows, columns, printed labels, units, checks.',
  examples: [{
    form: '2019',
    title_zh: '中华人民共和国政府信息公开工作年度报告格式（试行）',
    title_en: 'Annual report on government information disclosure, trial format',
    document_no: '国办公开办函〔2019〕60号',
    reporting_years: [2019, 2020],
    sections: [{
      id: 'proactive_disclosure',
      title_zh: '二、主动公开政府信息情况',
      title_en: '2. Proactive disclosure',
      kind: 'tables'
    }],
    tables: [{
      id: 'documents',
      section: 'proactive_disclosure',
      title_zh: '第二十条第（一）项',
      title_en: 'Art. 20(1): regulations and normative documents',
      columns: [{ id: 'newly_made', zh: '本年新制作数量', en: 'Newly made this year', unit: '件' }],
      rows: [{ id: 'regulations', zh: '规章', en: 'Rules (regulations)' }, {
        id: 'normative_documents',
        zh: '规范性文件',
        en: 'Normative documents'
      }]
    }],
    numeric_cells: 198,
    checks: [{
      id: 'documents.rows',
      severity: 'error',
      rule: 'rows',
      zh: '“第二十条第（一）项”各行齐全',
      en: '“Art. 20(1): regulations and normative documents” has all its rows',
      table: 'documents'
    }]
  }]
})

export const FormList = Type.Object({ items: Type.Array(ref(WireForm)) }, {
  $id: 'FormList',
  description: 'All forms, in the order of their first years.'
})

export const WireRate = Type.Object({
  id: Type.String({ description: 'Its id as a measure: `rates.` and a name.' }),
  unit: Type.String({ description: 'Unit of the quotient; 1 for a share, whose value is 1 at 100 %.' }),
  label: bilingual('What it means, in Chinese and English.'),
  numerator: Type.Array(Type.String(), { description: 'The measures whose sum is the dividend.' }),
  denominator: Type.Array(Type.String(), { description: 'The measures whose sum is the divisor.' }),
  forms: Type.Array(Type.String(), { description: 'The forms that have all these measures.' })
}, {
  $id: 'Rate',
  description: 'A quotient of two sums of measures.',
  examples: [{
    id: 'rates.granted_share',
    unit: '1',
    label: { zh: '予以公开率', en: 'Share of requests granted' },
    numerator: ['requests.granted.total'],
    denominator: ['requests.outcome_total.total'],
    forms: ['2019', '2021']
  }]
})

export const RateList = Type.Object({ items: Type.Array(ref(WireRate)) }, {
  $id: 'RateList',
  description: 'All rates.'
})

export const formSchemas = [
  WireRate,
  RateList,
  WireCheck,
  WireStatement,
  WireSection,
  WireColumn,
  WireColumnHeading,
  WireRow,
  WireIdentity,
  WireLayout,
  WireTable,
  WireBetweenTerm,
  WireBetweenRule,
  WireForm,
  FormList
]
