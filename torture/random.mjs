// Random choices from a seed. Each step has a generator of its own, so that it can be repeated without those before it.
import { randomOf } from '../bench/data.mjs'

export class Random {
  #next

  constructor (seed, step = 0) {
    this.#next = randomOf(Math.imul(seed, 2654435761) ^ Math.imul(step + 1, 40503))
    // Neighbouring seeds give similar first numbers.
    for (let i = 0; i < 3; i++) this.#next()
  }

  /** A number from 0 to below 1. */
  next = () => this.#next()

  below = limit => Math.floor(this.#next() * limit)

  chance = probability => this.#next() < probability

  pick = items => items[this.below(items.length)]

  /** Picks a name of `weights`, an object of names and their weights. */
  pickWeighted (weights) {
    const entries = Object.entries(weights)
    let at = this.#next() * entries.reduce((sum, [, weight]) => sum + weight, 0)
    for (const [name, weight] of entries) {
      at -= weight
      if (at < 0) return name
    }
    return entries[0][0]
  }
}
