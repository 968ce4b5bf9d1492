// Totals as an Excel workbook: a sheet of the groups, numbers as numbers, and a sheet that says what they cover.
import type { Labels } from '../../http/formats/formats.ts'
import { columnLabel, valueLabel } from '../../outputs/labels.ts'
import { type SheetRow, writeWorkbook } from '../../outputs/workbook/workbook.ts'
import type { Language } from '../../problems/fault.ts'
import type { Group, Totals } from '../schemas.ts'
import { isNamed } from '../scope.ts'
import { totalColumns } from './columns.ts'
import { NO_REGION } from './dimensions.ts'
import { coverageText, type Reason, reasonOf, REASONS } from './reasons.ts'

/** `labels` names the columns of the first sheet in that language; the second sheet is in `language`. */
export async function workbookOf (totals: Totals, { title, labels, language }: {
  title: string
  labels: Labels | undefined
  language: Language
}): Promise<Buffer> {
  const columns = totalColumns(totals)
  const names = columns.map(({ id, label }) => labels === undefined ? id : label?.[labels] ?? columnLabel(id, labels))
  const zh = language === 'zh'
  return await writeWorkbook([
    {
      name: zh ? '合计' : 'Totals',
      frozenRows: 1,
      landscape: true,
      columnWidths: names.map(name => Math.min(28, Math.max(10, name.length + 2))),
      rows: [
        { cells: names.map(value => ({ value, role: 'heading' as const })) },
        ...totals.totals.map(group => ({
          cells: columns.map(({ id, value }) => {
            const found = labels === undefined ? value(group) : valueLabel(id, value(group), labels)
            return found as string | number | null ?? null
          })
        }))
      ]
    },
    {
      name: zh ? '覆盖情况' : 'Coverage',
      columnWidths: [40, 14, 14, 14, 60],
      rows: coverageRows(totals, title, language)
    }
  ])
}

function* coverageRows (totals: Totals, title: string, language: Language): Generator<SheetRow> {
  const zh = language === 'zh'
  const paragraph = (value: string): SheetRow => ({ cells: [{ value, role: 'paragraph', width: 5 }] })
  yield { cells: [{ value: title, role: 'title', width: 5 }], height: 40 }
  yield paragraph(coverageText(totals.totals, language))
  yield paragraph(
    zh
      ? '合计只含各机关本级报告的现行公开版本；空白不作为 0 计入，无数据之处留空。'
      : 'Totals add the current published versions of reports of agencies\' own. A blank is not added as 0; where there is no figure, the cell is empty.'
  )
  yield {
    cells: [
      zh ? '分组' : 'Group',
      ...['expected', 'included', 'missing'].map(id => columnLabel(id, language)),
      zh ? '无合计的指标' : 'Measures without a total'
    ]
      .map(value => ({ value, role: 'heading' as const }))
  }
  for (const group of totals.totals) {
    const { expected, included, missing } = group.coverage
    const role = 'label' as const
    yield {
      cells: [
        { value: nameOf(totals, group, language), role },
        { value: expected, role },
        { value: included, role },
        { value: missing, role },
        { value: withoutTotal(totals, group, language), role }
      ]
    }
  }
  yield {
    cells: ['', zh ? '指标编号' : 'Id', zh ? '单位' : 'Unit', '', ''].map((_, i) => ({
      value: [zh ? '指标' : 'Measure', zh ? '单位' : 'Unit', '', '', zh ? '编号' : 'Id'][i]!,
      role: 'heading' as const
    }))
  }
  for (const { id, unit, label } of totals.measures) {
    yield { cells: [label[language], unit, '', '', id].map(value => ({ value, role: 'label' as const })) }
  }
}

function nameOf ({ by }: Totals, group: Group, language: Language): string {
  const parts = by.map(key =>
    isNamed(key) ? group[`${key}_name`] ?? NO_REGION[language] : String(valueLabel(key, group[key], language))
  )
  return parts.join(' · ') || (language === 'zh' ? '全部' : 'All')
}

/** Names the measures that are null, by reason; the reason alone if it holds for all. */
function withoutTotal ({ measures }: Totals, group: Group, language: Language): string {
  const byReason = new Map<Reason, typeof measures>()
  for (const measure of measures.filter(({ id }) => group.values[id] === null)) {
    const reason = reasonOf(group, measure.id)
    byReason.set(reason, [...byReason.get(reason) ?? [], measure])
  }
  return [...byReason].map(([reason, without]) => {
    const text = REASONS[reason][language]
    return without.length === measures.length
      ? text
      : `${text}: ${without.map(({ label }) => label[language]).join('; ')}`
  }).join('\n')
}
