// Checks that did not pass, over many reports.
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import type { Kysely } from 'kysely'
import { type Static, type TObject, Type } from 'typebox'
import { findAgency } from '../../agencies/store.ts'
import type { Database } from '../../database/types.ts'
import { Forms } from '../../forms/forms.ts'
import { JSON_UTF8 } from '../../http/cached-response.ts'
import { chooseList, declareList, isTable, sendList, tablePieces } from '../../http/formats/list.ts'
import { setFileName } from '../../http/formats/send-format.ts'
import { encodeCursor, LINK, nextPage, PageQuery, readCursor } from '../../http/paging.ts'
import { AgencyCode, Year } from '../../http/parameters.ts'
import { problems, ref } from '../../http/responses.ts'
import { sendAs } from '../../http/send-as.ts'
import { Streams } from '../../http/streams.ts'
import { problem } from '../../problems/problem.ts'
import { WireFinding } from '../checks/schemas.ts'
import { findingBatches, type FindingKey, listFindings } from './list-findings.ts'
import type { FindingFilter } from './scan-reports.ts'
import { FindingList, FindingSummary } from './schemas.ts'
import { FINDINGS, summaryList } from './serialize.ts'
import { summarizeFindings } from './summarize-findings.ts'

const DEFAULT_LIMIT = 100

const FilterQuery = {
  year: { ...Year, description: 'Reporting year.', examples: [2023] },
  under: Type.Optional({
    ...AgencyCode,
    description: 'This agency and all below it, in the tree of that year; by default all agencies.',
    examples: undefined
  }),
  check: Type.Optional(
    Type.String({
      maxLength: 200,
      description:
        'Only this check, or all checks whose ids begin with this and a dot, such as previous_year.carried_in.'
    })
  ),
  severity: Type.Optional({ ...WireFinding.properties.severity, description: 'Only checks of this severity.' }),
  outcome: Type.Optional({ ...WireFinding.properties.outcome, description: 'Only findings with this outcome.' }),
  explained: Type.Optional(Type.Boolean({ description: 'Only findings with an explanation, or only those without.' })),
  state: Type.Optional(
    Type.Enum(['published', 'working'], {
      type: 'string',
      default: 'published',
      description:
        'working: with a key, the working state of the reports in its subtree and the published version of all others.'
    })
  )
}

const limit = Type.Optional(
  Type.Integer({
    minimum: 1,
    maximum: 1000,
    description: 'Items per page, by default 100. CSV and Excel have all items by default.'
  })
)
const FINDING_FORMATS = declareList(ref(FindingList), FINDINGS.columns.map(({ id }) => id))
const SUMMARY_FORMATS = declareList(ref(FindingSummary), summaryList('check').columns.map(({ id }) => id))

export const findingRoutes = (db: Kysely<Database>, forms: Forms): FastifyPluginAsyncTypebox => async app => {
  const streams = new Streams()

  app.get('/v1/findings', {
    schema: {
      operationId: 'listFindings',
      summary: 'List findings',
      description:
        'Checks that did not pass in the current versions, in the order of agency and check; with `state=working`, also in drafts that the key may see. They are computed on request.',
      tags: ['reports'],
      querystring: Type.Object({
        ...FilterQuery,
        limit,
        cursor: PageQuery.cursor,
        ...FINDING_FORMATS.query
      }, { additionalProperties: false }),
      response: {
        200: FINDING_FORMATS.answer('A page of findings.', LINK),
        ...problems('agency-unknown', 'check-unknown')
      }
    }
  }, async (request, reply) => {
    const filter = readFilter(request, request.query)
    const after = readCursor(
      request.query.cursor,
      (key): key is FindingKey =>
        key.length === 2 && typeof key[0] === 'string' && (key[1] === null || typeof key[1] === 'string')
    )
    reply.header('vary', 'Accept, Authorization')
    const { chosen, labels } = chooseList(request, FINDING_FORMATS)
    if (isTable(chosen)) {
      const body = await streams.start(
        limited(findingBatches(db, forms, filter, after), request.query.limit ?? Infinity),
        batches => tablePieces(chosen, FINDINGS, batches, labels),
        async () => await refuseUnknown(filter.under)
      )
      setFileName(reply, chosen, FINDINGS.name)
      return sendAs(reply, chosen.type, body)
    }
    const { items, next } = await listFindings(db, forms, filter, after, request.query.limit ?? DEFAULT_LIMIT)
    if (items.length === 0) await refuseUnknown(filter.under)
    return sendAs(reply, JSON_UTF8, {
      items,
      next: next === null ? null : nextPage(request, reply, { cursor: encodeCursor(next) })
    })
  })

  app.get('/v1/findings/summary', {
    schema: {
      operationId: 'summarizeFindings',
      summary: 'Count findings',
      description:
        'Number of checks that did not pass: by check, by the children of `under` (by default the roots), each with all below it, or by agency. The groups with the most failed checks come first.',
      tags: ['reports'],
      querystring: Type.Object({
        ...FilterQuery,
        by: Type.Optional(
          Type.Enum(['check', 'child', 'agency'], { type: 'string', default: 'check', description: 'The groups.' })
        ),
        limit: Type.Optional(
          Type.Integer({ minimum: 1, maximum: 1000, default: 1000, description: 'Maximum number of groups.' })
        ),
        ...SUMMARY_FORMATS.query
      }, { additionalProperties: false }),
      response: {
        200: SUMMARY_FORMATS.answer('The counts.'),
        ...problems('agency-unknown', 'check-unknown')
      }
    }
  }, async (request, reply) => {
    const { by = 'check', limit = 1000 } = request.query
    const filter = readFilter(request, request.query)
    const summary = await summarizeFindings(db, forms, filter, by, limit)
    if (summary.checked === 0) await refuseUnknown(filter.under)
    reply.header('vary', 'Accept, Authorization')
    return await sendList(request, reply, SUMMARY_FORMATS, {
      body: JSON.stringify(summary),
      rows: summary.groups,
      list: summaryList(summary.by)
    })
  })

  function readFilter ({ actor }: FastifyRequest, query: Static<TObject<typeof FilterQuery>>): FindingFilter {
    const { state, check, ...filter } = query
    const ids = forms.all.flatMap(form => [...form.checkIds])
    if (check !== undefined && !ids.some(id => id === check || id.startsWith(`${check}.`))) {
      throw problem('check-unknown', {}, {
        errors: [{
          parameter: 'check',
          found: check,
          expected: { en: 'the id of a check, or the beginning of one', zh: '校验编号，或其开头部分' },
          candidates: ids
        }]
      })
    }
    if (state === 'working' && actor === null) {
      throw problem('parameter-invalid', {}, {
        errors: [{
          parameter: 'state',
          found: state,
          expected: { en: 'published; working needs a key', zh: 'published；working 需要密钥' }
        }]
      })
    }
    return { ...filter, check, workingIn: state === 'working' ? actor!.agency : null }
  }

  async function refuseUnknown (under: string | undefined): Promise<void> {
    if (under !== undefined && !await findAgency(db, under)) throw problem('agency-unknown', { agency: under })
  }
}

/** Ends after `limit` items. */
async function* limited<Item, Batch extends { items: Item[] }> (
  batches: AsyncGenerator<Batch>,
  limit: number
): AsyncGenerator<Batch> {
  let left = limit
  for await (const batch of batches) {
    yield { ...batch, items: batch.items.slice(0, left) }
    left -= batch.items.length
    if (left <= 0) return
  }
}
