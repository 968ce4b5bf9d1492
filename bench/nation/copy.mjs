// COPY ... FROM STDIN on a connection of `pg`: the fastest that PostgreSQL takes rows in.
import { once } from 'node:events'
import pg from 'pg'

class CopyIn {
  constructor (text, chunks) {
    Object.assign(this, { text, chunks })
    this.done = new Promise((resolve, reject) => Object.assign(this, { resolve, reject }))
  }

  submit (connection) {
    connection.query(this.text)
  }

  async handleCopyInResponse (connection) {
    try {
      for await (const chunk of this.chunks) {
        connection.sendCopyFromChunk(chunk)
        if (connection.stream.writableNeedDrain) await once(connection.stream, 'drain')
      }
      connection.endCopyFrom()
    } catch (error) {
      connection.sendCopyFail(error.message)
    }
  }

  handleCommandComplete () {}
  handleError (error) {
    this.reject(error)
  }
  handleReadyForQuery () {
    this.resolve()
  }
}

export async function copyInto (connectionString, text, chunks) {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    const copy = new CopyIn(text, chunks)
    client.query(copy)
    await copy.done
  } finally {
    await client.end()
  }
}
