// Exact quotients. Totals are integers, so that a quotient is rounded once, from its exact value.
import { problem } from '../../problems/problem.ts'
import type { Figure } from '../figures.ts'

/** Quotients have six decimals: they are integers of this scale, as money is of 分. */
export const QUOTIENT_SCALE = 1_000_000

/**
 * Returns `dividend / divisor` with six decimals, rounded half to even; null if the divisor is 0. Throws
 * `total-overflow` if a JSON number cannot hold it exactly.
 */
export function quotientOf (dividend: bigint, divisor: bigint): Figure {
  if (divisor === 0n) return null
  const isNegative = (dividend < 0n) !== (divisor < 0n)
  const [left, right] = [absolute(dividend) * BigInt(QUOTIENT_SCALE), absolute(divisor)]
  const floor = left / right
  const twice = (left - floor * right) * 2n
  const isUp = twice > right || (twice === right && floor % 2n === 1n)
  const rounded = Number(isUp ? floor + 1n : floor)
  if (!Number.isSafeInteger(rounded)) throw problem('total-overflow', { where: `${dividend} / ${divisor}` })
  return (isNegative && rounded !== 0 ? -rounded : rounded) / QUOTIENT_SCALE
}

const absolute = (value: bigint) => value < 0n ? -value : value
