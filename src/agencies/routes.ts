import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Kysely } from 'kysely'
import { Type } from 'typebox'
import { auditContext } from '../audit/record.ts'
import type { Database } from '../database/types.ts'
import { Forms } from '../forms/forms.ts'
import { ETAG, etagOf, NOT_MODIFIED, readConditions } from '../http/etag.ts'
import { columnsOf, declareList, type List, sendList } from '../http/formats/list.ts'
import { LINK, page, PageQuery, readCursor } from '../http/paging.ts'
import { AgencyCode, Year } from '../http/parameters.ts'
import { answer, BODY, LOCATION, problems, ref } from '../http/responses.ts'
import { problem } from '../problems/problem.ts'
import { changeAgency, putAgency, registerAgency } from './actions.ts'
import { Agency, AGENCY_COLUMNS, AgencyChange, AgencyList, Kind, Level, LIST_COLUMNS, NewAgency } from './schemas.ts'
import { findAgency, listAgencies } from './store.ts'

const AGENCIES: List<Agency> = {
  // With the names that a bulk import reads.
  columns: columnsOf<Agency>(LIST_COLUMNS).map(column => ({ ...column, label: AGENCY_COLUMNS[column.id]! })),
  name: { ascii: 'agencies', title: '机关' },
  hasEtag: true
}
const AGENCY_FORMATS = declareList(ref(AgencyList), LIST_COLUMNS)

const AgencyConditions = Type.Object({
  'if-match': Type.Optional(Type.String({ description: 'Only when the agency is still as it was read: its ETag.' })),
  'if-none-match': Type.Optional(Type.String({ description: '`*`: only when it is not registered yet.' }))
})

const Params = Type.Object({ code: AgencyCode })

export const agencyRoutes = (db: Kysely<Database>, forms: Forms): FastifyPluginAsyncTypebox => async app => {
  app.get('/v1/agencies', {
    schema: {
      operationId: 'listAgencies',
      summary: 'List and search agencies',
      description: 'In the order of their codes. Without `year`, each agency is shown as of its latest years.',
      tags: ['agencies'],
      querystring: Type.Object({
        under: Type.Optional({ ...AgencyCode, description: 'This agency and all below it.', examples: undefined }),
        level: Type.Optional({ ...Level, description: 'Only agencies of this level.' }),
        kind: Type.Optional({ ...Kind, description: 'Only agencies of this kind.' }),
        q: Type.Optional(
          Type.String({
            minLength: 1,
            maxLength: 100,
            pattern: '^[^\\x00]*$',
            description: 'Part of the name or code, regardless of case and character width.'
          })
        ),
        year: Type.Optional({
          ...Year,
          description: 'The agencies as of this year, in the tree of this year.',
          examples: undefined
        }),
        ...PageQuery,
        ...AGENCY_FORMATS.query
      }, { additionalProperties: false }),
      response: {
        200: AGENCY_FORMATS.answer('A page of agencies.', { ...LINK, ...ETAG }),
        ...NOT_MODIFIED,
        ...problems('agency-unknown')
      }
    }
  }, async (request, reply) => {
    const { limit, cursor, format: _format, labels: _labels, ...filter } = request.query
    const after = readCursor(cursor, (key): key is [string] => key.length === 1 && typeof key[0] === 'string')
    const items = await listAgencies(db, filter, after?.[0] ?? '', limit + 1)
    if (items.length === 0 && filter.under !== undefined && !await findAgency(db, filter.under)) {
      throw problem('agency-unknown', { agency: filter.under })
    }
    const body = page(request, reply, items, limit, agency => [agency.code])
    return await sendList(request, reply, AGENCY_FORMATS, { body, rows: body.items, list: AGENCIES })
  })

  app.post('/v1/agencies', {
    schema: {
      operationId: 'registerAgency',
      summary: 'Register an agency',
      description: 'Requires code, name, level and kind. Without `since`, the agency exists in all years.',
      tags: ['agencies'],
      body: ref(NewAgency),
      response: {
        201: answer(Agency, 'The registered agency.', { ...LOCATION, ...ETAG }),
        ...problems(
          'agency-exists',
          'agency-unknown',
          'credit-code-taken',
          'parent-not-in-year',
          'key-required',
          ...BODY
        )
      }
    }
  }, async (request, reply) => {
    const agency = await registerAgency(request.db, forms, auditContext(request), request.body)
    return reply.code(201).header('location', `/v1/agencies/${agency.code}`).header('etag', etagOf(agency)).send(agency)
  })

  app.get('/v1/agencies/:code', {
    schema: {
      operationId: 'getAgency',
      summary: 'Read an agency',
      description: 'As of its latest years; `periods` has all ranges of years.',
      tags: ['agencies'],
      params: Params,
      response: { 200: answer(Agency, 'The agency.', ETAG), ...NOT_MODIFIED, ...problems('agency-not-found') }
    }
  }, async (request, reply) => {
    const agency = await findAgency(db, request.params.code)
    if (agency === undefined) throw problem('agency-not-found', { agency: request.params.code })
    return reply.header('etag', etagOf(agency)).send(agency)
  })

  const change = {
    tags: ['agencies'],
    params: Params,
    headers: AgencyConditions,
    body: ref(AgencyChange)
  }
  const refusals = [
    'agency-unknown',
    'agency-cycle',
    'agency-has-children',
    'agency-has-reports',
    'credit-code-taken',
    'parent-not-in-year',
    'since-required',
    'total-overflow',
    'agency-changed',
    'key-required',
    ...BODY
  ] as const

  app.put('/v1/agencies/:code', {
    schema: {
      ...change,
      operationId: 'putAgency',
      summary: 'Register or change an agency',
      description:
        'Sending it twice changes nothing. A field that is left out stays; `null` clears it. parent, level, kind and reporting change from a year on (`since`): earlier years stay as they are, and the figures move in the totals of exactly the years concerned.',
      response: {
        200: answer(Agency, 'The agency was already registered; its current state.', ETAG),
        201: answer(Agency, 'The agency is newly registered.', { ...LOCATION, ...ETAG }),
        ...problems(...refusals)
      }
    }
  }, async (request, reply) => {
    const { agency, created } = await putAgency(
      db,
      forms,
      auditContext(request),
      request.params.code,
      { change: request.body, conditions: readConditions(request.headers) }
    )
    if (created) reply.header('location', `/v1/agencies/${agency.code}`)
    return reply.code(created ? 201 : 200).header('etag', etagOf(agency)).send(agency)
  })

  app.patch(
    '/v1/agencies/:code',
    {
      schema: {
        ...change,
        operationId: 'changeAgency',
        summary: 'Change an agency',
        description: 'Like PUT, but only for a registered agency.',
        response: {
          200: answer(Agency, 'The current state of the agency.', ETAG),
          ...problems('agency-not-found', ...refusals)
        }
      }
    },
    async (request, reply) => {
      const agency = await changeAgency(
        db,
        forms,
        auditContext(request),
        request.params.code,
        { change: request.body, conditions: readConditions(request.headers) }
      )
      return reply.header('etag', etagOf(agency)).send(agency)
    }
  )
}
