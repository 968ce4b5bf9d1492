// Ruling lines: a line between cells may be a stroke, a thin filled box, or a side of a box.
import { checkLimit } from '../limits.ts'

export interface Rule {
  isVertical: boolean
  /** The x of a vertical rule, the y of a horizontal one. */
  at: number
  from: number
  to: number
}

/** A filled box is a rule up to this thickness. */
const MAX_THICKNESS = 3
/** Ends of rules that are this close meet. */
export const TOLERANCE = 2

type Point = [number, number]

export function rulesOfPath (
  points: Point[],
  { isClosed, isFilled, isStroked }: { isClosed: boolean, isFilled: boolean, isStroked: boolean }
): Rule[] {
  if (points.length < 2 || !(isFilled || isStroked)) return []
  if (isFilled) {
    const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)]
    const [x0, x1, y0, y1] = [least(xs), most(xs), least(ys), most(ys)]
    if (x1 - x0 <= MAX_THICKNESS && y1 - y0 > x1 - x0) {
      return [{ isVertical: true, at: (x0 + x1) / 2, from: y0, to: y1 }]
    }
    if (y1 - y0 <= MAX_THICKNESS) return [{ isVertical: false, at: (y0 + y1) / 2, from: x0, to: x1 }]
  }
  if (!isStroked) return []
  const ring = isClosed ? [...points, points[0]!] : points
  return ring.slice(1).flatMap(([bx, by], i): Rule[] => {
    const [ax, ay] = ring[i]!
    const [width, height] = [Math.abs(ax - bx), Math.abs(ay - by)]
    if (width < 0.5 && height > 0.5) {
      return [{ isVertical: true, at: (ax + bx) / 2, from: Math.min(ay, by), to: Math.max(ay, by) }]
    }
    if (height < 0.5 && width > 0.5) {
      return [{ isVertical: false, at: (ay + by) / 2, from: Math.min(ax, bx), to: Math.max(ax, bx) }]
    }
    return []
  })
}

const least = (values: number[]) => values.reduce((a, b) => Math.min(a, b))
const most = (values: number[]) => values.reduce((a, b) => Math.max(a, b))

/** Joins rules on one line that touch or overlap, such as the sides of neighbouring cells. */
export function joinRules (rules: Rule[]): Rule[] {
  const joined: Rule[] = []
  for (const rule of [...rules].sort((a, b) => a.at - b.at || a.from - b.from)) {
    let i = joined.length - 1
    while (i >= 0 && rule.at - joined[i]!.at <= 1 && !touches(joined[i]!, rule)) i--
    const same = i >= 0 && rule.at - joined[i]!.at <= 1 ? joined[i]! : undefined
    if (same === undefined) joined.push({ ...rule })
    else {
      same.from = Math.min(same.from, rule.from)
      same.to = Math.max(same.to, rule.to)
    }
    checkLimit('rulesOfPage', joined.length)
  }
  // Two that are joined with a third may touch now.
  return joined.length < rules.length ? joinRules(joined) : joined
}

const touches = (a: Rule, b: Rule) => a.from <= b.to + TOLERANCE && b.from <= a.to + TOLERANCE
