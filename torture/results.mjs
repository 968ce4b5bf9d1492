// Counts what was done and what failed, and prints both.
import { isAtEnd } from './cleanup.mjs'

/** How many failures of one kind are printed; the others are counted. */
const SHOWN = 3

export class Results {
  /** Rows of the summary: part, what, value. */
  #rows = []
  #failures = new Map()
  #counts = new Map()
  seed

  constructor (seed) {
    this.seed = seed
  }

  count (part, what, by = 1) {
    const key = `${part}\t${what}`
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + by)
  }

  set (part, what, value) {
    this.#rows.push([part, what, String(value)])
  }

  /** Records a failure. `repeat` holds the command-line options that reproduce it. */
  fail (part, kind, text, repeat = '') {
    // Ignores failures caused by the shutdown.
    if (isAtEnd()) return
    const key = `${part}\t${kind}`
    const times = (this.#failures.get(key) ?? 0) + 1
    this.#failures.set(key, times)
    if (times > SHOWN) return
    console.log(`FAILURE ${part}: ${kind}\n  ${text.replace(/[\s\p{C}]+/gu, ' ').slice(0, 1500)}`)
    console.log(`  repeat: npm run torture -- --only=${part} --seed=${this.seed} ${repeat}`.trimEnd())
    if (times === SHOWN) console.log('  (others of this kind are only counted)')
  }

  get hasFailed () {
    return this.#failures.size > 0
  }

  print () {
    const counts = [...this.#counts].map(([key, value]) => [...key.split('\t'), String(value)])
    const failures = [...this.#failures].map(([key, value]) => {
      const [part, kind] = key.split('\t')
      return [part, `FAILED: ${kind}`, String(value)]
    })
    const rows = [...counts, ...this.#rows, ...failures]
      .map((row, i) => ({ row, i }))
      .sort((a, b) => a.row[0] < b.row[0] ? -1 : a.row[0] > b.row[0] ? 1 : a.i - b.i)
      .map(({ row }) => row)
    const width = Math.max(0, ...rows.map(([, what]) => what.length))
    console.log(`\nseed ${this.seed}`)
    for (const [part, what, value] of rows) console.log(`${part.padEnd(9)} ${what.padEnd(width)} ${value.padStart(9)}`)
    console.log(this.hasFailed ? '\nsomething failed' : '\nnothing failed')
  }
}

/** Returns the value that a share of the sorted values does not exceed. */
export const quantile = (sorted, share) =>
  sorted.length === 0 ? 0 : sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
