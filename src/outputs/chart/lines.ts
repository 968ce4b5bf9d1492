// Lines over years. A year without a figure is a gap with the reason below the axis; never 0.
import { escapeXml } from '../escape-xml.ts'
import type { Chart, Drawing, Point, Series } from './chart.ts'
import { placeOf, type Scale, scaleOf, widestOf } from './scale.ts'
import { element, LINE_HEIGHT, widthOf, wrapShort } from './svg.ts'

const DASHES = ['', '7 3', '2 3', '9 3 2 3', '14 4', '5 2 1 2 1 2']
const COLOURS = ['#1f4e79', '#b5451b', '#2e6b34', '#6a3d8f', '#7a5c00']
const MAX_LABEL = 200
const MIN_HEIGHT = 280
/** Height of the reason below a year. */
const REASON_LINES = 2
const MAX_VALUES = 14
/** From the top of a name to the middle of its first line. */
const NAME_ABOVE = 9

export function linesOf (chart: Chart, width: number): Drawing {
  const { series, categories, format, unit } = chart
  const values = series.flatMap(({ points }) => points.flatMap(({ value }) => value ?? []))
  const scale = scaleOf(values, values.every(Number.isInteger))
  const left = Math.max(widestOf(scale.ticks.map(format)), widthOf(unit)) + 10
  const names = series.map(({ name }) => wrapShort(name, MAX_LABEL, 2))
  const isNamed = series.length > 1
  const right = isNamed ? Math.min(MAX_LABEL, widestOf(names.flat())) + 54 : 40
  const plot: Plot = {
    chart,
    scale,
    left,
    top: LINE_HEIGHT + 6,
    width: width - left - right,
    height: Math.max(MIN_HEIGHT, isNamed ? names.flat().length * LINE_HEIGHT + 8 : 0)
  }
  const elements = [
    ...axes(plot),
    ...categories.flatMap((category, i) => yearMark(plot, category, i)),
    ...series.flatMap((one, i) => lineOf(plot, one, i)),
    ...(isNamed ? nameLabels(plot, names) : [])
  ]
  return { height: plot.top + plot.height + (1 + REASON_LINES) * LINE_HEIGHT + 6, elements }
}

interface Plot {
  chart: Chart
  scale: Scale
  left: number
  top: number
  width: number
  height: number
}

const xOf = ({ chart, left, width }: Plot, i: number) => left + (i + 0.5) / chart.categories.length * width
const yOf = ({ scale, top, height }: Plot, value: number) => top + height - placeOf(scale, value, height)

function axes (plot: Plot): string[] {
  const { chart, scale, left, width } = plot
  return [
    element('text', { x: 0, y: 12, 'font-size': 12 }, escapeXml(chart.unit)),
    ...scale.ticks.flatMap(tick => {
      const y = yOf(plot, tick)
      return [
        element('line', { x1: left, x2: left + width, y1: y, y2: y, stroke: tick === 0 ? '#111' : '#d0d0d0' }),
        element('text', { x: left - 6, y: y + 4, 'text-anchor': 'end', 'font-size': 12 }, escapeXml(chart.format(tick)))
      ]
    })
  ]
}

/** The year, and below it why series have no figure there. */
function yearMark (plot: Plot, category: string, i: number): string[] {
  const { chart, top, height, width } = plot
  const space = width / chart.categories.length
  const every = Math.ceil((widthOf(category) + 8) / space)
  const y = top + height + LINE_HEIGHT
  const mark = (line: string, row: number, size: number) =>
    element(
      'text',
      { x: xOf(plot, i), y: y + row * LINE_HEIGHT, 'text-anchor': 'middle', 'font-size': size },
      escapeXml(line)
    )
  const reasons = chart.series.flatMap(({ points }) => points[i]!.value === null ? [points[i]!.reason ?? ''] : [])
  const kinds = [...new Set(reasons)]
  const isAll = reasons.length === chart.series.length
  const lines = kinds.slice(0, REASON_LINES).map(kind => {
    const count = reasons.filter(reason => reason === kind).length
    return isAll && kinds.length === 1 ? kind : `${kind} ${count}`
  })
  const size = Math.min(12, ...lines.map(line => 12 * space / widthOf(line, 12)))
  return [
    ...(i % every === 0 ? [mark(category, 0, 13)] : []),
    ...lines.map((line, row) => mark(line, row + 1, Math.max(6, size)))
  ]
}

