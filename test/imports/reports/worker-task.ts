// The worker thread that worker.test.ts runs its tasks in.
import { serve } from '../../../src/imports/reports/parsing/worker.ts'
import { problem } from '../../../src/problems/problem.ts'

export interface Task {
  parts: number
  then: 'end' | 'problem' | 'error' | 'exit'
  ended?: SharedArrayBuffer
  made?: SharedArrayBuffer
}

export interface Made {
  n: number
  bytes: Uint8Array
}

serve(async function* ({ parts, then, ended, made }: Task): AsyncGenerator<Made, void> {
  try {
    for (let n = 0; n < parts; n++) {
      if (made !== undefined) new Int32Array(made)[0] = n + 1
      yield { n, bytes: new Uint8Array(8).fill(n) }
    }
    if (then === 'problem') {
      throw problem('line-too-long', { line: 7, limit: 9 }, {
        errors: [{ line: 7, found: 'x', expected: { en: 'less', zh: '更少' } }],
        more: 1
      })
    }
    if (then === 'error') throw new RangeError('beyond')
    if (then === 'exit') process.exit(3)
  } finally {
    if (ended !== undefined) new Int32Array(ended)[0] = 1
  }
}, ({ bytes }) => [bytes.buffer as ArrayBuffer])
