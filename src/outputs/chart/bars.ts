// Horizontal bars, one for each group and series, or one stack for each group. A bar without a figure is the reason in
// words; never a bar of 0.
import { escapeXml } from '../escape-xml.ts'
import type { Chart, Drawing, Series } from './chart.ts'
import { placeOf, type Scale, scaleOf, widestOf } from './scale.ts'
import { element, LINE_HEIGHT, widthOf, wrapShort } from './svg.ts'

const HUES = [210, 20, 130, 280, 50]
/** Background greys; each repetition of the hatchings uses the next one. */
const LIGHTNESS = [88, 62, 100, 75, 52]
const INK = '#222'
const BAR = 18
const GAP = 12
const MAX_LABEL = 220
const LEGEND_COLUMNS = 2

export function barsOf (chart: Chart, width: number): Drawing {
  const { series, categories, format, kind } = chart
  const stacks = kind === 'stack'
  const isNamed = series.length > 1
  const shown = stacks
    ? categories.flatMap((_, i) => sumOf(series, i) ?? [])
    : series.flatMap(({ points }) => points.flatMap(({ value }) => value ?? []))
  const scale = scaleOf(shown, shown.every(Number.isInteger))
  const names = categories.map(name => wrapShort(name, MAX_LABEL, 2))
  const left = Math.max(24, widestOf(names.flat()) + 10)
  const texts = [...shown.map(format), ...series.flatMap(({ points }) => points.map(({ reason }) => reason ?? ''))]
  const right = widestOf(texts) + 16
  const legend = isNamed ? legendOf(series, width) : { height: 0, elements: [] }
  const rows = stacks ? 1 : series.length
  const rowHeights = names.map(lines => Math.max(rows * BAR, lines.length * 15) + GAP)
  const plot: Plot = { chart, scale, left, top: legend.height, width: width - left - right }
  const height = rowHeights.reduce((sum, row) => sum + row, 0)
  const elements = [...legend.elements, ...axis(plot, height)]
  let y = plot.top + GAP / 2
  for (const [i, lines] of names.entries()) {
    const middle = y + (rowHeights[i]! - GAP) / 2
    elements.push(
      ...lines.map((line, row) =>
        element('text', {
          x: left - 8,
          y: middle + 4 + (row - (lines.length - 1) / 2) * 15,
          'text-anchor': 'end'
        }, escapeXml(line))
      ),
      ...(stacks ?
        stackOf(plot, i, middle - BAR / 2) :
        series.flatMap((one, number) => barOf(plot, one, number, { i, y: middle - rows * BAR / 2 + number * BAR })))
    )
    y += rowHeights[i]!
  }
  return {
    height: plot.top + height + 2 * LINE_HEIGHT,
    elements,
    definitions: series.map((_, number) => pattern(number))
  }
}

interface Plot {
  chart: Chart
  scale: Scale
  left: number
  top: number
  width: number
}

const xOf = ({ scale, left, width }: Plot, value: number) => left + placeOf(scale, value, width)

/** Returns the sum of a stack; null if it has no figure. */
function sumOf (series: Series[], i: number): number | null {
  const values = series.flatMap(({ points }) => points[i]!.value ?? [])
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0)
}

function axis (plot: Plot, height: number): string[] {
  const { chart, scale, top, left, width } = plot
  const widest = widestOf(scale.ticks.map(chart.format)) + 8
  const every = Math.ceil(widest / (width / (scale.ticks.length - 1)))
  const zero = scale.ticks.indexOf(0)
  return [
    ...scale.ticks.flatMap((tick, i) => {
      const x = xOf(plot, tick)
      return [
        element('line', { x1: x, x2: x, y1: top, y2: top + height, stroke: tick === 0 ? '#111' : '#d8d8d8' }),
        ...((i - zero) % every === 0
          ? [
            element(
              'text',
              { x, y: top + height + 15, 'text-anchor': 'middle', 'font-size': 12 },
              escapeXml(chart.format(tick))
            )
          ]
          : [])
      ]
    }),
    element(
      'text',
      { x: left + width, y: top + height + 32, 'text-anchor': 'end', 'font-size': 12 },
      escapeXml(chart.unit)
    )
  ]
}

