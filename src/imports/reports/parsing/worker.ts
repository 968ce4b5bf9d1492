// Runs a generator in a worker thread, so that its computation does not delay other requests.
import { on } from 'node:events'
import { MessageChannel, type MessagePort, parentPort, type TransferListItem, Worker } from 'node:worker_threads'
import { Problem } from '../../../problems/problem.ts'

/** Memory that goes from one thread to the other instead of a copy of it. */
export type Memory = ArrayBuffer[]

/** Asks for one part more, in the memory of one that is done with; or to end. */
type Ask = { memory: Memory | undefined } | 'end'
type Answer<Part> =
  | { part: Part }
  | { problem: [Problem['code'], Problem['facts'], Problem['errors'], Problem['more']] }
  | { error: unknown }
  | 'ended'

/**
 * In the thread: `work` makes the parts of a task. What it yields gives it the memory of an earlier part, once there is
 * one.
 */
export function serve<Task, Part> (
  work: (task: Task) => AsyncGenerator<Part, void, Memory | undefined>,
  memoryOf: (part: Part) => Memory
): void {
  parentPort!.on('message', ({ task, port }: { task: Task, port: MessagePort }) => {
    const parts = work(task)
    const answer = (said: Answer<Part>, memory: Memory = []) => port.postMessage(said, memory)
    // They are answered in turn: a generator is asked once it has answered what was asked before.
    port.on('message', (ask: Ask) => {
      ;(ask === 'end' ? parts.return() : parts.next(ask.memory)).then(
        ({ done, value }) => done === true ? answer('ended') : answer({ part: value as Part }, memoryOf(value as Part)),
        error =>
          answer(
            error instanceof Problem ? { problem: [error.code, error.facts, error.errors, error.more] } : { error }
          )
      )
    })
  })
}

/** Parts that are there at once: one is worked on, one waits, one is made. */
const AT_ONCE = 3

/** What a part is made of is garbage soon after: little room for it takes no more time, and 40 MB less. */
const YOUNG_MB = 8

/** A part, until its memory is given back: then the next is made in it. */
export interface Lent<Part> {
  part: Part
  giveBack(memory: Memory): void
}

/** `end` gives why: an error, or a code. The next task begins another thread. */
interface Running {
  worker: Worker
  end: Promise<unknown>
}

export class Thread<Task, Part> {
  readonly #module: URL
  #running: Running | undefined

  /** `module` calls `serve`. The thread begins with the first task, and does not keep the process alive. */
  constructor (module: URL) {
    this.#module = module
  }

  /** Throws what `work` throws. When this ends, however it does, the thread is done with the task. */
  async *run (task: Task): AsyncGenerator<Lent<Part>> {
    const { worker, end } = this.#running ??= this.#begin()
    const { port1: port, port2 } = new MessageChannel()
    const ask = (asked: Ask) => port.postMessage(asked, asked === 'end' ? [] : asked.memory ?? [])
    const answers = on(port, 'message', { close: ['close'] }) as AsyncIterableIterator<[Answer<Part>]>
    worker.postMessage({ task, port: port2 }, [port2 as unknown as TransferListItem])
    let isEnded = false
    try {
      for (let i = 0; i < AT_ONCE; i++) ask({ memory: undefined })
      for (;;) {
        const { done, value } = await answers.next()
        if (done === true) {
          worker.ref()
          throw new Error('the thread has ended', { cause: await end })
        }
        const [answer] = value
        isEnded = answer === 'ended' || !('part' in answer)
        if (answer === 'ended') return
        if ('error' in answer) throw answer.error
        if ('problem' in answer) throw new Problem(...answer.problem)
        yield { part: answer.part, giveBack: memory => ask({ memory }) }
      }
    } finally {
      if (!isEnded) {
        ask('end')
        for await (const [answer] of answers) if (answer === 'ended') break
      }
      port.close()
    }
  }

  #begin (): Running {
    const worker = new Worker(this.#module, { resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } })
    worker.unref()
    const end = new Promise<unknown>(resolve => worker.on('error', resolve).on('exit', resolve)).finally(() => {
      this.#running = undefined
    })
    return { worker, end }
  }
}
