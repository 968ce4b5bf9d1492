// Parses bodies: JSON, and CSV with the line of each record.
import { CsvError, parse as parseCsv } from 'csv-parse/sync'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { gunzipSync } from 'node:zlib'
import { problem } from '../../problems/problem.ts'
import { MAX_MEMBERS, parseExactJson } from './json.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether the route accepts this body, for types that only the bytes reveal. */
    reads?: (type: string, body: Buffer) => boolean
  }
}

/** A parsed CSV body. `line` is where a record starts; the header is line 1. */
export interface Csv {
  header: string[]
  records: { line: number, fields: string[] }[]
}

const CHARSETS: Record<string, string> = {
  'utf-8': 'utf-8',
  utf8: 'utf-8',
  'us-ascii': 'utf-8',
  gb18030: 'gb18030',
  gbk: 'gb18030',
  gb2312: 'gb18030'
}

/** Adds the body parsers. They ignore the body if no route matches, because the address or the method is at fault. */
export function addBodyParsers (app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (request.is404) return done(null, undefined)
    try {
      if (!accepted(request).includes('application/json') && body.length > 0) throw unsupported(request)
      const text = decode(request, body)
      if (text.trim() === '') return done(null, undefined)
      done(
        null,
        parseExactJson(text, () => {
          let [failure, value]: [Error | null, unknown] = [null, undefined]
          parseJson(request, text, (error, parsed) => {
            ;[failure, value] = [error, parsed]
          })
          if (failure !== null) throw failure
          return value
        })
      )
    } catch (error) {
      done(error as Error)
    }
  })
  app.addContentTypeParser('text/csv', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (request.is404) return done(null, undefined)
    try {
      if (!accepted(request).includes('text/csv')) throw unsupported(request)
      done(null, readCsv(decode(request, body)))
    } catch (error) {
      done(error as Error)
    }
  })
  // Routes that read documents get the bytes. An empty body (`curl -X POST -d ''`, forms) counts as no body, whatever
  // its type.
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (body.length === 0 || request.is404) return done(null, undefined)
    const type = (request.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase()
    const reads = request.routeOptions.config.reads?.(type, body) ?? accepted(request).includes(type)
    done(reads ? null : unsupported(request), body)
  })
}

/** Returns the charset that a Content-Type declares, as the name of its decoder. Throws `media-type-unsupported`. */
export function charsetOf (contentType: string, request: FastifyRequest): string | undefined {
  const asked = /charset="?([^\s;"]+)/i.exec(contentType)?.[1]?.toLowerCase()
  if (asked === undefined) return undefined
  const charset = CHARSETS[asked]
  if (charset === undefined) throw unsupported(request)
  return charset
}

/** Unpacks a body with `Content-Encoding: gzip`. Throws `media-type-unsupported` for any other encoding. */
function unpack (request: FastifyRequest, body: Buffer): Buffer {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  if (encoding === 'identity' || body.length === 0) return body
  if (encoding !== 'gzip' && encoding !== 'x-gzip') {
    throw problem('media-type-unsupported', { found: `Content-Encoding: ${encoding}`, accepted: 'gzip', first: 'gzip' })
  }
  const limit = request.routeOptions.bodyLimit ?? body.length
  try {
    return gunzipSync(body, { maxOutputLength: limit })
  } catch (error) {
    throw (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE'
      ? problem('body-too-large', { limit })
      : problem('gzip-malformed', { reason: (error as Error).message })
  }
}

function decode (request: FastifyRequest, received: Buffer): string {
  const body = unpack(request, received)
  const charset = charsetOf(request.headers['content-type'] ?? '', request) ?? 'utf-8'
  try {
    return new TextDecoder(charset, { fatal: true }).decode(body)
  } catch {
    throw problem('text-undecodable', { charset })
  }
}

function readCsv (text: string): Csv {
  try {
    const rows = parseCsv(text, {
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: 100_000
    }) as unknown as { info: { lines: number }, record: string[] }[]
    if (rows.length > MAX_MEMBERS) throw problem('csv-malformed', { reason: `more than ${MAX_MEMBERS} lines` })
    // csv-parse reports the line on which a record ends; a record with line breaks inside its quotes began earlier. It
    // counts a CRLF inside quotes twice.
    let twice = 0
    const records = rows.map(({ info, record }) => {
      const text = record.join('')
      twice += text.split('\r\n').length - 1
      return { line: info.lines - twice - (text.split('\n').length - 1), fields: record }
    })
    const [header, ...rest] = records
    if (header === undefined || rest.length === 0) throw problem('csv-without-lines')
    return { header: header.fields.map(name => name.trim()), records: rest }
  } catch (error) {
    throw error instanceof CsvError ? problem('csv-malformed', { reason: error.message }) : error
  }
}

/** Returns the content types that the route declares in its schema. */
function accepted (request: FastifyRequest): string[] {
  const body = request.routeOptions.schema?.body as { content?: object } | undefined
  return Object.keys(body?.content ?? { 'application/json': {} })
}

export function unsupported (request: FastifyRequest) {
  const types = accepted(request)
  return problem('media-type-unsupported', {
    found: request.headers['content-type']?.slice(0, 200) ?? '(none)',
    accepted: types.join(', '),
    first: types[0]!
  })
}