function barOf (plot: Plot, { points }: Series, number: number, { i, y }: { i: number, y: number }): string[] {
  const { value, reason = '' } = points[i]!
  const zero = xOf(plot, 0)
  if (value === null) return [label(zero + 4, y, reason, 'start')]
  const x = xOf(plot, value)
  const shown = plot.chart.format(value)
  const isLeft = value < 0 && x - plot.left > widthOf(shown, 12) + 6
  return [
    segment(number, Math.min(x, zero), y, Math.abs(x - zero)),
    isLeft ? label(x - 4, y, shown, 'end') : label(Math.max(x, zero) + 4, y, shown, 'start')
  ]
}

function stackOf (plot: Plot, i: number, y: number): string[] {
  const { series, format } = plot.chart
  const sum = sumOf(series, i)
  const reasons = [...new Set(series.flatMap(({ points }) => points[i]!.value === null ? points[i]!.reason ?? '' : []))]
  if (sum === null) return [label(xOf(plot, 0) + 4, y, reasons.join(' '), 'start')]
  let from = 0
  const segments = series.flatMap(({ points }, number) => {
    const { value } = points[i]!
    if (value === null || value === 0) return []
    const x = xOf(plot, from)
    from += value
    return [segment(number, x, y, xOf(plot, from) - x)]
  })
  return [...segments, label(xOf(plot, sum) + 4, y, [format(sum), ...reasons].join(' '), 'start')]
}

const segment = (number: number, x: number, y: number, width: number) =>
  element('rect', {
    x,
    y: y + 1,
    width: Math.max(width, 0.5),
    height: BAR - 2,
    fill: `url(#fill${number})`,
    stroke: INK,
    'stroke-width': 0.8
  })

const label = (x: number, y: number, shown: string, anchor: 'start' | 'end') =>
  element('text', {
    x,
    y: y + BAR / 2 + 4,
    'text-anchor': anchor,
    'font-size': 12,
    stroke: '#fff',
    'stroke-width': 3,
    'paint-order': 'stroke'
  }, escapeXml(shown))

function legendOf (series: Series[], width: number): { height: number, elements: string[] } {
  const column = width / LEGEND_COLUMNS
  const elements: string[] = []
  let y = 0
  for (let i = 0; i < series.length; i += LEGEND_COLUMNS) {
    const row = series.slice(i, i + LEGEND_COLUMNS).map(({ name }) => wrapShort(name, column - 40, 2))
    for (const [j, lines] of row.entries()) {
      elements.push(
        segment(i + j, j * column, y - 2, 22),
        ...lines.map((line, k) =>
          element('text', { x: j * column + 28, y: y + 11 + k * 15, 'font-size': 12 }, escapeXml(line))
        )
      )
    }
    y += Math.max(...row.map(lines => lines.length)) * 15 + 5
  }
  return { height: y + 8, elements }
}

/** A hatching on a light ground: plain, three kinds of lines, a grid, dots. */
function pattern (number: number): string {
  const line = (d: string) => element('path', { d, stroke: INK, 'stroke-width': 1, fill: 'none' })
  const hatches = [
    '',
    line('M-2 2L2 -2M0 8L8 0M6 10L10 6'),
    line('M0 4H8'),
    element('circle', { cx: 4, cy: 4, r: 1.2, fill: INK }),
    line('M-2 6L2 10M0 0L8 8M6 -2L10 2'),
    line('M4 0V8M0 4H8')
  ]
  const lightness = LIGHTNESS[Math.floor(number / hatches.length) % LIGHTNESS.length]!
  const colour = `hsl(${HUES[number % HUES.length]},45%,${lightness}%)`
  return element('pattern', {
    id: `fill${number}`,
    width: 8,
    height: 8,
    patternUnits: 'userSpaceOnUse'
  }, element('rect', { width: 8, height: 8, fill: colour }) + hatches[number % hatches.length]!)
}
