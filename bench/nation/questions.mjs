// Questions across reports, asked by one client: who has filed, what makes up a total, which figures disagree.
import { request } from '../client.mjs'
import { KEY, openAll, reworded } from '../measure.mjs'
import { percentiles } from '../numbers.mjs'
import { SOME_PROVINCE } from './tree.mjs'

const MEASURE = 'requests.new_received.total'
const COUNTY = '150102'
/** A county and a province whose own reports are held against the sums of the reports under them. */
const SUMMARIES = { county: '150103', province: SOME_PROVINCE }
const YEAR = 2023
const LEAST_TIMES = 5
const MOST_MS = 3000

/** Each question with the bar of its median, in ms; none of the answers is cached. */
const QUESTIONS = [
  ['filings of a county', `/v1/filings?year=${YEAR}&under=${COUNTY}`, 20],
  ['filings of all, a page of 100', `/v1/filings?year=${YEAR}`, 50],
  ['summary of all filings by province', `/v1/filings/summary?year=${YEAR}&by=child`, 300],
  ['contributions of a county', `/v1/totals/contributions?measure=${MEASURE}&year=${YEAR}&under=${COUNTY}`],
  ['contributions of the nation, page 1', `/v1/totals/contributions?measure=${MEASURE}&year=${YEAR}`, 200],
  ['ranking of all agencies of the counties', `/v1/rankings?measure=${MEASURE}&year=${YEAR}&level=county`, 300],
  [
    'ranking of the county governments by a rate',
    `/v1/rankings?measure=rates.granted_share&year=${YEAR}&level=county&kind=government`,
    300
  ],
  ['checks of a report, also against last year', `/v1/reports/${COUNTY}-01/${YEAR}/checks`],
  ['findings of a county', `/v1/findings?year=${YEAR}&under=${COUNTY}&outcome=fail`, 100],
  ['findings of the nation, page 1', `/v1/findings?year=${YEAR}&outcome=fail`],
  ['reconciliation of a county', `/v1/reports/${SUMMARIES.county}/${YEAR}/reconciliation`, 50],
  ['reconciliation of a province', `/v1/reports/${SUMMARIES.province}/${YEAR}/reconciliation`, 500]
]

/** Returns for each question its name, the percentiles of its response time in ms, and its bar. */
export async function askQuestions (service) {
  const [connection] = await openAll(service.port, 1)
  for (const agency of Object.values(SUMMARIES)) {
    await connection.send(
      request('PATCH', `/v1/agencies/${agency}`, { key: KEY, body: { reporting: 'consolidated', since: YEAR } })
    )
  }
  const answers = []
  for (const [name, path, bar] of QUESTIONS) {
    const times = []
    const start = performance.now()
    for (let n = 0; n <= LEAST_TIMES || performance.now() - start < MOST_MS; n++) {
      const sent = performance.now()
      await connection.send(request('GET', reworded(path, n)))
      // The first one compiles code and plans statements.
      if (n > 0) times.push(performance.now() - sent)
    }
    answers.push({ name, ...percentiles(times), bar })
  }
  connection.close()
  return [...answers, await downloadFindings(service)]
}

/** All findings of a province as CSV, with the most memory that the service has used by then. */
async function downloadFindings (service) {
  const start = performance.now()
  const response = await fetch(
    `http://127.0.0.1:${service.port}/v1/findings?year=${YEAR}&under=${SOME_PROVINCE}&format=csv`
  )
  let bytes = 0
  for await (const chunk of response.body) bytes += chunk.length
  if (!response.ok || bytes === 0) throw new Error(`findings as CSV: ${response.status}`)
  return { name: `findings of a province as CSV, ${(bytes / 1e6).toFixed(1)} MB`, p50: performance.now() - start }
}
