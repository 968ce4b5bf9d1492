// The worker thread that worker.test.ts runs its tasks in.
import { type Memory, serve } from '../../../src/imports/reports/parsing/worker.ts'
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
  isReused: boolean
}

serve(async function* ({ parts, then, ended, made }: Task): AsyncGenerator<Made, void, Memory | undefined> {
  try {
    let memory: Memory | undefined
    for (let n = 0; n < parts; n++) {
      if (made !== undefined) new Int32Array(made)[0] = n + 1
      const bytes = new Uint8Array(memory?.[0] ?? new ArrayBuffer(8)).fill(n)
      memory = yield { n, bytes, isReused: memory !== undefined }
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
