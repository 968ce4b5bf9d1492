import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type, type Static } from 'typebox'
import type { Form } from '../form/form.ts'
import { answer, problems } from '../platform/openapi.ts'
import { problem } from '../platform/problem.ts'
import type { Forms } from './forms.ts'
import { FormList, WireForm } from './schemas.ts'

export { formSchemas } from './schemas.ts'

const writeForm = (form: Form): Static<typeof WireForm> => ({ ...form.definition, numeric_cells: form.cells.length, checks: form.checks })

export const formRoutes = (forms: Forms): FastifyPluginAsyncTypebox => async app => {
  app.get('/v1/forms', {
    schema: {
      operationId: 'listForms',
      summary: 'All forms',
      description: 'The forms in the order of their first years. Each year uses the newest form in force.',
      tags: ['forms'],
      response: { 200: answer(FormList, 'The forms.'), ...problems() }
    }
  }, async () => ({ items: forms.all.map(writeForm) }))

  app.get('/v1/forms/:form', {
    schema: {
      operationId: 'getForm',
      summary: 'One form',
      description: 'Tables, rows and columns with their printed labels, units and checks. A cell is addressed as `table.row.column`.',
      tags: ['forms'],
      params: Type.Object({ form: Type.String({ maxLength: 32, description: 'Id of the form.', examples: ['2019'] }) }),
      response: { 200: answer(WireForm, 'The form.'), ...problems('form-not-found') }
    }
  }, async request => {
    const form = forms.find(request.params.form)
    if (form === undefined) throw problem('form-not-found', { form: request.params.form })
    return writeForm(form)
  })
}
