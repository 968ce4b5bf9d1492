// Sends requests: whole ones over connections that are kept alive, and bytes over sockets of their own.
import { Agent, request as sendRequest } from 'node:http'
import { connect } from 'node:net'

/** The text of an answer that is kept; the rest is read and dropped. */
const KEPT_BYTES = 2 * 1024 * 1024
const HOST = '127.0.0.1'

export function createClient (port, sockets) {
  const agent = new Agent({ keepAlive: true, maxSockets: sockets })
  return {
    send: async (request, limit) => await sendAgain({ port, agent }, request, limit),
    close: () => agent.destroy()
  }
}

/** Sends once more if a kept connection was closed just when it was used again. */
async function sendAgain (target, request, limit) {
  const answer = await sendOnce(target, request, limit)
  return answer.error !== undefined && answer.reused ? await sendOnce(target, request, limit) : answer
}

/**
 * Returns `{status, headers, text, ms}`, or `{error, ms}` if there was no whole answer within `limit` milliseconds.
 */
function sendOnce ({ port, agent }, { method, path, headers = {}, body }, limit) {
  const started = performance.now()
  return new Promise(resolve => {
    let sent
    const end = result => {
      clearTimeout(timer)
      resolve({ ...result, ms: performance.now() - started, reused: sent?.reusedSocket === true })
    }
    try {
      sent = sendRequest({ host: HOST, port, agent, method, path, headers: withLength(headers, method, body) })
    } catch (error) {
      // A header that Node's client refuses to send.
      return resolve({ error: error.message, isUnsent: true, ms: 0 })
    }
    const timer = setTimeout(() => {
      end({ error: `no answer in ${limit} ms`, isLate: true })
      sent.destroy()
    }, limit)
    sent.on('error', error => end({ error: error.message }))
    sent.on('response', answer => readAnswer(answer, end))
    sent.end(body)
  })
}

function withLength (headers, method, body) {
  if (body === undefined) return method === 'GET' || method === 'DELETE' ? headers : { ...headers, 'content-length': 0 }
  return { ...headers, 'content-length': Buffer.byteLength(body) }
}

function readAnswer (answer, end) {
  const chunks = []
  let length = 0
  answer.on('data', chunk => {
    if (length < KEPT_BYTES) chunks.push(chunk)
    length += chunk.length
  })
  answer.on(
    'end',
    () => end({ status: answer.statusCode, headers: answer.headers, text: Buffer.concat(chunks).toString(), length })
  )
  answer.on('error', error => end({ error: `the answer broke off: ${error.message}` }))
}

/**
 * Opens a socket, lets `write` write to it, and collects what comes back until `isDone(bytes)`, the end or `limit`.
 * `closed` tells whether the service closed the connection.
 */
export function exchange (port, { write, isDone = () => false, limit, halfOpen = true }) {
  const started = performance.now()
  return new Promise(resolve => {
    const socket = connect({ port, host: HOST, allowHalfOpen: halfOpen, noDelay: true })
    const chunks = []
    let ended = false
    const end = closed => {
      if (ended) return
      ended = true
      clearTimeout(timer)
      socket.destroy()
      resolve({ bytes: Buffer.concat(chunks), closed, ms: performance.now() - started })
    }
    const timer = setTimeout(() => end(false), limit)
    socket.on('connect', () => {
      Promise.resolve(write(socket)).catch(() => {})
    })
    socket.on('data', chunk => {
      chunks.push(chunk)
      if (isDone(Buffer.concat(chunks))) end(false)
    })
    socket.on('end', () => end(true))
    socket.on('error', () => end(true))
    socket.on('close', () => end(true))
  })
}

/** Splits received bytes into answers; the last one may be cut short, and then has no `text`. */
export function parseAnswers (bytes, method = 'GET') {
  const answers = []
  let at = 0
  while (at < bytes.length) {
    const end = bytes.indexOf('\r\n\r\n', at)
    const head = bytes.latin1Slice(at, end < 0 ? bytes.length : end)
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1] ?? 0)
    const headers = Object.fromEntries(
      head.split('\r\n').slice(1).map(line => {
        const colon = line.indexOf(':')
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
      })
    )
    if (end < 0 || status === 0) return [...answers, { status, headers, text: undefined, head }]
    const { text, next } = readBody(bytes, end + 4, { status, headers, method })
    if (status >= 200 || status === 101) answers.push({ status, headers, text, head })
    if (text === undefined) return answers
    at = next
  }
  return answers
}

function readBody (bytes, start, { status, headers, method }) {
  if (status < 200 || status === 204 || status === 304 || method === 'HEAD') return { text: '', next: start }
  if (headers['transfer-encoding'] === 'chunked') return readChunks(bytes, start)
  const length = headers['content-length'] === undefined ? bytes.length - start : Number(headers['content-length'])
  const next = start + length
  return { text: next > bytes.length ? undefined : bytes.toString('utf8', start, next), next }
}

function readChunks (bytes, start) {
  const chunks = []
  for (let at = start;;) {
    const line = bytes.indexOf('\r\n', at)
    if (line < 0) return { text: undefined, next: at }
    const size = Number.parseInt(bytes.latin1Slice(at, line), 16)
    const next = line + 2 + size + 2
    if (Number.isNaN(size) || next > bytes.length) return { text: undefined, next: at }
    if (size === 0) return { text: Buffer.concat(chunks).toString(), next }
    chunks.push(bytes.subarray(line + 2, line + 2 + size))
    at = next
  }
}
