// Charts as SVG: lines over years, bars, stacked bars. The same chart has the same bytes. Legible in black and white:
// lines differ in dashes and markers, bars in hatching. Pure.
import { escapeXml } from '../escape-xml.ts'
import { barsOf } from './bars.ts'
import type { Chart } from './chart.ts'
import { linesOf } from './lines.ts'
import { element, FONT_SIZE, LINE_HEIGHT, wrap } from './svg.ts'

const WIDTH = 860
const MARGIN = 20
const TITLE_SIZE = 18
const CAPTION_SIZE = 12

export function writeChart (chart: Chart): string {
  const inner = WIDTH - 2 * MARGIN
  const titles = wrap(chart.title, inner, TITLE_SIZE)
  const captions = chart.caption.flatMap(line => wrap(line, inner, CAPTION_SIZE))
  const { height, elements, definitions = [] } = chart.kind === 'lines' ? linesOf(chart, inner) : barsOf(chart, inner)
  const top = MARGIN + titles.length * 24 + 8
  const bottom = top + height + 14
  const total = bottom + captions.length * LINE_HEIGHT + MARGIN
  const children = [
    element('title', { id: 'title' }, escapeXml(chart.title)),
    element('desc', { id: 'desc' }, escapeXml(chart.description)),
    ...definitions.length === 0 ? [] : [element('defs', {}, definitions.join(''))],
    element('rect', { width: WIDTH, height: total, fill: '#fff' }),
    ...titles.map((line, i) =>
      element('text', {
        x: MARGIN,
        y: MARGIN + 16 + i * 24,
        'font-size': TITLE_SIZE,
        'font-weight': 'bold'
      }, escapeXml(line))
    ),
    element('g', { transform: `translate(${MARGIN} ${top})` }, elements.join('\n')),
    ...captions.map((line, i) =>
      element('text', {
        x: MARGIN,
        y: bottom + 12 + i * LINE_HEIGHT,
        'font-size': CAPTION_SIZE,
        fill: '#333'
      }, escapeXml(line))
    )
  ]
  return `${
    element('svg', {
      xmlns: 'http://www.w3.org/2000/svg',
      width: WIDTH,
      height: total,
      viewBox: `0 0 ${WIDTH} ${total}`,
      role: 'img',
      'aria-labelledby': 'title desc',
      lang: chart.language === 'zh' ? 'zh-CN' : 'en',
      'font-family': '"Noto Sans CJK SC","Source Han Sans SC","Microsoft YaHei","PingFang SC",sans-serif',
      'font-size': FONT_SIZE,
      fill: '#111'
    }, `\n${children.join('\n')}\n`)
  }\n`
}
