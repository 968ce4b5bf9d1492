// Warnings that may come thousands of times a second, such as those of an overload or a database that is down: writing
// each would fill the disk and take the time that the service lacks. Each code is logged at most once a second.
import type { FastifyBaseLogger } from 'fastify'
import type { ProblemCode } from '../../problems/codes.ts'

const PERIOD_MS = 1000

interface Pending {
  count: number
  reason: string
  timer: NodeJS.Timeout
}

export interface Warnings {
  /** Logs the warning, or counts it for the next line of its code. */
  warn(log: FastifyBaseLogger, code: ProblemCode, reason: string): void
  /** Logs what has been counted. */
  flush(): void
}

/** `log` is for the lines that stand for several requests. Their `reason` is that of the last one. */
export function createWarnings (log: FastifyBaseLogger): Warnings {
  const recent = new Map<ProblemCode, Pending>()
  const write = (code: ProblemCode): boolean => {
    const { count, reason } = recent.get(code)!
    if (count > 0) log.warn({ count, reason }, code)
    return count > 0
  }
  const wait = (code: ProblemCode): void => {
    const timer = setTimeout(() => {
      if (write(code)) wait(code)
      else recent.delete(code)
    }, PERIOD_MS).unref()
    recent.set(code, { count: 0, reason: '', timer })
  }
  return {
    warn (requestLog, code, reason) {
      const pending = recent.get(code)
      if (pending !== undefined) {
        pending.count++
        pending.reason = reason
        return
      }
      requestLog.warn({ count: 1, reason }, code)
      wait(code)
    },
    flush () {
      for (const [code, { timer }] of recent) {
        clearTimeout(timer)
        write(code)
      }
      recent.clear()
    }
  }
}
