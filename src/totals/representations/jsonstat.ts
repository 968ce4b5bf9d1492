// Totals as JSON-stat 2.0. A value that is null has a status that says why; what each group covers is in `extension`.
import { columnLabel } from '../../outputs/labels.ts'
import type { Language } from '../../problems/fault.ts'
import { problem } from '../../problems/problem.ts'
import type { Group, Totals } from '../schemas.ts'
import { combinations, type Dimension, dimensionsOf, indexGroups } from './dimensions.ts'
import { coverageText, type Reason, reasonOf, REASONS } from './reasons.ts'

/** A data set has a place for each combination of keys, whether or not there is a group. */
const MAX_VALUES = 1_000_000

type Aspect = 'value' | 'absolute' | 'relative'

export function jsonstatOf (totals: Totals, title: string, language: Language): string {
  const dimensions = dimensionsOf(totals, language)
  const aspects: Aspect[] = totals.change === undefined ? ['value'] : ['value', 'absolute', 'relative']
  const places = dimensions.reduce((product, { ids }) => product * ids.length, 1)
  if (places * totals.measures.length * aspects.length > MAX_VALUES) {
    throw problem('too-many-groups', { most: Math.floor(MAX_VALUES / totals.measures.length / aspects.length) })
  }
  const value: (number | null)[] = []
  const status: Record<number, Reason> = {}
  const groupOf = indexGroups(totals)
  const groups = [...combinations(dimensions)].map(groupOf)
  for (const group of groups) {
    for (const { id } of totals.measures) {
      for (const aspect of aspects) {
        const found = valueOf(group, id, aspect)
        if (found === null) status[value.length] = reasonOf(group, id)
        value.push(found)
      }
    }
  }
  const measure = {
    label: language === 'zh' ? '指标' : 'Measure',
    category: {
      index: totals.measures.map(({ id }) => id),
      label: Object.fromEntries(totals.measures.map(({ id, label }) => [id, label[language]])),
      unit: Object.fromEntries(totals.measures.map(({ id, unit }) => [id, { label: unit }]))
    }
  }
  const shown = [...dimensions.map(({ key }) => key), 'measure', ...aspects.length > 1 ? ['change'] : []]
  return JSON.stringify({
    version: '2.0',
    class: 'dataset',
    label: title,
    id: shown,
    size: [...dimensions.map(({ ids }) => ids.length), totals.measures.length, ...aspects.length > 1 ? [3] : []],
    role: {
      ...dimensions.some(({ key }) => key === 'year') ? { time: ['year'] } : {},
      metric: ['measure']
    },
    dimension: {
      ...Object.fromEntries(dimensions.map(dimension => [dimension.key, categoriesOf(dimension, language)])),
      measure,
      ...aspects.length > 1
        ? {
          change: {
            label: columnLabel('absolute', language),
            category: {
              index: aspects,
              label: Object.fromEntries(aspects.map(aspect => [aspect, columnLabel(aspect, language)]))
            }
          }
        }
        : {}
    },
    value,
    ...Object.keys(status).length === 0 ? {} : { status },
    note: [coverageText(totals.totals, language)],
    extension: {
      status: Object.fromEntries(Object.entries(REASONS).map(([reason, text]) => [reason, text[language]])),
      coverage: {
        id: dimensions.map(({ key }) => key),
        size: dimensions.map(({ ids }) => ids.length),
        ...columnsOf(groups)
      },
      blank: groups.flatMap(group => totals.measures.map(({ id }) => group?.blank[id] ?? null)),
      not_comparable: groups.map(group => group?.not_comparable ?? [])
    }
  })
}

const valueOf = (group: Group | undefined, id: string, aspect: Aspect): number | null =>
  (aspect === 'value' ? group?.values[id] : group?.change?.[id]?.[aspect]) ?? null

const categoriesOf = ({ key, ids, labels }: Dimension, language: Language) => ({
  label: columnLabel(key, language),
  category: { index: ids, label: Object.fromEntries(ids.map(id => [id, labels.get(id)])) }
})

/** The coverage of each combination of the keys, in their order; null where there is no group. */
const columnsOf = (groups: (Group | undefined)[]) =>
  Object.fromEntries(
    (['expected', 'included', 'missing'] as const).map(
      name => [name, groups.map(group => group?.coverage[name] ?? null)]
    )
  )
