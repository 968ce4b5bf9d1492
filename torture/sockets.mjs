// Attacks below HTTP: requests that no HTTP client sends, slow ones, and connections that break off.
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { exchange, parseAnswers } from './client.mjs'

/** The settings of the service that bound slow clients, in seconds. */
export const TIMEOUTS = { HEADERS_TIMEOUT: '3', REQUEST_TIMEOUT: '6' }
/** Node looks for late clients from time to time only. */
const TOLERANCE_MS = 5000
const ANSWER_MS = 10_000

const lines = (...all) => Buffer.from([...all, '', ''].join('\r\n'), 'latin1')
const GET = 'GET /v1/forms HTTP/1.1'
const POST = 'POST /v1/checks HTTP/1.1'
const JSON_TYPE = 'Content-Type: application/json'

/**
 * Whole requests that are wrong, or odd. The service must answer each with a problem document, or serve it; closing
 * the connection without a word is a failure.
 */
const WHOLE = {
  'no Host': () => lines(GET),
  'two Hosts': () => lines(GET, 'Host: a', 'Host: b'),
  'a Host that is none': () => lines(GET, 'Host: a b/c?'),
  'HTTP/1.0': () => lines('GET /v1/forms HTTP/1.0'),
  'HTTP/0.9': () => Buffer.from('GET /v1/forms\r\n\r\n'),
  'HTTP/2': () => Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  'HTTP/3.7': () => lines('GET /v1/forms HTTP/3.7', 'Host: a'),
  'an unknown method': () => lines('BREW /v1/forms HTTP/1.1', 'Host: a'),
  'a method in small letters': () => lines('get /v1/forms HTTP/1.1', 'Host: a'),
  TRACE: () => lines('TRACE /v1/forms HTTP/1.1', 'Host: a'),
  CONNECT: () => lines('CONNECT a:443 HTTP/1.1', 'Host: a'),
  'OPTIONS *': () => lines('OPTIONS * HTTP/1.1', 'Host: a'),
  'an absolute address': () => lines('GET http://a/v1/forms HTTP/1.1', 'Host: b'),
  'an address with spaces': () => lines('GET /v1/forms /x HTTP/1.1', 'Host: a'),
  'an address with bytes above 127': () => lines('GET /v1/agencies/\xe4\xb8\xad HTTP/1.1', 'Host: a'),
  'an address of 30 kB': () => lines(`GET /v1/forms?${'a'.repeat(30_000)} HTTP/1.1`, 'Host: a'),
  'an address without a slash': () => lines('GET v1/forms HTTP/1.1', 'Host: a'),
  'a header of 100 kB': () => lines(GET, 'Host: a', `X: ${'a'.repeat(100_000)}`),
  '5000 headers': () => lines(GET, 'Host: a', ...Array.from({ length: 5000 }, (_, i) => `X${i}:`)),
  '1500 small headers': () => lines(GET, 'Host: a', ...Array.from({ length: 1500 }, () => 'a:b')),
  'a header with NUL': () => lines(GET, 'Host: a', 'X: a\0b'),
  'a header without a colon': () => lines(GET, 'Host: a', 'X'),
  'a folded header': () => lines(GET, 'Host: a', 'X: a', ' b'),
  'a space before the colon': () => lines(GET, 'Host: a', 'Content-Length : 0'),
  'lines that end in LF': () => Buffer.from(`${GET}\nHost: a\n\n`),
  'Expect: something': () => lines(GET, 'Host: a', 'Expect: something'),
  'Expect: something, with a body': () =>
    Buffer.concat([
      lines(POST, 'Host: a', JSON_TYPE, 'Expect: something', 'Content-Length: 2'),
      Buffer.from('{}')
    ]),
  'Expect: 100-continue': () =>
    Buffer.concat([
      lines(POST, 'Host: a', JSON_TYPE, 'Expect: 100-continue', 'Content-Length: 2'),
      Buffer.from('{}')
    ]),
  'a negative Content-Length': () => lines(POST, 'Host: a', JSON_TYPE, 'Content-Length: -1'),
  'a huge Content-Length': () => lines(POST, 'Host: a', JSON_TYPE, 'Content-Length: 99999999999999999999'),
  'two Content-Lengths': () => lines(POST, 'Host: a', JSON_TYPE, 'Content-Length: 2', 'Content-Length: 3'),
  'Content-Length and chunks': () =>
    lines(POST, 'Host: a', JSON_TYPE, 'Content-Length: 5', 'Transfer-Encoding: chunked', '', '0'),
  'an unknown Transfer-Encoding': () => lines(POST, 'Host: a', JSON_TYPE, 'Transfer-Encoding: gzip'),
  'chunked not last': () => lines(POST, 'Host: a', JSON_TYPE, 'Transfer-Encoding: chunked, identity', '', '0'),
  'a chunk size that is none': () =>
    lines(POST, 'Host: a', JSON_TYPE, 'Transfer-Encoding: chunked', '', 'zz', '{}', '0'),
  'a huge chunk size': () => lines(POST, 'Host: a', JSON_TYPE, 'Transfer-Encoding: chunked', '', 'FFFFFFFFFFFFFFFFF'),
  'trailers': () =>
    lines(POST, 'Host: a', JSON_TYPE, 'Transfer-Encoding: chunked', 'Trailer: X', '', '2', '{}', '0', 'X: y'),
  'a GET with a body': () => Buffer.concat([lines(GET, 'Host: a', 'Content-Length: 3'), Buffer.from('abc')]),
  'a protocol to upgrade to': () => lines(GET, 'Host: a', 'Connection: Upgrade', 'Upgrade: websocket'),
  'HTTP2-Settings': () =>
    lines(GET, 'Host: a', 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AA'),
  'two Authorizations': () =>
    lines('GET /v1/me HTTP/1.1', 'Host: a', 'Authorization: Bearer a', 'Authorization: Bearer b'),
  'an Authorization with bytes above 127': () =>
    lines('GET /v1/me HTTP/1.1', 'Host: a', 'Authorization: Bearer \xff\xfe'),
  'an If-Match with bytes above 127': () =>
    lines('DELETE /v1/reports/a/2021 HTTP/1.1', 'Host: a', 'If-Match: "\xff"', 'Content-Length: 0'),
  'an Idempotency-Key with bytes above 127': () =>
    lines('POST /v1/agencies HTTP/1.1', 'Host: a', 'Idempotency-Key: \xff', 'Content-Length: 0'),
  'a TLS greeting': () => Buffer.concat([Buffer.from('16030100c8010000c40303', 'hex'), randomBytes(200)]),
  'random bytes': () => Buffer.concat([randomBytes(300), Buffer.from('\r\n\r\n')]),
  HEAD: () => lines('HEAD /v1/forms HTTP/1.1', 'Host: a'),
  'HEAD of nothing': () => lines('HEAD /nothing HTTP/1.1', 'Host: a')
}

async function sendWhole (port, random) {
  const name = random.pick(Object.keys(WHOLE))
  const bytes = WHOLE[name]()
  const method = name.startsWith('HEAD') ? 'HEAD' : 'GET'
  const isDone = received => parseAnswers(received, method).some(({ text }) => text !== undefined)
  const { bytes: received, ...rest } = await exchange(port, {
    write: socket => socket.write(bytes),
    isDone,
    limit: ANSWER_MS
  })
  return { name, answers: parseAnswers(received, method), needsAnswer: true, ...rest }
}

/** Many requests in one write; each must be answered. The last one may be malformed. */
async function sendPipelined (port, random) {
  const count = 2 + random.below(30)
  const isBroken = random.chance(0.3)
  const paths = ['/healthz', '/v1/forms/2021', '/nothing', '/v1/totals?measure=no', '/v1/agencies?limit=1']
  const all = Array.from({ length: count }, () => lines(`GET ${random.pick(paths)} HTTP/1.1`, 'Host: a'))
  if (isBroken) all.push(Buffer.from('rubbish\r\n\r\n'))
  const { bytes, ...rest } = await exchange(port, {
    write: socket => socket.write(Buffer.concat(all)),
    isDone: received => parseAnswers(received).filter(({ text }) => text !== undefined).length >= all.length,
    limit: ANSWER_MS
  })
  const answers = parseAnswers(bytes)
  const missing = !isBroken && answers.length < count ? `${answers.length} of ${count} answers` : undefined
  return {
    name: isBroken ? 'pipelined, the last one malformed' : 'pipelined',
    answers,
    needsAnswer: true,
    missing,
    ...rest
  }
}

/** A client that ends its half of the connection after a whole request may get an answer or none. */
async function sendHalfClosed (port) {
  const { bytes, ...rest } = await exchange(port, {
    write: socket => socket.end(lines('GET /v1/agencies HTTP/1.1', 'Host: a')),
    isDone: received => parseAnswers(received).some(({ text }) => text !== undefined),
    limit: ANSWER_MS
  })
  return { name: 'half closed', answers: parseAnswers(bytes), needsAnswer: false, ...rest }
}

const BODIES = [
  ['PUT', '/v1/reports/kundulun-culture/2019', 'application/json'],
  ['POST', '/v1/imports/reports', 'application/x-ndjson'],
  ['POST', '/v1/imports/agencies', 'text/csv'],
  ['POST', '/v1/imports/documents?agency=kundulun-culture&year=2019', 'text/html'],
  ['POST', '/v1/imports/reports', 'multipart/form-data; boundary=x']
]

function openBody (random, key, ...more) {
  const [method, path, type] = random.pick(BODIES)
  return lines(
    `${method} ${path} HTTP/1.1`,
    'Host: a',
    `Content-Type: ${type}`,
    `Authorization: Bearer ${key}`,
    ...more
  )
}

/** The client goes away in the middle of its body. */
async function breakOff (port, random, key) {
  const head = openBody(random, key, 'Content-Length: 100000')
  const received = await exchange(port, {
    write: async socket => {
      socket.write(head)
      socket.write('{"sections":'.repeat(1 + random.below(1000)))
      await sleep(random.below(30))
      if (random.chance(0.5)) socket.resetAndDestroy()
      else socket.destroy()
    },
    limit: 2000
  })
  return { name: 'breaks off in its body', answers: parseAnswers(received.bytes), ...received, needsAnswer: false }
}

/** Chunks that end too early; the client reads on. */
async function cutChunks (port, random, key) {
  const head = openBody(random, key, 'Transfer-Encoding: chunked')
  const { bytes, ...rest } = await exchange(port, {
    write: socket => {
      socket.write(head)
      socket.end(random.pick(['5\r\nab', '5\r\nabcde\r\n', 'ffff\r\n', '5\r\nabcdeX', '0\r\n', '1;x=y\r\n{']))
    },
    isDone: received => parseAnswers(received).some(({ text }) => text !== undefined),
    limit: Number(TIMEOUTS.REQUEST_TIMEOUT) * 1000 + TOLERANCE_MS
  })
  return { name: 'chunks that are cut short', answers: parseAnswers(bytes), needsAnswer: false, ...rest }
}

/** Headers or a body that come byte by byte: the service must end this, with an answer. */
async function sendSlowly (port, random, key) {
  const part = random.pick(['headers', 'body'])
  const seconds = Number(part === 'headers' ? TIMEOUTS.HEADERS_TIMEOUT : TIMEOUTS.REQUEST_TIMEOUT)
  const { bytes, ...rest } = await exchange(port, {
    write: async socket => {
      socket.write(
        part === 'headers'
          ? 'GET /v1/forms HTTP/1.1\r\nHost: a\r\n'
          : lines(
            'PUT /v1/reports/kundulun-culture/2019 HTTP/1.1',
            'Host: a',
            JSON_TYPE,
            `Authorization: Bearer ${key}`,
            'Content-Length: 100000'
          )
      )
      while (!socket.destroyed && !socket.readableEnded) {
        socket.write(part === 'headers' ? 'X: y\r\n' : ' ')
        await sleep(200)
      }
    },
    isDone: received => parseAnswers(received).some(({ text }) => text !== undefined),
    limit: seconds * 1000 + TOLERANCE_MS
  })
  return { name: `slow ${part}`, answers: parseAnswers(bytes), needsAnswer: true, ...rest }
}

/** Asks for much and reads nothing for a while. */
async function readNothing (port, random) {
  const received = await exchange(port, {
    write: async socket => {
      socket.pause()
      for (let i = 0; i < 30; i++) socket.write(lines('GET /openapi.json HTTP/1.1', 'Host: a'))
      await sleep(500 + random.below(2000))
      socket.destroy()
    },
    limit: 5000
  })
  return { name: 'reads nothing', answers: [], ...received, needsAnswer: false }
}

/** Opens a connection, says nothing or half a line, and waits until it is closed or a while has passed. */
async function saySomeOfALine (port, random) {
  const received = await exchange(port, {
    write: async socket => {
      socket.write(random.pick(['', 'G', 'GET /v1', '\r\n\r\n']))
      await sleep(random.below(1500))
      socket.end()
    },
    limit: Number(TIMEOUTS.HEADERS_TIMEOUT) * 1000 + TOLERANCE_MS
  })
  return { name: 'half a line', answers: parseAnswers(received.bytes), ...received, needsAnswer: false }
}

export const SOCKET_ATTACKS = {
  whole: sendWhole,
  pipelined: sendPipelined,
  'half closed': sendHalfClosed,
  'break off': breakOff,
  'cut chunks': cutChunks
}
/** These take seconds each, in which nothing happens. */
export const SLOW_ATTACKS = { slowly: sendSlowly, 'read nothing': readNothing, 'some of a line': saySomeOfALine }
