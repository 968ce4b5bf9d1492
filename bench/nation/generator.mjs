// Makes what is loaded and sends it, in a process of its own: what is measured is the service, not this. Takes one job
// after another as messages: { what, provinces, years, wordy, to } and answers each with what was sent and how long it
// took.
import { once } from 'node:events'
import http from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Forms } from '../../dist/forms/forms.js'
import { readForms } from '../../dist/forms/load-forms.js'
import { copyInto } from './copy.mjs'
import { reportPool, wordySections } from './reports.mjs'
import { tree } from './tree.mjs'

const CHUNK = 256 * 1024

const provinces = tree()
const forms = new Forms(await readForms())
const pool = reportPool(forms)
/** Made once it is asked for: its memory would cost the other time. */
let wordyPool

/** Lines by kind. A line is one or more texts or buffers. */
const LINES = {
  *agencies (job) {
    for (const { code, name, parent, level, kind } of filersOf(job)) {
      yield [`${JSON.stringify({ code, name, level, kind, parent })}\n`]
    }
  },
  *reports (job) {
    const { draw } = job.wordy ? wordyPool : pool
    for (const agency of filersOf(job)) {
      for (const year of job.years) yield [`{"agency":"${agency.code}","year":${year}`, draw(agency, year).tail]
    }
  },
  *vectors (job) {
    for (const agency of filersOf(job)) {
      for (const year of job.years) {
        const { form, vector } = pool.draw(agency, year)
        yield [`${agency.code}\t${year}\t${form}\t${vector}\n`]
      }
    }
  }
}

const filersOf = job => job.provinces.flatMap(code => provinces.get(code))

/** Large pieces: a write for each line would cost more than the line. */
function* chunksOf (lines, sent) {
  let buffer = Buffer.allocUnsafe(CHUNK)
  let used = 0
  for (const line of lines) {
    sent.lines++
    for (const part of line) {
      if (used + part.length * 3 > CHUNK) {
        sent.bytes += used
        yield buffer.subarray(0, used)
        buffer = Buffer.allocUnsafe(CHUNK)
        used = 0
      }
      used += typeof part === 'string' ? buffer.utf8Write(part, used) : part.copy(buffer, used)
    }
  }
  sent.bytes += used
  yield buffer.subarray(0, used)
}

const SINKS = {
  async nowhere (chunks) {
    for (const chunk of chunks) if (chunk.length > CHUNK) throw new Error('too large')
  },
  async service (chunks, { port, path, key }) {
    const request = http.request({
      port,
      path,
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/x-ndjson' }
    })
    const answered = once(request, 'response')
    // A service that refuses half-way closes the connection; its answer tells why.
    const sent = pipeline(Readable.from(chunks, { objectMode: true, highWaterMark: 2 }), request).catch(error => error)
    const [response] = await answered.catch(async error => {
      throw await sent ?? error
    })
    const body = await response.setEncoding('utf8').reduce((text, part) => text + part, '')
    if (response.statusCode > 299) throw new Error(`${path}: ${response.statusCode} ${body.slice(0, 2000)}`)
    return JSON.parse(body)
  },
  async table (chunks, { url, table }) {
    await copyInto(url, `copy ${table} from stdin`, chunks)
  }
}

process.on('message', async job => {
  try {
    const sent = { lines: 0, bytes: 0 }
    if (job.wordy) wordyPool ??= reportPool(forms, wordySections)
    const start = performance.now()
    const answer = await SINKS[job.to.sink](chunksOf(LINES[job.what](job), sent), job.to)
    process.send({ ...sent, ms: performance.now() - start, answer })
  } catch (error) {
    process.send({ error: error.message })
  }
})
process.on('SIGINT', () => {})
process.on('disconnect', () => process.exit())
process.send('ready')
