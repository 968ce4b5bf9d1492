import { strFromU8, unzipSync } from 'fflate'
import JSONstat from 'jsonstat-toolkit'
import t from 'tap'
import { county, open } from './district.ts'

const MEASURE = 'requests.new_received.total'

t.test('gives totals as tables, data set and picture', async t => {
  const { app, call, publish } = await county(t, ['a', 'b'])
  await publish('a', 2019, [5, 2])
  await publish('b', 2019, [7, 3])
  await publish('a', 2021, [9, 4])
  const path = (query: string) => `/v1/totals?under=gov&${query}`
  const get = async (query: string, headers: Record<string, string> = {}) => {
    const answer = await call('GET', path(query), undefined, { ...open, headers })
    t.equal(answer.status, 200, answer.text)
    return answer
  }

  await t.test('CSV by format has a BOM and a file name, labels print names', async t => {
    const plain = await get(`measure=${MEASURE}&by=child&year=2019`, { accept: 'text/csv' })
    t.notMatch(plain.text, /^\ufeff/)
    const named = await get(`measure=${MEASURE}&by=child&year=2019&format=csv&labels=zh`)
    t.match(named.headers, { 'content-disposition': /attachment; filename="totals-gov-2019\.csv"/ })
    t.match(
      named.text,
      /^\ufeff下级机关代码,下级机关名称,一、本年新收政府信息公开申请数量·总计（件）,应报数,已计入数,缺报数,/
    )
    t.match((await get(`measure=${MEASURE}&by=kind&year=2019&format=csv&labels=en`)).text, /\ndepartment,12,/)
    t.equal((await call('GET', path(`measure=${MEASURE}&labels=zh`))).status, 400, 'JSON has no labels')
    const agencies = await get(`measure=${MEASURE}&by=agency&year=2019&format=csv&labels=zh`)
    t.match(agencies.text, /^\ufeff机关代码,机关名称,/, 'in a stream, too')
  })

  await t.test('Excel has numbers as numbers, and says what they cover', async t => {
    for (const by of ['child', 'agency']) {
      const answer = await app.inject({ url: path(`measure=${MEASURE}&by=${by}&year=2019..2021&format=xlsx&lang=zh`) })
      t.match(answer.headers['content-disposition'], /filename="totals-gov-2019\.\.2021\.xlsx"/)
      const parts = unzipSync(answer.rawPayload)
      const [first, second] = [1, 2].map(i => strFromU8(parts[`xl/worksheets/sheet${i}.xml`]!))
      t.match(first, /<c r="C2"[^>]*><v>14<\/v><\/c>/, 'the value of a')
      t.match(second, /应报 6 份，计入 3 份，缺报 3 份/)
    }
  })

  await t.test('JSON-stat: nulls have a status, and the coverage is told', async t => {
    const measures = `${MEASURE},documents.normative_documents.in_force`
    const { text, headers } = await get(`measure=${measures}&by=child,year&year=2019..2021&format=jsonstat&lang=zh`)
    t.match(headers['content-type'], 'application/vnd.jsonstat+json')
    const stat = JSON.parse(text)
    const { totals } = JSON.parse((await get(`measure=${measures}&by=child,year&year=2019..2021`)).text)
    const set = JSONstat(stat)
    t.equal(set.class, 'dataset')
    t.same(set.id, ['child', 'year', 'measure'])
    t.equal(stat.value.length, stat.size.reduce((product: number, size: number) => product * size, 1))
    t.same(set.role, { time: ['year'], metric: ['measure'], classification: ['child'], geo: null })
    t.equal(set.Dimension('child').Category('a').label, 'a局')
    for (const group of totals) {
      for (const [measure, value] of Object.entries(group.values)) {
        t.equal(set.Data({ child: group.child, year: String(group.year), measure }).value, value)
      }
    }
    const statusOf = (child: string, year: string, measure: string) => set.Data({ child, year, measure }).status
    t.equal(statusOf('b', '2021', MEASURE), 'missing')
    t.equal(statusOf('a', '2019', 'documents.normative_documents.in_force'), 'not_comparable')
    t.equal(statusOf('a', '2019', MEASURE), null)
    t.same(stat.extension.coverage.missing, [0, 1, 0, 0, 1, 1])
    t.match(stat.note, ['应报 6 份，计入 3 份，缺报 3 份。'])
  })

  await t.test('a picture: gaps for missing years, figures in words, texts escaped', async t => {
    await call('PATCH', '/v1/agencies/b', { name: '<script>alert("b")</script>&局' })
    const lines = await get(`measure=${MEASURE}&by=year&year=2019..2021&format=svg&lang=zh`)
    t.match(lines.headers, { 'content-type': /^image\/svg\+xml/, vary: /Accept-Language/ })
    t.match(lines.text, /<title id="title">某区人民政府 2019–2021年 一、本年新收政府信息公开申请数量·总计<\/title>/)
    t.match(lines.text, /<desc id="desc">[^<]*2019 12，2020 缺报，2021 9\n/)
    t.match(lines.text, /<path d="M[\d. ]+M[\d. ]+" fill="none"/, 'two points that no line joins')
    t.match(lines.text, />缺报<\/text>/)
    t.match(lines.text, /应报 6 份，计入 3 份，缺报 3 份。/)
    t.equal((await get(`measure=${MEASURE}&by=year&year=2019..2021&format=svg&lang=zh`)).text, lines.text)
    const gap = await get(`measure=${MEASURE}&by=year&year=2019,2021&format=svg`, { 'accept-language': 'en' })
    t.match(gap.text, /2019 12, 2020 not asked for, 2021 9/, 'a year between is shown, and never joined by a line')
    t.match(gap.text, /<title[^>]*>某区人民政府 2019–2021 Requests newly received/)

    const bars = await get(`measure=${MEASURE}&by=child&year=2021&format=svg&lang=en`)
    t.notMatch(bars.text, '<script')
    t.match(bars.text, '&lt;script&gt;alert(&quot;b&quot;)&lt;/script&gt;&amp;局')
    t.match(bars.text, />no report<\/text>/)
    const parts = await get(
      'measure=requests.granted.total,requests.partially_granted.total,requests.refused.total&by=child&year=2019&format=svg'
    )
    t.equal(parts.text.match(/fill="url\(#fill0\)"/g)?.length, 3, 'a stack for each child, and the legend')
    t.match(parts.text, />7<\/text>/, 'the sum of the stack')
    const change = await get(`measure=${MEASURE}&by=year&year=2019..2021&change=previous_year&format=svg&lang=en`)
    t.match(change.text, /2019 undefined, 2020 no report, 2021 undefined/)
  })

  await t.test('by Accept, and what has no picture', async t => {
    t.match((await get(`measure=${MEASURE}`, { accept: 'image/svg+xml' })).text, /^<svg /)
    t.equal(
      (await call('GET', path(`measure=${MEASURE}`), undefined, { headers: { accept: 'image/png' } })).status,
      406
    )
    const unknown = await call('GET', path(`measure=${MEASURE}&format=pdf`))
    t.match([unknown.status, unknown.text], [400, /jsonstat/])
  })
})
