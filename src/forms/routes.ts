import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from 'typebox'
import type { Form } from '../form/form.ts'
import type { Rate } from '../form/rates/rates.ts'
import { cachedResponse, JSON_UTF8, PUBLIC_CACHE, sendCached } from '../http/cached-response.ts'
import { ETAG, NOT_MODIFIED } from '../http/etag.ts'
import { answer, problems } from '../http/responses.ts'
import { problem } from '../problems/problem.ts'
import { Forms } from './forms.ts'
import { FormList, RateList, WireForm, WireRate } from './schemas.ts'

export { formSchemas } from './schemas.ts'

const writeForm = (form: Form): Static<typeof WireForm> => ({
  ...form.definition,
  numeric_cells: form.cells.length,
  checks: [...form.checks, ...form.between]
})

const writeRate = ({ id, unit, label, numerator, denominator, forms }: Rate): Static<typeof WireRate> => ({
  id,
  unit,
  label,
  numerator: numerator.map(measure => measure.id),
  denominator: denominator.map(measure => measure.id),
  forms
})

export const formRoutes = (forms: Forms): FastifyPluginAsyncTypebox => async app => {
  // They stay as they are while the service runs.
  const one = new Map(forms.all.map(form => [form.id, cachedResponse(JSON_UTF8, JSON.stringify(writeForm(form)))]))
  const rates = cachedResponse(JSON_UTF8, JSON.stringify({ items: [...forms.rates.values()].map(writeRate) }))
  const all = cachedResponse(JSON_UTF8, JSON.stringify({ items: forms.all.map(writeForm) }))

  app.get('/v1/forms', {
    schema: {
      operationId: 'listForms',
      summary: 'List all forms',
      description: 'In the order of their first years. Each year uses the newest form in force.',
      tags: ['forms'],
      response: { 200: answer(FormList, 'The forms.', ETAG), ...NOT_MODIFIED, ...problems() }
    }
  }, async (request, reply) => await sendCached(request, reply, all, PUBLIC_CACHE))

  app.get('/v1/rates', {
    schema: {
      operationId: 'listRates',
      summary: 'List all rates',
      description:
        'Quotients of two sums of measures. A rate can be used wherever a measure can: in `GET /v1/totals` it is the quotient of the two totals, never a mean of quotients.',
      tags: ['forms'],
      response: { 200: answer(RateList, 'The rates.', ETAG), ...NOT_MODIFIED, ...problems() }
    }
  }, async (request, reply) => await sendCached(request, reply, rates, PUBLIC_CACHE))

  app.get('/v1/forms/:form', {
    schema: {
      operationId: 'getForm',
      summary: 'Read a form',
      description:
        'Tables, rows and columns with their printed labels, units and checks. A cell is addressed as `table.row.column`.',
      tags: ['forms'],
      params: Type.Object({ form: Type.String({ maxLength: 32, description: 'Id of the form.', examples: ['2019'] }) }),
      response: { 200: answer(WireForm, 'The form.', ETAG), ...NOT_MODIFIED, ...problems('form-not-found') }
    }
  }, async (request, reply) => {
    const form = one.get(request.params.form)
    if (form === undefined) throw problem('form-not-found', { form: request.params.form })
    return await sendCached(request, reply, form, PUBLIC_CACHE)
  })
}
