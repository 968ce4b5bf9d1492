// Derives the checks of a form from its definition: sums, completeness and texts.
import { Section } from './definition.ts'
import { cellId, type Check, type Form, type FormTable } from './form.ts'

export function deriveChecks (form: Form): Check[] {
  return [
    ...[...form.tables.values()].flatMap(table => [...sums(table), ...completeness(table)]),
    ...form.definition.sections.flatMap(section => texts(form, section))
  ]
}

function texts (form: Form, section: Section): Check[] {
  const checks: Check[] = section.at_least === undefined
    ? []
    : [{
      id: `${section.id}.text`,
      severity: 'warning',
      rule: 'text',
      section: section.id,
      at_least: section.at_least,
      zh: `“${section.title_zh}”不少于 ${section.at_least} 字`,
      en: `“${section.title_en}” has at least ${section.at_least} characters`
    }]
  for (const { id, cells, phrase } of section.states ?? []) {
    const labels = cells.map(id => form.cell.get(id)!.label)
    checks.push({
      id: `${section.id}.states.${id}`,
      severity: 'warning',
      rule: 'stated',
      section: section.id,
      phrase,
      cells,
      zh: `“${section.title_zh}”所述件数与表格一致（${labels.map(label => label.zh).join('、')}）`,
      en: `The figure that “${section.title_en}” states is that of the tables (${
        labels.map(label => label.en).join('; ')
      })`
    })
  }
  return checks
}

function sums ({ definition: table, rows, columns }: FormTable): Check[] {
  const cells = (rowIds: string[], columnIds: string[]) =>
    rowIds.flatMap(r => columnIds.map(c => cellId(table.id, r, c)))
  const checks: Check[] = []
  for (const identity of table.identities ?? []) {
    const totals = identity.right.filter(id => rows.some(row => row.id === id && row.total_of))
    for (const column of columns) {
      checks.push({
        id: `${table.id}.${identity.id}.${column.id}`,
        severity: 'error',
        rule: 'sum',
        left: cells(identity.left, [column.id]),
        right: cells(identity.right, [column.id]),
        totals: cells(totals, [column.id]),
        zh: `${column.zh}：${identity.zh}`,
        en: `${column.en}: ${identity.en}`
      })
    }
  }
  for (const row of rows.filter(row => row.total_of)) {
    for (const column of columns) {
      const right = cells([row.id], [column.id])
      checks.push({
        id: `${table.id}.${row.id}.${column.id}`,
        severity: 'error',
        rule: 'sum',
        left: cells(row.total_of!, [column.id]),
        right,
        totals: right,
        zh: `${column.zh}：${row.zh}等于其各项之和`,
        en: `${column.en}: ${row.en} equals the sum of its rows`
      })
    }
  }
  for (const column of columns.filter(column => column.total_of)) {
    for (const row of rows) {
      const left = cells([row.id], column.total_of!)
      const right = cells([row.id], [column.id])
      checks.push({
        id: `${table.id}.row_total.${row.id}`,
        severity: 'error',
        rule: 'sum',
        left,
        right,
        totals: right,
        zh: `${row.zh}：${column.zh}等于各栏之和`,
        en: `${row.en}: ${column.en} equals the sum of its columns`
      }, {
        id: `${table.id}.split_number.${row.id}`,
        severity: 'info',
        rule: 'split',
        addends: left,
        total: right[0]!,
        zh: `${row.zh}：没有一个数被拆在相邻两格`,
        en: `${row.en}: no number is split across two neighbouring cells`
      })
    }
  }
  return checks
}

function completeness ({ definition: table }: FormTable): Check[] {
  return [
    {
      id: `${table.id}.rows`,
      severity: 'error',
      rule: 'rows',
      table: table.id,
      zh: `“${table.title_zh}”各行齐全`,
      en: `“${table.title_en}” has all its rows`
    },
    {
      id: `${table.id}.blanks`,
      severity: 'warning',
      rule: 'figures',
      table: table.id,
      zh: `“${table.title_zh}”没有空白单元格`,
      en: `“${table.title_en}” has no blank cell`
    }
  ]
}
