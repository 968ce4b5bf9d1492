// Small or crafted files that take much to read: each is answered by a problem document, and the service goes on.
import { readFile } from 'node:fs/promises'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import t from 'tap'
import { freshApp } from '../../support/app.ts'
import { isLong } from '../../support/runs.ts'
import { type HostileFile, REFUSED, slowFiles } from './hostile.ts'

const { call } = await freshApp(t)
await call('PUT', '/v1/agencies/culture', { name: '昆区文体旅游广电局', level: 'county', kind: 'department' })

const send = async (body: Buffer, type: string) =>
  await call('POST', '/v1/imports/documents?agency=culture&year=2019&dry_run=true', body, {
    headers: { 'content-type': type }
  })

/** Sends the file, and returns the answer and the longest turn of the event loop in ms. */
async function measure ({ type, make }: HostileFile) {
  const bytes = make()
  const delay = monitorEventLoopDelay({ resolution: 10 })
  delay.enable()
  const answer = await send(bytes, type)
  delay.disable()
  return { answer, longest: delay.max / 1e6 }
}

/** Reading on the main thread took 2 to 80 s. */
const MAX_BLOCKED_MS = 1500

t.test('refuses a file that exceeds a limit', async t => {
  for (const file of REFUSED.filter(({ isHeavy = false }) => isLong || !isHeavy)) {
    const { answer, longest } = await measure(file)
    t.match(answer, { status: 422, json: { code: 'document-unreadable' } }, file.name)
    t.match(answer.json.detail, /More than|nested too deep|the same content|takes longer|needs more than/, file.name)
    t.ok(longest < MAX_BLOCKED_MS, `${file.name}: ${Math.round(longest)} ms`)
  }
})

t.test('reads a file in time that is linear in its size', async t => {
  for (const file of slowFiles(isLong ? 1 : 0.1)) {
    const { answer, longest } = await measure(file)
    t.equal(answer.status, 422, file.name)
    if (!isLong) t.notMatch(answer.json.detail, /longer than/, file.name)
    t.ok(longest < MAX_BLOCKED_MS, `${file.name}: ${Math.round(longest)} ms`)
  }
})

t.test('refuses documents with 503 while nine are being read or wait', async t => {
  const [file] = slowFiles(0.1).filter(({ name }) => name === 'headings')
  const bytes = file!.make()
  const answers = await Promise.all(Array.from({ length: 12 }, async () => await send(bytes, file!.type)))
  t.same(answers.map(({ status }) => status).sort(), [...Array(9).fill(422), ...Array(3).fill(503)])
  t.match(answers.find(({ status }) => status === 503), {
    headers: { 'retry-after': '1' },
    json: { code: 'overloaded' }
  })
})

t.test('still reads a report', async t => {
  const page = await readFile(new URL('../../../examples/kundulun-2019.txt', import.meta.url))
  t.match(await send(page, 'text/plain'), { status: 200, json: { reading: { cells: { read: 198 } } } })
})
