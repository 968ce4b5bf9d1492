import t from 'tap'
import { freshApp } from '../support/app.ts'
import { consistentTables, SECTIONS } from '../support/figures.ts'

const open = { key: null }
const path = '/v1/reports/a/2022'

t.test('compares two versions by cells, texts and checks, and writes a notice in Chinese and English', async t => {
  const { call, forms } = await freshApp(t)
  await call('PUT', '/v1/agencies/a', { name: '某区|教育局', level: 'county', kind: 'department' })
  const form = forms.get('2021')
  const publish = async (body: object, reason?: string) => {
    if (reason !== undefined) t.equal((await call('POST', `${path}/amend`, { reason })).status, 200)
    t.equal((await call('PUT', path, body)).status < 300, true)
    for (const move of ['submit', 'publish']) t.equal((await call('POST', `${path}/${move}`)).status, 200)
  }
  const first = consistentTables(form, () => 1)
  await publish({ tables: first, sections: { ...SECTIONS, overview: '第一段。\n第二段。\n第三段。' } })
  const second = consistentTables(form, () => 1)
  second.documents!.regulations!.issued = null
  second.fees!.administrative_fees!.amount = 0.5
  delete second.procurement
  Object.assign(second.licensing!.administrative_licences!, { decisions: 2 })
  const notes = { 'documents.regulations.issued': { state: 'not_applicable', raw: '/' } }
  await publish({
    form: '2021',
    tables: { ...second, procurement: first.procurement },
    notes,
    sections: { ...SECTIONS, overview: '第一段。\n第二段*改*。\n第三段。', other_matters: SECTIONS.other_matters }
  }, '数据<更正>')
  const { json } = await call('GET', `${path}/versions/1/diff/2`, undefined, open)
  t.match(json, {
    agency: 'a',
    year: 2022,
    from: { version: 1, form: '2021' },
    to: { version: 2, amendment_reason: '数据<更正>' }
  })
  t.same(
    json.cells.map((c: any) => [c.cell, c.unit, c.before, c.after]),
    [
      ['documents.regulations.issued', '件', { figure: 1, note: null }, {
        figure: null,
        note: { state: 'not_applicable', raw: '/' }
      }],
      ['licensing.administrative_licences.decisions', '件', { figure: 1, note: null }, { figure: 2, note: null }],
      ['fees.administrative_fees.amount', '万元', { figure: 1, note: null }, { figure: 0.5, note: null }]
    ].filter(([cell]) => json.cells.some((c: any) => c.cell === cell))
  )
  t.equal(json.cells.length, 3)
  t.same(json.sections, [{
    section: 'overview',
    label: { zh: '一、总体情况', en: '1. Overview' },
    before: '第一段。\n第二段。\n第三段。',
    after: '第一段。\n第二段*改*。\n第三段。'
  }])
  t.same(json.checks.map((c: any) => [c.check, c.severity, c.before, c.after]), [[
    'documents.blanks',
    'warning',
    'pass',
    'fail'
  ]])

  const notice = await call('GET', `${path}/versions/1/diff/2`, undefined, {
    ...open,
    headers: { accept: 'text/markdown', 'accept-language': 'zh-CN' }
  })
  t.match([notice.headers['content-type'], notice.headers['content-language']], ['text/markdown; charset=utf-8', 'zh'])
  const today = new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 10)
  t.equal(
    notice.text,
    `# 更正说明

某区\\|教育局 2022 年度政府信息公开工作年度报告：第 1 版（${today}发布）与第 2 版（${today}发布）的差异。

更正原因：数据\\<更正\\>

## 数据

| 项目 | 更正前 | 更正后 |
| --- | --- | --- |
| 规章·本年制发件数 | 1 件 | （不适用） / |
| 行政许可·本年处理决定数量 | 1 件 | 2 件 |
| 行政事业性收费·本年收费金额（单位：万元） | 1 万元 | 0.5 万元 |

## 文字

### 一、总体情况

更正前：

> …
>
> 第二段。
>
> …

更正后：

> …
>
> 第二段\\*改\\*。
>
> …

## 校验

| 校验项 | 更正前 | 更正后 |
| --- | --- | --- |
| ${form.checks.find(check => check.id === 'documents.blanks')!.zh} | 通过 | 未通过 |
`
  )
  const english = await call('GET', `${path}/versions/2/diff/1`, undefined, {
    ...open,
    headers: { accept: 'text/markdown' }
  })
  t.match(english.text, /^# Notice of correction\n\nAnnual report 2022 .*: version 2 .* compared with version 1/)
  t.notMatch(english.text, /Reason/, 'a reverse diff has no reason')
  t.match(
    (await call('GET', `${path}/versions/2/diff/2`, undefined, { ...open, headers: { accept: 'text/markdown' } })).text,
    /Both versions say the same/
  )
  t.equal((await call('GET', `${path}/versions/2/diff/3`)).json.code, 'version-not-found')
})

t.test('marks cells that exist in only one of the two forms', async t => {
  const { call, forms } = await freshApp(t)
  await call('PUT', '/v1/agencies/a', { name: '局', level: 'county', kind: 'department' })
  for (const [i, id] of ['2019', '2021'].entries()) {
    if (i > 0) await call('POST', `${path}/amend`, { reason: '换格式' })
    await call('PUT', path, { form: id, tables: consistentTables(forms.get(id), () => 1), sections: SECTIONS })
    for (const move of ['submit', 'publish']) t.equal((await call('POST', `${path}/${move}`)).status, 200)
  }
  const { json } = await call('GET', `${path}/versions/1/diff/2`, undefined, open)
  const cell = (id: string) => json.cells.find((c: any) => c.cell === id)
  t.match([
    cell('documents.regulations.issued'),
    cell('documents.regulations.newly_made'),
    cell('requests.granted.other')
  ], [{ before: null, after: { figure: 1 } }, { before: { figure: 1 }, after: null }, undefined])
  t.ok(json.checks.some((c: any) => c.before === null) && json.checks.every((c: any) => c.before !== c.after))
})
