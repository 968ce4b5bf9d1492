// A seeded random number generator.

export interface Random {
  /** From 0 to below 1. */
  next: () => number
  /** From 0 to below `below`. */
  int: (below: number) => number
  pick: <T>(among: readonly T[]) => T
  chance: (share: number) => boolean
}

/** mulberry32 */
export function randomFrom (seed: number): Random {
  let state = Math.imul(seed + 1, 0x9E3779B1)
  const next = () => {
    state = (state + 0x6D2B79F5) | 0
    let x = Math.imul(state ^ (state >>> 15), 1 | state)
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32
  }
  const int = (below: number) => Math.floor(next() * below)
  return { next, int, pick: among => among[int(among.length)]!, chance: share => next() < share }
}
