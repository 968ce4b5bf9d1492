// Lets one piece of work run at a time. Others wait in order, within limits.
import { problem } from '../../problems/problem.ts'

export class Turns {
  readonly #maxWaiting: number
  readonly #maxWaitMs: number
  readonly #waiting: (() => void)[] = []
  #isTaken = false

  constructor (maxWaiting: number, maxWaitMs: number) {
    this.#maxWaiting = maxWaiting
    this.#maxWaitMs = maxWaitMs
  }

  /**
   * Runs the work in its turn. Throws `overloaded` if too many wait or the wait takes too long, or when `signal` ends
   * the wait: the place is then free for others.
   */
  async run<Result> (work: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    if (this.#isTaken) await this.#wait(signal)
    this.#isTaken = true
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#isTaken = false
      else next()
    }
  }

  async #wait (signal: AbortSignal | undefined): Promise<void> {
    if (this.#waiting.length >= this.#maxWaiting || signal?.aborted === true) throw problem('overloaded')
    let giveUp = () => {}
    let timer: NodeJS.Timeout | undefined
    try {
      await new Promise<void>((resolve, reject) => {
        this.#waiting.push(resolve)
        giveUp = () => {
          const at = this.#waiting.indexOf(resolve)
          if (at < 0) return
          this.#waiting.splice(at, 1)
          reject(problem('overloaded'))
        }
        timer = setTimeout(giveUp, this.#maxWaitMs)
        signal?.addEventListener('abort', giveUp)
      })
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', giveUp)
    }
  }
}
