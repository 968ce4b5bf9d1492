// Reads while reports are published at random places, as in January.
import { setTimeout as sleep } from 'node:timers/promises'
import { request } from '../client.mjs'
import { KEY, measureReads, openAll } from '../measure.mjs'
import { YEARS } from './reports.mjs'

/** Publications a second. */
const RATE = 10
/** Number of amendments that are submitted before the measurement, which then only publishes them. */
const PREPARED = 1200

/** Measures the reads while amendments of random reports are published; gives the rows and how many were published. */
export async function measureWhilePublishing (service, pool, reads, { rounds }) {
  const submitted = await openAmendments(service, pool)
  const state = { going: true }
  const publishing = publishAll(service, submitted, state)
  const rows = await measureReads(service, reads, { rounds }).finally(() => {
    state.going = false
  })
  return { rows, published: await publishing }
}

/** Opens and submits amendments of published reports that are chosen at random, each with another figure. */
async function openAmendments (service, pool) {
  const { rows } = await pool.query(
    `select agency, year from report_version where public_until = 'infinity' and form = '2021' and year <= $1
     order by hashtext(agency || year) limit $2`,
    [YEARS.at(-1), PREPARED]
  )
  const [connection] = await openAll(service.port, 1)
  for (const { agency, year } of rows) {
    const path = `/v1/reports/${agency}/${year}`
    const row = `${path}/tables/documents/rows/regulations`
    const send = async (method, path, body) => await connection.send(request(method, path, { key: KEY, body }))
    await send('POST', `${path}/amend`, { reason: '更正' })
    const { values: { issued } } = JSON.parse(await send('GET', row))
    await send('PATCH', row, { values: { issued: issued + 1 } })
    await send('POST', `${path}/submit`)
  }
  connection.close()
  return rows.map(({ agency, year }) => `/v1/reports/${agency}/${year}/publish`)
}

async function publishAll (service, paths, state) {
  const connections = await openAll(service.port, 4)
  const start = performance.now()
  let published = 0
  await Promise.all(connections.map(async connection => {
    while (state.going) {
      const path = paths.pop()
      if (path === undefined) throw new Error(`all ${PREPARED} amendments are published`)
      await sleep(start + (PREPARED - paths.length) / RATE * 1000 - performance.now())
      await connection.send(request('POST', path, { key: KEY }))
      published++
    }
  }))
  for (const connection of connections) connection.close()
  return published
}
