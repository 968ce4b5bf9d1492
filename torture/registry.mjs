// Makes the agencies, reports and keys that the attacks need, through the API.
import { reportOf } from '../bench/data.mjs'
import { Random } from './random.mjs'
import { ADMIN_KEY } from './service.mjs'

const STANDING = { level: 'county', kind: 'department' }
export const KUNDULUN = 'kundulun-culture'

export function createApi (port, key = ADMIN_KEY, limit = 60_000) {
  return async (method, path, body, headers = {}) => {
    const isText = typeof body === 'string' || Buffer.isBuffer(body)
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: {
        ...key === null ? {} : { authorization: `Bearer ${key}` },
        ...body === undefined || isText ? {} : { 'content-type': 'application/json' },
        ...headers
      },
      ...body === undefined ? {} : { body: isText ? body : JSON.stringify(body) },
      signal: AbortSignal.timeout(limit)
    })
    const text = await answer.text()
    const type = answer.headers.get('content-type') ?? ''
    return {
      status: answer.status,
      type,
      text,
      json: /^application\/([\w.-]+\+)?json\b/.test(type) && text !== '' ? JSON.parse(text) : undefined
    }
  }
}

/** Sends a request that must succeed. */
export async function demand (api, method, path, body, headers) {
  const answer = await api(method, path, body, headers)
  if (answer.status >= 300) throw new Error(`${method} ${path} answers ${answer.status} ${answer.text.slice(0, 500)}`)
  return answer.json
}

export const putAgency = async (api, code, more = {}) =>
  await demand(api, 'PUT', `/v1/agencies/${code}`, { name: `机关 ${code}`, ...STANDING, ...more })

export const createKey = async (api, role, agency) =>
  (await demand(api, 'POST', '/v1/keys', { role, agency, label: `${role} of ${agency}` })).key

/** Returns a form in the shape that `reportOf` takes. */
export async function readForm (api, id) {
  const form = await demand(api, 'GET', `/v1/forms/${id}`)
  const tables = form.tables.map(table => ({
    definition: table,
    rows: table.rows.filter(row => !row.heading),
    ...table
  }))
  return {
    id: form.form,
    tables: new Map(
      tables.map(table => [table.id, { definition: table.definition, columns: table.columns, rows: rowsOf(table) }])
    )
  }
}

const rowsOf = table => table.definition.rows.filter(row => !row.heading)

/** Returns a report whose figures follow from the seed; every sum holds. */
export const makeReport = (form, agency, year, seed) => reportOf(form, agency, year, new Random(seed, 7).next)

/** Two districts, some reports in each state, and a key of each role. */
export async function fillRegistry (port) {
  const api = createApi(port)
  for (const code of ['city', '150203', 'other']) {
    await putAgency(api, code, code === 'city' ? { reporting: 'consolidated' } : { parent: 'city' })
  }
  for (const code of [KUNDULUN, 'a', 'b', 'c']) {
    await putAgency(api, code, { parent: code === 'c' ? 'other' : '150203' })
  }
  const forms = { 2019: await readForm(api, '2019'), 2022: await readForm(api, '2021') }
  let seed = 0
  for (const code of [KUNDULUN, 'a', 'b', 'c']) {
    for (const [year, form] of Object.entries(forms)) {
      const report = makeReport(form, code, Number(year), seed++)
      await demand(api, 'POST', '/v1/reports', report)
      const steps = ['submit', 'publish', 'amend'].slice(0, seed % 4)
      for (const step of steps) {
        await demand(api, 'POST', `/v1/reports/${code}/${year}/${step}`, step === 'amend' ? { reason: '更正' } : {})
      }
    }
  }
  // The first numbers are those of the examples: whoever revokes key 1 revokes one of these.
  for (let i = 0; i < 3; i++) await createKey(api, 'filer', 'a')
  return {
    admin: ADMIN_KEY,
    filer: await createKey(api, 'filer', '150203'),
    supervisor: await createKey(api, 'supervisor', '150203')
  }
}
