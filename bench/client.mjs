// A keep-alive HTTP/1.1 client that costs little: on a machine of few cores whatever the client uses, the server lacks.
import { once } from 'node:events'
import { connect } from 'node:net'

/** The bytes of a request, made once and sent many times. */
export function request (method, path, { key, body, packed } = {}) {
  const content = body === undefined ? '' : JSON.stringify(body)
  return Buffer.from([
    `${method} ${path} HTTP/1.1`,
    'host: bench',
    ...packed === true ? ['accept-encoding: gzip'] : [],
    ...key === undefined ? [] : [`authorization: Bearer ${key}`],
    ...body === undefined ? [] : ['content-type: application/json'],
    ...method === 'GET' ? [] : [`content-length: ${Buffer.byteLength(content)}`],
    '',
    content
  ].join('\r\n'))
}

export class Connection {
  #socket
  #chunks = []
  #length = 0
  #wanted = 0
  #answer

  static async open (port) {
    const connection = new Connection()
    connection.#socket = connect({ port, host: '127.0.0.1', noDelay: true })
    await once(connection.#socket, 'connect')
    connection.#socket
      .on('data', chunk => connection.#read(chunk))
      .on('error', error => connection.#fail(error))
      .on('close', () => connection.#fail(new Error('the service closed the connection')))
    return connection
  }

  /** One request at a time. Throws unless the answer is 2xx. */
  async send (bytes) {
    const { status, body } = await new Promise((resolve, reject) => {
      this.#answer = { resolve, reject }
      this.#socket.write(bytes)
    })
    if (status < 200 || status > 299) {
      throw new Error(`${bytes.toString().split('\r\n')[0]}: ${status} ${body.toString().slice(0, 1000)}`)
    }
    return body
  }

  close () {
    this.#socket.destroy()
  }

  #read (chunk) {
    // A long body comes in many chunks: they are put together once, when all are there.
    this.#chunks.push(chunk)
    this.#length += chunk.length
    if (this.#length < this.#wanted) return
    const received = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks)
    const end = received.indexOf('\r\n\r\n')
    if (end < 0) return this.#keep(received, 0)
    const head = received.latin1Slice(0, end)
    const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1]
    if (length === undefined) return this.#fail(new Error(`an answer without length: ${head}`))
    const from = end + 4
    const to = from + Number(length)
    if (received.length < to) return this.#keep(received, to)
    const body = received.subarray(from, to)
    this.#keep(received.subarray(to), 0)
    this.#take()?.resolve({ status: Number(head.slice(9, 12)), body })
  }

  #keep (received, wanted) {
    this.#chunks = received.length === 0 ? [] : [received]
    this.#length = received.length
    this.#wanted = wanted
  }

  #fail (error) {
    this.#take()?.reject(error)
  }

  #take () {
    const answer = this.#answer
    this.#answer = undefined
    return answer
  }
}

/** Sends what `bytesOf` gives, over and over through all connections; gives the time that each answer took, in ms. */
export async function press (connections, bytesOf, milliseconds) {
  const times = []
  const end = performance.now() + milliseconds
  await Promise.all(connections.map(async connection => {
    for (let sent = performance.now(); sent < end;) {
      await connection.send(bytesOf())
      const answered = performance.now()
      times.push(answered - sent)
      sent = answered
    }
  }))
  return times
}
