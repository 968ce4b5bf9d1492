// An index of the row labels of a form, by normalized text.
import type { Row } from '../../form/definition.ts'
import type { Form, FormTable } from '../../form/form.ts'
import { columnKey, fullKey, labelKey, normalizeText } from './normalize.ts'

export interface Label {
  table: FormTable
  row: Row
  heading: boolean
  keys: string[]
}

export interface LabelIndex {
  form: Form
  labels: Label[]
  /** By key. Several tables may have the same label. */
  byKey: Map<string, Label[]>
  /** Rows and headings, as `table.row`, whose labels no other form has. */
  own: Set<string>
  /** Keys of the column labels of all tables of all forms. */
  columns: Set<string>
}

export function indexLabels (form: Form, forms: Form[]): LabelIndex {
  const labels: Label[] = []
  for (const table of form.tables.values()) {
    for (const row of table.definition.rows) {
      const keys = [row.zh, row.zh.replace('总计', '合计'), ...(row.also ?? [])].flatMap(
        zh => [...zh.split('·').slice(-1), zh]
      ).flatMap(
        zh => [labelKey(zh), fullKey(zh)]
      )
      labels.push({ table, row, heading: row.heading === true, keys: [...new Set(keys)] })
    }
  }
  const byKey = new Map<string, Label[]>()
  for (const label of labels) for (const key of label.keys) byKey.set(key, [...(byKey.get(key) ?? []), label])
  const columns = new Set(
    forms.flatMap(form => [...form.tables.values()]).flatMap(table =>
      table.columns.map(column => columnKey(labelKey(column.zh)))
    )
  )
  const elsewhere = new Set(
    forms.filter(other => other !== form).flatMap(other => other.definition.tables).flatMap(table => table.rows).map(
      row => labelKey(row.zh)
    )
  )
  const own = new Set(
    labels.filter(({ row }) => !elsewhere.has(labelKey(row.zh))).map(({ table, row }) =>
      `${table.definition.id}.${row.id}`
    )
  )
  return { form, labels, byKey, own, columns }
}

/** Finds the labels of the given tables by the key of a text without its brackets, or with them. */
export function labelsOf (labelIndex: LabelIndex, tables: Set<string>, key: string, full: string): Label[] {
  const found = [...(labelIndex.byKey.get(key) ?? []), ...(labelIndex.byKey.get(full) ?? [])]
  return [...new Set(found)].filter(label => tables.has(label.table.definition.id))
}

/**
 * Leaves out labels whose text a column has as well, such as 其他, if another number stands before it: `6.其他` is not
 * `3.其他`.
 */
export function withSameNumber (labelIndex: LabelIndex, labels: Label[], raw: string): Label[] {
  const number = numberOf(raw)
  return labels.filter(({ row, keys }) =>
    number === null || numberOf(row.zh) === null || numberOf(row.zh) === number ||
    !keys.some(key => labelIndex.columns.has(columnKey(key)))
  )
}

const numberOf = (text: string): string | null =>
  /^\(?(\d{1,2})(?!\d)/.exec(normalizeText(text.slice(0, 100)))?.[1] ?? null

/** The number of the item of article 20 in the title of a table: `第二十条第（五）项`; null in any other text. */
export const articleItem = (text: string): string | null =>
  /第二十条第?\(?([一二三四五六七八九十]+)\)?项/.exec(normalizeText(text).replaceAll(' ', ''))?.[1] ?? null
