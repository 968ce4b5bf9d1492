// A county with reports over years, and a way to publish more.
import assert from 'node:assert/strict'
import { freshApp } from '../support/app.ts'
import { consistentTables, SECTIONS, type WireTables } from '../support/figures.ts'

export const open = { key: null }

/** Sets the figures of one row of requests in the columns natural_person and total. */
export const request = (tables: WireTables, row: string, figure: number | null) => {
  Object.assign(tables.requests![row]!, { natural_person: figure, total: figure })
}

export async function county (test: Parameters<typeof freshApp>[0], agencies = ['a', 'b', 'c']) {
  const made = await freshApp(test)
  const { call, forms } = made
  await call('PUT', '/v1/agencies/gov', {
    name: '某区人民政府',
    level: 'county',
    kind: 'government',
    reporting: 'consolidated'
  })
  for (const code of agencies) {
    await call('PUT', `/v1/agencies/${code}`, { name: `${code}局`, level: 'county', kind: 'department', parent: 'gov' })
  }
  /** Publishes a report of zeros, but for `granted` requests of those received. */
  const publish = async (
    code: string,
    year: number,
    [received, granted]: [number, number],
    form = forms.choose(year, undefined)
  ) => {
    const tables = consistentTables(form, () => 0)
    request(tables, 'new_received', received)
    request(tables, 'outcome_total', received)
    request(tables, 'granted', granted)
    request(tables, 'partially_granted', received - granted)
    const path = `/v1/reports/${code}/${year}`
    if ((await call('GET', path)).status === 200) await call('POST', `${path}/amend`, { reason: '更正' })
    await call('PUT', path, { form: form.id, tables, sections: SECTIONS })
    for (const move of ['submit', 'publish']) {
      const answer = await call('POST', `${path}/${move}`)
      assert.equal(answer.status, 200, answer.text)
    }
  }
  return { ...made, publish }
}
