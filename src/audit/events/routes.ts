import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Kysely } from 'kysely'
import { type Static, Type } from 'typebox'
import type { Database } from '../../database/types.ts'
import { columnsOf, declareList, type List, sendList } from '../../http/formats/list.ts'
import { LINK, nextPage } from '../../http/paging.ts'
import { answer, problems, ref } from '../../http/responses.ts'
import { assignSequence } from '../sequence.ts'
import { listEvents, listPublications, type StoredEvent } from './feed.ts'
import {
  Event,
  EventList,
  EventQuery,
  Publication,
  PublicationList,
  PublicationQuery,
  Verification
} from './schemas.ts'
import { verifyEvents } from './verify.ts'

const PUBLICATION_COLUMNS = Object.keys(Publication.properties) as (keyof Static<typeof Publication>)[]
const PUBLICATIONS: List<Static<typeof Publication>> = {
  columns: columnsOf(PUBLICATION_COLUMNS),
  name: { ascii: 'publications', title: '公开动态' }
}
const PUBLICATION_FORMATS = declareList(ref(PublicationList), PUBLICATION_COLUMNS)

/** What is particular to a kind of event is in one column, as JSON. */
const EVENT_COLUMNS = Object.keys(Event.properties)
const EVENTS: List<Record<string, unknown>> = {
  columns: [
    ...columnsOf<Record<string, unknown>>(EVENT_COLUMNS),
    {
      id: 'details',
      value: event =>
        JSON.stringify(Object.fromEntries(Object.entries(event).filter(([key]) => !EVENT_COLUMNS.includes(key))))
    }
  ],
  name: { ascii: 'events', title: '操作记录' }
}
const EVENT_FORMATS = declareList(ref(EventList), EVENTS.columns.map(({ id }) => id))

/** Interval of assigning sequence numbers in the background, so that readers seldom wait for it. */
const PLACING_MS = 10_000

export const eventRoutes = (db: Kysely<Database>): FastifyPluginAsyncTypebox => async app => {
  let placing: Promise<void> | null = null
  const timer = setInterval(() => {
    placing ??= assignSequence(db).catch((error: unknown) => app.log.warn(error, 'events have no places yet')).finally(
      () => {
        placing = null
      }
    )
  }, PLACING_MS).unref()
  app.addHook('onClose', async () => {
    clearInterval(timer)
    await placing
  })

  app.get('/v1/events', {
    schema: {
      operationId: 'listEvents',
      summary: 'Read the event feed',
      description:
        'Every change of a figure, a status, an agency or a key, in an order that never changes: a client that has seen a `seq` has missed no event before it. A withdrawal is an event like any other. ' +
        'Each event has a hash: SHA-256 of `previous`, `n`, `at` and the JSON of its other members except `seq` and `hash`, in this order, separated by spaces.',
      tags: ['events'],
      querystring: Type.Object({ ...EventQuery.properties, ...EVENT_FORMATS.query }, { additionalProperties: false }),
      response: { 200: EVENT_FORMATS.answer('A page of events.', LINK), ...problems() }
    }
  }, async (request, reply) => {
    const { after = 0, limit = 100, format: _format, labels: _labels, ...filter } = request.query
    await assignSequence(db)
    const events = await listEvents(db, request.actor!.agency, filter, after, limit + 1)
    const items = events.slice(0, limit).map(shown)
    const next = events.length > limit ? nextPage(request, reply, { after: String(items.at(-1)!.seq) }) : null
    // The hash depends on the order of an event's members, so they are not serialized by the schema.
    const body = JSON.stringify({ items, next })
    return await sendList(request, reply, EVENT_FORMATS, { body, rows: items, list: EVENTS })
  })

  app.get('/v1/publications', {
    schema: {
      operationId: 'listPublications',
      summary: 'Read the feed of publications',
      description:
        'Every publication, amendment and withdrawal, in an order that never changes. A copy that follows this feed and fetches the versions has everything that is public: to continue, pass the last `seq` seen as `after`.',
      tags: ['events'],
      querystring: Type.Object({ ...PublicationQuery.properties, ...PUBLICATION_FORMATS.query }, {
        additionalProperties: false
      }),
      response: { 200: PUBLICATION_FORMATS.answer('A page of publications.', LINK), ...problems() }
    }
  }, async (request, reply) => {
    const { after = 0, limit = 100, format: _format, labels: _labels, ...filter } = request.query
    await assignSequence(db)
    const found = await listPublications(db, filter, after, limit + 1)
    const items = found.slice(0, limit)
    const next = found.length > limit ? nextPage(request, reply, { after: String(items.at(-1)!.seq) }) : null
    const body = { items, next }
    return await sendList(request, reply, PUBLICATION_FORMATS, { body, rows: items, list: PUBLICATIONS })
  })

  app.get('/v1/events/verify', {
    schema: {
      operationId: 'verifyEvents',
      summary: 'Verify the audit log',
      description:
        'Recomputes every hash, looks for missing events, and compares the order with the checkpoints. Reads the whole log.',
      tags: ['events'],
      response: { 200: answer(Verification, 'Whether the log is unchanged.'), ...problems() }
    }
  }, async () => await verifyEvents(db))
}

const shown = ({ seq, n, at, body, previous, hash }: StoredEvent) => ({
  seq,
  n,
  at,
  ...JSON.parse(body) as Record<string, unknown>,
  previous,
  hash
})
