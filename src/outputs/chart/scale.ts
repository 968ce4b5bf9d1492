import { widthOf } from './svg.ts'

export interface Scale {
  ticks: number[]
  min: number
  max: number
}

const ROUND = 1e6

/** Returns about five round ticks that include 0 and all values. */
export function scaleOf (values: number[], isWhole: boolean): Scale {
  const low = Math.min(0, ...values)
  const high = Math.max(0, ...values)
  const span = high - low || 1
  const power = 10 ** Math.floor(Math.log10(span / 5))
  const factor = [1, 2, 5, 10].find(factor => factor * power >= span / 5)!
  const step = Math.max(factor * power, isWhole ? 1 : 0)
  const first = Math.floor(low / step + 1e-9)
  const last = Math.max(Math.ceil(high / step - 1e-9), first + 1)
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => Math.round((first + i) * step * ROUND) / ROUND)
  return { ticks, min: ticks[0]!, max: ticks.at(-1)! }
}

/** Returns the place of a value on an axis from 0 to `length`. */
export const placeOf = ({ min, max }: Scale, value: number, length: number): number =>
  (value - min) / (max - min) * length

export const widestOf = (texts: string[]): number => Math.max(0, ...texts.map(text => widthOf(text)))
