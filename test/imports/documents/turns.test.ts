// One at a time: order, a full queue, a wait that is too long or abandoned.
import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { Turns } from '../../../src/imports/documents/turns.ts'

/** Work that ends when `end` is called. */
function blocked () {
  let end = () => {}
  const done = new Promise<void>(resolve => {
    end = resolve
  })
  return { work: async () => await done, end }
}

t.test('runs one at a time, in order, also after a failure', async t => {
  const turns = new Turns(8, 10_000)
  const log: string[] = []
  const work = (name: string) => async () => {
    log.push(`${name} begins`)
    await setTimeout(5)
    log.push(`${name} ends`)
    if (name === 'b') throw new Error('failed')
    return name
  }
  const answers = await Promise.allSettled(['a', 'b', 'c'].map(async name => await turns.run(work(name))))
  t.same(answers.map(({ status }) => status), ['fulfilled', 'rejected', 'fulfilled'])
  t.same(log, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
  t.equal(await turns.run(work('d')), 'd')
})

t.test('refuses work when the queue is full, and when the wait is too long', async t => {
  const turns = new Turns(1, 30)
  const first = blocked()
  const running = turns.run(first.work)
  const waiting = turns.run(async () => 'never')
  await t.rejects(turns.run(async () => 'never'), { code: 'overloaded' }, 'the queue is full')
  await t.rejects(waiting, { code: 'overloaded' }, 'the wait is too long')
  first.end()
  await running
  t.equal(await turns.run(async () => 'next'), 'next')
})

t.test('a caller that goes away frees its place', async t => {
  const turns = new Turns(1, 10_000)
  const first = blocked()
  const running = turns.run(first.work)
  const gone = new AbortController()
  let hasRun = false
  const waiting = turns.run(async () => {
    hasRun = true
  }, gone.signal)
  gone.abort()
  await t.rejects(waiting)
  const next = turns.run(async () => 'next', new AbortController().signal)
  first.end()
  await running
  t.equal(await next, 'next')
  t.equal(hasRun, false)
})
