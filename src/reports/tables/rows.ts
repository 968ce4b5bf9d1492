// Parses rows to append, from JSON (one or an array) or CSV.
import {
  type Content,
  emptyContent,
  knownColumn,
  knownRow,
  readFields,
  readNotes,
  readRow
} from '../../form/content.ts'
import type { Form, FormTable } from '../../form/form.ts'
import type { Csv } from '../../http/bodies/body.ts'
import { atLine, atPointer, type Fault, isObject, type Place } from '../../problems/fault.ts'
import { throwIfFaults } from '../../problems/problem.ts'

export interface AppendedRow {
  row: string
  /** Contains the cells of this row and no others. */
  content: Content
  at: ReturnType<Place>
}

const MEMBERS = ['row', 'values', 'notes']

export function readJsonRows (form: Form, table: FormTable, body: unknown): AppendedRow[] {
  const list = Array.isArray(body) ? body : [body]
  const faults: Fault[] = []
  const rows = list.flatMap((item: unknown, i): AppendedRow[] => {
    const base = Array.isArray(body) ? `/${i}` : ''
    const place = atPointer(base)
    if (!isObject(item)) {
      faults.push({ pointer: base, found: item, expected: { en: 'an object {row, values}', zh: '对象 {row, values}' } })
      return []
    }
    for (const name of Object.keys(item).filter(name => !MEMBERS.includes(name))) {
      faults.push({
        ...place(name),
        found: name,
        expected: { en: `one of ${MEMBERS.join(', ')}`, zh: `以下之一：${MEMBERS.join('、')}` },
        candidates: MEMBERS
      })
    }
    for (const name of ['row', 'values'].filter(name => item[name] === undefined)) {
      faults.push({ ...place(name), expected: { en: 'it is required', zh: '必须给出' } })
    }
    if (item.row === undefined || !knownRow(table, item.row, place('row'), faults)) return []
    const content = emptyContent(form)
    readRow(table, item.row, item.values, atPointer(`${base}/values`), { content, faults })
    readNotes(form, item.notes, atPointer(`${base}/notes`), { content, faults }, {
      table: table.definition.id,
      row: item.row
    })
    return [{ row: item.row, content, at: place('row') }]
  })
  if (list.length === 0) faults.push({ pointer: '', found: [], expected: { en: 'at least one row', zh: '至少一行' } })
  throwIfFaults('body-invalid', [...faults, ...repeated(rows)])
  return rows
}

export function readCsvRows (form: Form, table: FormTable, { header, records }: Csv): AppendedRow[] {
  const faults: Fault[] = []
  const headerPlace = atLine(1)
  for (const [i, column] of header.entries()) {
    if (header.indexOf(column) !== i) {
      faults.push({ ...headerPlace(column), found: column, expected: { en: 'each column once', zh: '每列只出现一次' } })
    } else if (column !== 'row') knownColumn(table, column, headerPlace, faults)
  }
  if (!header.includes('row')) {
    faults.push({ ...headerPlace('row'), expected: { en: 'a column row', zh: '须有 row 列' } })
  }
  const rows = records.flatMap(({ line, fields }): AppendedRow[] => {
    const place = atLine(line)
    if (fields.length !== header.length) {
      faults.push({
        ...place(),
        found: fields.length,
        expected: { en: `${header.length} fields, as in the header`, zh: `与表头一致的 ${header.length} 个字段` }
      })
      return []
    }
    const named = Object.fromEntries(header.map((column, i) => [column, fields[i]!]))
    const row = named.row?.trim()
    if (row === undefined || !knownRow(table, row, place('row'), faults)) return []
    const content = emptyContent(form)
    readFields(table, row, named, place, { content, faults })
    return [{ row, content, at: place('row') }]
  })
  throwIfFaults('body-invalid', [...faults, ...repeated(rows)])
  return rows
}

const repeated = (rows: AppendedRow[]): Fault[] =>
  rows.filter(({ row }, i) => rows.findIndex(other => other.row === row) !== i)
    .map(({ row, at }) => ({ ...at, found: row, expected: { en: 'each row once', zh: '每行只出现一次' } }))