function lineOf (plot: Plot, { points }: Series, number: number): string[] {
  const stroke = COLOURS[number % COLOURS.length]!
  const placed = points.map(({ value }, i) =>
    value === null ? null : { x: xOf(plot, i), y: yOf(plot, value), value, point: points[i]! }
  )
  const path = placed.map((at, i) =>
    at === null ? '' : `${placed[i - 1] == null ? 'M' : 'L'}${fixed(at.x)} ${fixed(at.y)}`
  )
  const showsValues = plot.chart.series.length === 1 && points.length <= MAX_VALUES
  return [
    element('path', {
      d: path.join(''),
      fill: 'none',
      stroke,
      'stroke-width': 2,
      'stroke-dasharray': dashOf(number)
    }),
    ...placed.flatMap(at =>
      at === null ? [] : [
        marker(number, at.x, at.y, at.point),
        ...(showsValues ? [valueLabel(plot, at)] : [])
      ]
    )
  ]
}

function valueLabel (plot: Plot, { x, y, value }: { x: number, y: number, value: number }): string {
  const isBelow = value < 0 && y + 24 < plot.top + plot.height
  return element('text', {
    x,
    y: isBelow ? y + 18 : y - 9,
    'text-anchor': 'middle',
    'font-size': 12,
    stroke: '#fff',
    'stroke-width': 3,
    'paint-order': 'stroke'
  }, escapeXml(plot.chart.format(value)))
}

/** The names at the ends of the lines, moved apart so that none covers another. */
function nameLabels (plot: Plot, names: string[][]): string[] {
  const { chart, left, top, width, height } = plot
  const ends = chart.series.map(({ points }, number) => {
    const last = points.findLastIndex(({ value }) => value !== null)
    const y = last < 0 ? top + height : yOf(plot, points[last]!.value!)
    return { number, x: last < 0 ? undefined : xOf(plot, last), end: y, y, lines: names[number]! }
  }).sort((a, b) => a.y - b.y)
  let lowest = top - NAME_ABOVE
  for (const end of ends) {
    end.y = Math.max(end.y, lowest + NAME_ABOVE)
    lowest = end.y - NAME_ABOVE + end.lines.length * LINE_HEIGHT
  }
  let highest = top + height + NAME_ABOVE
  for (const end of ends.toReversed()) {
    end.y = Math.min(end.y, highest - end.lines.length * LINE_HEIGHT + NAME_ABOVE)
    highest = end.y - NAME_ABOVE
  }
  const x = left + width + 14
  return ends.flatMap(({ number, x: from, end, y, lines }) => {
    const stroke = COLOURS[number % COLOURS.length]!
    return [
      ...(from === undefined
        ? []
        : [
          element('path', {
            d: `M${fixed(from + 6)} ${fixed(end)}L${fixed(x - 2)} ${fixed(y)}`,
            stroke: '#bbb',
            fill: 'none'
          })
        ]),
      element('line', {
        x1: x,
        x2: x + 30,
        y1: y,
        y2: y,
        stroke,
        'stroke-width': 2,
        'stroke-dasharray': dashOf(number)
      }),
      marker(number, x + 15, y, { value: 0 }),
      ...lines.map((line, i) => element('text', { x: x + 36, y: y + 4 + i * 15, 'font-size': 12 }, escapeXml(line)))
    ]
  })
}

const dashOf = (number: number) => DASHES[number % DASHES.length] || undefined
const fixed = (value: number) => String(Math.round(value * 100) / 100)

/** Circle, square, diamond, triangle or cross; hollow where reports are missing. */
function marker (number: number, x: number, y: number, { isPartial }: Point): string {
  const stroke = COLOURS[number % COLOURS.length]!
  const look = { stroke, 'stroke-width': 1.5, fill: isPartial === true ? '#fff' : stroke }
  const shape = Math.floor(number / DASHES.length + number) % 5
  if (shape === 0) return element('circle', { cx: x, cy: y, r: 4, ...look })
  if (shape === 1) return element('rect', { x: x - 3.5, y: y - 3.5, width: 7, height: 7, ...look })
  const paths = [`M0 -5L5 0L0 5L-5 0Z`, `M0 -5L5 4H-5Z`, `M-5 -4H5L0 5Z`]
  return element('path', { d: paths[shape - 2]!, transform: `translate(${fixed(x)} ${fixed(y)})`, ...look })
}
