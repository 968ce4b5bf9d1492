import { extname } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { Thread } from '../../../src/imports/reports/parsing/worker.ts'
import type { Made, Task } from './worker-task.ts'

const thread = new Thread<Task, Made>(
  new URL(`./worker-task${extname(import.meta.url)}`, import.meta.url),
  ({ bytes }) => [bytes.buffer as ArrayBuffer]
)

/** Copies the bytes, whose memory is reused. */
async function all (task: Task): Promise<Made[]> {
  const made: Made[] = []
  for await (const part of thread.run(task)) made.push({ ...part, bytes: part.bytes.slice() })
  return made
}

t.test('yields the parts in order, in the memory of consumed ones', async t => {
  const made = await all({ parts: 20, then: 'end' })
  t.same(made.map(({ n }) => n), Array.from({ length: 20 }, (_, n) => n))
  t.ok(made.every(({ n, bytes }) => bytes.length === 8 && bytes.every(byte => byte === n)))
  t.same(made.map(({ isReused }) => isReused), made.map((_, n) => n >= 2))
  t.same(await all({ parts: 0, then: 'end' }), [])
})

t.test('takes the memory of a part back when the next is requested', async t => {
  let last: Made | undefined
  for await (const part of thread.run({ parts: 3, then: 'end' })) {
    t.equal(last?.bytes.length ?? 0, 0)
    t.equal(part.bytes.length, 8)
    last = part
  }
})

t.test('buffers at most two unconsumed parts', async t => {
  const made = new SharedArrayBuffer(4)
  let consumed = 0
  for await (const part of thread.run({ parts: 10, then: 'end', made })) {
    await setTimeout(20)
    t.ok(new Int32Array(made)[0]! <= consumed + 2, `part ${part.n}`)
    consumed++
  }
})

t.test('rethrows errors of the thread, and the next task starts a new thread', async t => {
  await t.rejects(all({ parts: 2, then: 'problem' }), {
    code: 'line-too-long',
    facts: { line: 7, limit: 9 },
    errors: [{ found: 'x', expected: { zh: '更少' } }],
    more: { more: 1 },
    status: 400
  })
  await t.rejects(all({ parts: 5, then: 'error' }), { name: 'RangeError', message: 'beyond' })
  await t.rejects(all({ parts: 1, then: 'exit' }), { message: 'the thread has ended' })
  t.equal((await all({ parts: 4, then: 'end' })).length, 4)
})

t.test('a consumer that stops early waits until the thread ends the task', async t => {
  const ended = new SharedArrayBuffer(4)
  for await (const part of thread.run({ parts: 1000, then: 'end', ended })) {
    if (part.n === 5) break
  }
  t.equal(new Int32Array(ended)[0], 1)
  new Int32Array(ended).fill(0)
  await t.rejects(async () => {
    for await (const part of thread.run({ parts: 1000, then: 'end', ended })) {
      if (part.n === 2) throw new Error('no more')
    }
  }, { message: 'no more' })
  t.equal(new Int32Array(ended)[0], 1)
})

t.test('keeps the parts of two concurrent tasks apart', async t => {
  const [long, short] = await Promise.all([all({ parts: 50, then: 'end' }), all({ parts: 3, then: 'end' })])
  t.same([long.length, short.length], [50, 3])
})
