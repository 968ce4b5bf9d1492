// GET /v1/catalog, and GET /v1/exports/{dataset}/csvw: what there is, and what its columns mean.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Kysely, sql } from 'kysely'
import { Type } from 'typebox'
import { latestSettledMoment } from '../../database/clock.ts'
import { type Database, FOR_EVER } from '../../database/types.ts'
import { Forms } from '../../forms/forms.ts'
import { problems } from '../../http/responses.ts'
import { sendAs } from '../../http/send-as.ts'
import { catalogOf } from './catalog.ts'
import { describeAgencies, describeReports } from './csvw.ts'

const LD_JSON = 'application/ld+json'
const CSVW = 'application/csvm+json'
const text = (description: string) => Type.Unsafe<unknown>({ type: 'object', additionalProperties: true, description })

export const catalogRoutes = (db: Kysely<Database>, forms: Forms): FastifyPluginAsyncTypebox => async app => {
  app.get('/v1/catalog', {
    schema: {
      operationId: 'getCatalog',
      summary: 'Get the catalogue',
      description: 'All exports with their distributions, as DCAT 3 in JSON-LD. Addresses are relative to this one.',
      tags: ['exports'],
      response: {
        200: { description: 'The catalogue.', content: { [LD_JSON]: { schema: text('DCAT 3.') } } },
        ...problems()
      }
    }
  }, async (_, reply) => {
    const modified = await latestSettledMoment(db)
    const { rows: [years] } = await sql<{ first: number | null, last: number | null }>`
      select min(year) as first, max(year) as last from report_version where public_until = ${FOR_EVER}`.execute(db)
    const { first, last } = years!
    return sendAs(
      reply,
      `${LD_JSON}; charset=utf-8`,
      JSON.stringify(catalogOf({ modified, firstYear: first, lastYear: last }))
    )
  })

  app.get('/v1/exports/:dataset/csvw', {
    schema: {
      operationId: 'describeExport',
      summary: 'Get the columns of an export',
      description: 'Labels, units and types of its CSV columns, as CSV on the Web.',
      tags: ['exports'],
      params: Type.Object({
        dataset: Type.Unsafe<'reports' | 'agencies'>({
          type: 'string',
          enum: ['reports', 'agencies'],
          description: 'The export.',
          examples: ['reports']
        })
      }),
      response: {
        200: {
          description: 'The description of the columns.',
          content: { [CSVW]: { schema: text('CSVW metadata.') } }
        },
        ...problems()
      }
    }
  }, async (request, reply) => {
    const described = request.params.dataset === 'reports' ? describeReports(forms) : describeAgencies()
    return sendAs(reply, `${CSVW}; charset=utf-8`, JSON.stringify(described))
  })
}
