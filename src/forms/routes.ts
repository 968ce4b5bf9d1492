import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type, type Static } from 'typebox'
import { FormDefinition } from '../form/definition.ts'
import type { Form } from '../form/form.ts'
import { problems, ref } from '../platform/openapi.ts'
import { problem } from '../platform/problem.ts'
import type { Forms } from './forms.ts'

const Cells = Type.Array(Type.String())
const WireCheck = Type.Object({
  id: Type.String(),
  severity: Type.Enum(['error', 'warning', 'info'], { type: 'string' }),
  rule: Type.Enum(['sum', 'split', 'rows', 'figures', 'text'], { type: 'string', description: 'sum: left adds to right; split: no number is broken over two neighbouring cells; rows: each row of the table is there; figures: no cell is blank; text: the section is long enough.' }),
  zh: Type.String({ description: 'What must hold.' }),
  en: Type.String(),
  left: Type.Optional(Cells),
  right: Type.Optional(Cells),
  totals: Type.Optional(Type.Array(Type.String(), { description: 'Printed totals: the check is not assessable while one of them is blank.' })),
  addends: Type.Optional(Cells),
  total: Type.Optional(Type.String()),
  table: Type.Optional(Type.String()),
  section: Type.Optional(Type.String()),
  at_least: Type.Optional(Type.Integer())
}, { $id: 'Check' })

const WireForm = Type.Object({
  ...FormDefinition.properties,
  numeric_cells: Type.Integer({ description: 'How many figures a complete report has.' }),
  checks: Type.Array(ref(WireCheck), { description: 'The checks that need one report only.' })
}, { $id: 'Form', description: 'A statutory form: tables, rows, columns, printed labels, units, checks.' })

const FormList = Type.Object({ items: Type.Array(ref(WireForm)) }, { $id: 'FormList' })

export const formSchemas = [WireCheck, WireForm, FormList]

const writeForm = (form: Form): Static<typeof WireForm> => ({ ...form.definition, numeric_cells: form.cells.length, checks: form.checks })

export const formRoutes = (forms: Forms): FastifyPluginAsyncTypebox => async app => {
  app.get('/v1/forms', {
    schema: {
      operationId: 'listForms',
      summary: 'All forms',
      description: 'The forms in the order of their first years. Each year uses the newest form in force.',
      tags: ['forms'],
      response: { 200: ref(FormList), ...problems() }
    }
  }, async () => ({ items: forms.all.map(writeForm) }))

  app.get('/v1/forms/:form', {
    schema: {
      operationId: 'getForm',
      summary: 'One form',
      description: 'Tables, rows and columns with their printed labels, units and checks. A cell is addressed as `table.row.column`.',
      tags: ['forms'],
      params: Type.Object({ form: Type.String({ maxLength: 32, description: 'Id of the form.', examples: ['2021'] }) }),
      response: { 200: ref(WireForm), ...problems('form-not-found') }
    }
  }, async request => {
    const form = forms.find(request.params.form)
    if (form === undefined) throw problem('form-not-found', { form: request.params.form })
    return writeForm(form)
  })
}
