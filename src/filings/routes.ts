import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Kysely } from 'kysely'
import { Type } from 'typebox'
import { Kind, Level } from '../agencies/schemas.ts'
import { requireTree } from '../agencies/year-tree.ts'
import { auditContext } from '../audit/record.ts'
import type { Database } from '../database/types.ts'
import { Forms } from '../forms/forms.ts'
import { columnsOf, declareList, type List, sendList } from '../http/formats/list.ts'
import { languageOf } from '../http/language.ts'
import { LINK, page, PageQuery, readCursor } from '../http/paging.ts'
import { AgencyCode, Year } from '../http/parameters.ts'
import { answer, BODY, problems, ref } from '../http/responses.ts'
import { MAX_PUBLISHED, publishFilings } from './publish.ts'
import {
  COUNT_COLUMNS,
  type Filing,
  type FilingCounts,
  FILING_COLUMNS,
  FilingList,
  FilingSummary,
  PublishedFilings,
  PublishFilings,
  Reporting,
  Status,
  SUMMARY_KEYS,
  type SummaryKey,
  TimelinessOf
} from './schemas.ts'
import { countFilings, listFilings } from './store.ts'

const FilingQuery = {
  year: Type.Integer({ ...Year, description: 'The year, whose tree of agencies is used.' }),
  under: Type.Optional({
    ...AgencyCode,
    description: 'This agency and all below it, in the tree of that year; by default all agencies.',
    examples: undefined
  }),
  status: Type.Optional(Status),
  timeliness: Type.Optional(TimelinessOf),
  level: Type.Optional({ ...Level, description: 'Only agencies of this level.' }),
  kind: Type.Optional({ ...Kind, description: 'Only agencies of this kind.' }),
  reporting: Type.Optional(Reporting)
}

const PROBLEMS = problems('agency-unknown', 'agency-not-in-year', 'no-agencies-in-year')

const KEYS = SUMMARY_KEYS.join('|')

const FILINGS: List<Filing> = { columns: columnsOf(FILING_COLUMNS), name: { ascii: 'filings', title: '报送情况' } }
const FILING_FORMATS = declareList(
  ref(FilingList),
  FILING_COLUMNS,
  'kundulun-culture,昆都仑区文体旅游广电局,,county,department,own,2019,missing,2020-01-31,,overdue\n'
)
const SUMMARY_NAME = { ascii: 'filings-summary', title: '报送统计' }
const SUMMARY_FORMATS = declareList(
  ref(FilingSummary),
  ['kind', ...COUNT_COLUMNS],
  'department,1,0,0,0,0,1,0,1,0,0,0\n'
)

export const filingRoutes = (db: Kysely<Database>, forms: Forms): FastifyPluginAsyncTypebox => async app => {
  app.post('/v1/filings/publish', {
    // Each report has its own transaction, and a repeated request goes on where the first one ended.
    config: { takesIdempotencyKey: false },
    schema: {
      operationId: 'publishFilings',
      summary: 'Publish all submitted reports',
      description:
        `Publishes all submitted reports of a year below an agency, at most ${MAX_PUBLISHED} per request, each in a transaction of its own, and lists those that could not be published, with the reason. Send it again to continue.`,
      tags: ['filings'],
      body: ref(PublishFilings),
      response: {
        200: answer(PublishedFilings, 'The result for each report.'),
        ...PROBLEMS,
        ...problems('key-required', ...BODY)
      }
    }
  }, async request =>
    await publishFilings(request.db, forms, {
      actor: request.actor!,
      by: auditContext(request),
      language: languageOf(request)
    }, request.body))

  app.get('/v1/filings', {
    schema: {
      operationId: 'listFilings',
      summary: 'List filings',
      description:
        'Every agency in the tree of the year with the status of its report, whether or not there is one, in the order of their codes. With a key, the working state of the reports in its subtree; for all others, what is published.',
      tags: ['filings'],
      querystring: Type.Object({ ...FilingQuery, ...PageQuery, ...FILING_FORMATS.query }, {
        additionalProperties: false
      }),
      response: {
        200: FILING_FORMATS.answer('A page of filings.', LINK),
        ...PROBLEMS
      }
    }
  }, async (request, reply) => {
    const { limit, cursor, format: _format, labels: _labels, ...filter } = request.query
    const after = readCursor(cursor, (key): key is [string] => key.length === 1 && typeof key[0] === 'string')
    const items = await listFilings(db, filter, request.actor?.agency ?? null, after?.[0] ?? '', limit + 1)
    if (items.length === 0) await requireTree(db, filter.year, filter.under)
    const found = page(request, reply, items, limit, filing => [filing.agency])
    return await sendList(request, reply, FILING_FORMATS, { body: found, rows: found.items, list: FILINGS })
  })

  app.get('/v1/filings/summary', {
    schema: {
      operationId: 'summarizeFilings',
      summary: 'Count filings',
      description:
        'Counts the filings that the list would return with the same parameters, in one group or by child, level or kind.',
      tags: ['filings'],
      querystring: Type.Object({
        ...FilingQuery,
        by: Type.Optional(
          Type.String({
            pattern: `^(${KEYS})(,(${KEYS}))*$`,
            description:
              'Keys of the groups, comma-separated: child, level, kind. `child`: the agencies directly below `under` (by default the roots), each with all below it; `under` itself forms a group of its own',
            examples: ['kind']
          })
        ),
        ...SUMMARY_FORMATS.query
      }, { additionalProperties: false }),
      response: {
        200: SUMMARY_FORMATS.answer('The counts.'),
        ...PROBLEMS
      }
    }
  }, async (request, reply) => {
    const { by: keys, format: _format, labels: _labels, ...filter } = request.query
    const by = [...new Set((keys?.split(',') ?? []) as SummaryKey[])]
    const groups = await countFilings(db, filter, by, request.actor?.agency ?? null)
    if (groups.every(({ expected }) => expected === 0)) await requireTree(db, filter.year, filter.under)
    const columns = by.flatMap(key => key === 'child' ? ['child', 'child_name'] as const : [key])
    return await sendList(request, reply, SUMMARY_FORMATS, {
      body: { year: filter.year, by, groups },
      rows: groups,
      list: { columns: columnsOf<FilingCounts>([...columns, ...COUNT_COLUMNS]), name: SUMMARY_NAME }
    })
  })
}
