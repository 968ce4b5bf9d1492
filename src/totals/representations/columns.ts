// The columns of totals as a table.
import type { Column } from '../../http/formats/list.ts'
import type { Text } from '../../problems/fault.ts'
import type { Group, Totals } from '../schemas.ts'
import { isNamed } from '../scope.ts'

type Head = Omit<Totals, 'totals'>

const joined = (label: Text, zh: string, en: string): Text => ({ zh: `${label.zh}·${zh}`, en: `${label.en}, ${en}` })

/** Keys and names, measures, their changes, the coverage, and how many cells are blank. */
export const totalColumns = ({ by, measures, change }: Head): Column<Group>[] => [
  ...by.flatMap(key => isNamed(key) ? [key, `${key}_name`] as const : [key]).map(id => ({
    id,
    value: (group: Group) => group[id]
  })),
  ...measures.map(({ id, unit, label }) => ({
    id,
    label: unit === '1' ? label : { zh: `${label.zh}（${unit}）`, en: `${label.en} (${unit})` },
    value: ({ values }: Group) => values[id]
  })),
  ...(change === undefined ? [] : measures).flatMap(({ id, label }) => [
    {
      id: `${id}.change.absolute`,
      label: joined(label, '较上年增减', 'change on last year'),
      value: (group: Group) => group.change![id]!.absolute
    },
    {
      id: `${id}.change.relative`,
      label: joined(label, '较上年增减率', 'relative change'),
      value: (group: Group) => group.change![id]!.relative
    }
  ]),
  ...(['expected', 'included', 'missing'] as const).map(id => ({ id, value: ({ coverage }: Group) => coverage[id] })),
  ...measures.map(({ id, label }) => ({
    id: `${id}.blank`,
    label: joined(label, '空白数', 'blank cells'),
    value: ({ blank }: Group) => blank[id]
  }))
]
