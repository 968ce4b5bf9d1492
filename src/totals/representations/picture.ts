// Totals as a chart: a line over years, else bars; a stack where the measures are parts of one printed total.
import { isRate, type Quantity } from '../../form/rates/rates.ts'
import { Forms } from '../../forms/forms.ts'
import type { Chart, Point } from '../../outputs/chart/chart.ts'
import { columnLabel } from '../../outputs/labels.ts'
import type { Language } from '../../problems/fault.ts'
import { problem } from '../../problems/problem.ts'
import type { Group, Totals } from '../schemas.ts'
import { combinations, dimensionsOf, indexGroups } from './dimensions.ts'
import { formatNumber, formatShare } from './numbers.ts'
import { coverageText, reasonOf, REASONS } from './reasons.ts'

const MAX_SERIES = 30
const MAX_BARS = 300
/** Groups with missing reports that the caption names. */
const MAX_NAMED = 6
const NOT_ASKED = { zh: '未查询', en: 'not asked for' }

/** Throws `units-mixed` or `picture-too-large`. */
export function chartOf (totals: Totals, quantities: Quantity[], forms: Forms, head: {
  title: string
  language: Language
  /** The years asked for, if there are gaps between them. */
  only: number[] | undefined
}): Chart {
  const { title, language, only } = head
  const unit = unitOf(totals, quantities, language)
  const isLines = totals.by.includes('year')
  const dimensions = dimensionsOf(totals, language)
  const groupOf = indexGroups(totals)
  const pointOf = (group: Group | undefined, id: string): Point => {
    const value = (totals.change === undefined ? group?.values[id] : group?.change?.[id]?.relative) ?? null
    return value === null
      ? { value, reason: REASONS[reasonOf(group, id)][language] }
      : { value, isPartial: (group!.coverage.missing ?? 0) > 0 }
  }
  const nameOf = (ids: string[]) =>
    dimensions.flatMap((dimension, i) => isLines && dimension.key === 'year' ? [] : dimension.labels.get(ids[i]!)!)
      .join(' · ')
  const year = dimensions.find(({ key }) => key === 'year')
  const years = year === undefined ? [] : allYears(year.ids)
  const others = [...combinations(dimensions.filter(dimension => !isLines || dimension.key !== 'year'))]
  const place = totals.by.indexOf('year')
  const withYear = (ids: string[], year: string) => ids.toSpliced(place, 0, year)
  const measures = totals.measures
  requireFew(isLines ? others.length * measures.length : measures.length, isLines ? 0 : others.length * measures.length)
  const nameSeries = (ids: string[], label: string) => {
    const name = isLines ? nameOf(withYear(ids, '')) : ''
    return [...name === '' ? [] : [name], ...measures.length > 1 || name === '' ? [label] : []].join(' · ')
  }
  const series = isLines
    ? others.flatMap(ids =>
      measures.map(({ id, label }) => ({
        name: nameSeries(ids, label[language]),
        points: years.map(year =>
          only?.includes(Number(year)) === false
            ? { value: null, reason: NOT_ASKED[language] }
            : pointOf(groupOf(withYear(ids, year)), id)
        )
      }))
    )
    : measures.map(({ id, label }) => ({ name: label[language], points: others.map(ids => pointOf(groupOf(ids), id)) }))
  const categories = isLines ? years : others.map(ids => nameOf(ids) || (language === 'zh' ? '合计' : 'Total'))
  const caption = [coverageText(totals.totals, language), ...missingText(totals, head.language)]
  const format = unit.endsWith('%') ? formatShare : formatNumber
  return {
    kind: isLines ? 'lines' : arePartsOfTotal(quantities, forms) ? 'stack' : 'bars',
    title,
    unit,
    categories,
    series,
    caption: isLines && series.some(({ points }) => points.some(({ isPartial }) => isPartial))
      ? [
        ...caption,
        language === 'zh' ? '空心点：有机关缺报的年度。' : 'Hollow markers: years in which reports are missing.'
      ]
      : caption,
    description: describe(series, categories, { format, language, caption }),
    language,
    format
  }
}

function unitOf ({ change }: Totals, quantities: Quantity[], language: Language): string {
  if (change !== undefined) return `${columnLabel('relative', language)} %`
  const units = [...new Set(quantities.map(({ unit }) => unit))]
  if (units.length > 1) throw problem('units-mixed', { units: units.join(', ') })
  return units[0] === '1' ? '%' : units[0]!
}

/** Every year from the first to the last, so that a gap is seen as one. */
function allYears (ids: string[]): string[] {
  const [first, last] = [Number(ids[0]), Number(ids.at(-1))]
  return ids.length === 0 ? [] : Array.from({ length: last - first + 1 }, (_, i) => String(first + i))
}

function requireFew (series: number, bars: number): void {
  if (series > MAX_SERIES) {
    throw problem('picture-too-large', { found: series, most: MAX_SERIES, what: { en: 'series', zh: '数列' } })
  }
  if (bars > MAX_BARS) {
    throw problem('picture-too-large', { found: bars, most: MAX_BARS, what: { en: 'bars', zh: '条形' } })
  }
}

/** Returns true if a form prints one total over all of them, and none is part of another. */
function arePartsOfTotal (quantities: Quantity[], forms: Forms): boolean {
  const columns = new Set(quantities.map(({ id }) => id.split('.').at(-1)))
  if (quantities.length < 2 || columns.size > 1 || quantities.some(isRate)) return false
  return forms.all.some(form => {
    const parts = quantities.map(({ id }) => form.measures.get(id)?.positions ?? [])
    const all = parts.flat()
    if (parts.some(part => part.length === 0) || new Set(all).size < all.length) return false
    return [...form.tables.values()].some(({ definition }) =>
      definition.rows.some(row => {
        const added = new Set(row.total_of)
        return all.every(position => {
          const cell = form.cells[position - 1]!
          return cell.table === definition.id && added.has(cell.row)
        })
      })
    )
  })
}

/** Names the groups in which reports are missing, the first ones. */
function missingText (totals: Totals, language: Language): string[] {
  const dimensions = dimensionsOf(totals, language)
  const incomplete = totals.totals.filter(({ coverage }) => (coverage.missing ?? 0) > 0)
  if (incomplete.length === 0 || totals.by.length === 0) return []
  const named = incomplete.slice(0, MAX_NAMED).map(group => {
    const name = dimensions.map(({ key, labels }) => labels.get(String(group[key]))).join(' ')
    return `${name} ${group.coverage.missing}`
  })
  const rest = incomplete.length - named.length
  if (language === 'zh') return [`缺报：${named.join('；')}${rest > 0 ? `；另有 ${rest} 组` : ''}。`]
  return [`Missing: ${named.join('; ')}${rest > 0 ? `; and ${rest} more groups` : ''}.`]
}

/** Describes the figures in words, as a text alternative of the picture. */
function describe (series: Chart['series'], categories: string[], { format, language, caption }: {
  format: Chart['format']
  language: Language
  caption: string[]
}): string {
  const colon = language === 'zh' ? '：' : ': '
  const lines = series.map(({ name, points }) =>
    `${name}${colon}${
      points.map(({ value, reason }, i) => `${categories[i]} ${value === null ? reason : format(value)}`).join(
        language === 'zh' ? '，' : ', '
      )
    }`
  )
  return [...lines, ...caption].join('\n')
}
