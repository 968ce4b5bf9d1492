import { extname } from 'node:path'
import t from 'tap'
import { Thread } from '../../../src/imports/reports/parsing/worker.ts'
import type { Made, Task } from './worker-task.ts'

const thread = new Thread<Task, Made>(new URL(`./worker-task${extname(import.meta.url)}`, import.meta.url))

/** Holds a few at once. */
async function all (task: Task, most = 1): Promise<Made[]> {
  const made: Made[] = []
  const held: (() => void)[] = []
  for await (const { part, giveBack } of thread.run(task)) {
    made.push({ ...part, bytes: part.bytes.slice() })
    held.push(() => giveBack([part.bytes.buffer as ArrayBuffer]))
    if (held.length === most) held.shift()!()
  }
  return made
}

t.test('parts come in their order, made in the memory of those that were given back', async t => {
  for (const most of [1, 2, 3]) {
    const made = await all({ parts: 20, then: 'end' }, most)
    t.same(made.map(({ n }) => n), Array.from({ length: 20 }, (_, n) => n))
    t.ok(made.every(({ n, bytes }) => bytes.every(byte => byte === n)))
    t.same(made.map(({ isUsedAgain }) => isUsedAgain), made.map((_, i) => i >= 3), 'three are there at once')
  }
  t.same(await all({ parts: 0, then: 'end' }), [])
})

t.test('what is thrown there is thrown here, and the next task begins anew', async t => {
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

t.test('who reads no further waits until the thread is done with the task', async t => {
  const ended = new SharedArrayBuffer(4)
  for await (const { part, giveBack } of thread.run({ parts: 1000, then: 'end', ended })) {
    if (part.n === 5) break
    giveBack([part.bytes.buffer as ArrayBuffer])
  }
  t.equal(new Int32Array(ended)[0], 1)
  new Int32Array(ended).fill(0)
  await t.rejects(async () => {
    for await (const { part } of thread.run({ parts: 1000, then: 'end', ended })) {
      if (part.n === 2) throw new Error('no more')
    }
  }, { message: 'no more' })
  t.equal(new Int32Array(ended)[0], 1)
})

t.test('two tasks at once do not meet', async t => {
  const [long, short] = await Promise.all([all({ parts: 50, then: 'end' }), all({ parts: 3, then: 'end' }, 2)])
  t.same([long.length, short.length], [50, 3])
})
