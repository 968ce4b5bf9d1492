// Writes reports as Parquet: one row a report, one column a cell of any form. Amounts are decimals, which are exact.
import type { SchemaElement } from 'hyparquet'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import { Forms } from '../../forms/forms.ts'
import type { PublishedReport } from '../published-reports.ts'
import { cellsOfForms, REPORT_KEYS } from './lines.ts'

/** Rows of a group, which is held in memory and encoded at once. */
const GROUP = 2000
/** Digits of an amount, of which the largest is 10^15 - 1. */
const PRECISION = 15

export async function* parquetOf (
  forms: Forms,
  pages: AsyncIterable<PublishedReport[]>
): AsyncGenerator<Uint8Array> {
  const writer = new ByteWriter()
  const cells = cellsOfForms(forms)
  const parquet = new ParquetWriter({ writer, schema: schemaOf(forms, cells), createdBy: 'gongkai' })
  const take = () => {
    const bytes = writer.getBytes().slice()
    writer.index = 0
    return bytes
  }
  let rows: PublishedReport[] = []
  const inForm = new Map(forms.all.map(form => [form.id, cells.map(id => form.cell.get(id)?.position)]))
  const writeGroup = async () => {
    const positions = rows.map(row => inForm.get(row.form)!)
    const columnData = [
      ...REPORT_KEYS.map(name => ({ name, data: rows.map(row => row[name]) })),
      ...cells.map((name, i) => ({
        name,
        data: rows.map(({ content }, row) => {
          const position = positions[row]![i]
          const figure = position === undefined ? null : content.figures[position - 1] ?? null
          return figure === null ? null : BigInt(figure)
        })
      }))
    ]
    await parquet.write({ columnData, rowGroupSize: GROUP })
    rows = []
  }
  for await (const page of pages) {
    rows.push(...page)
    if (rows.length < GROUP) continue
    await writeGroup()
    yield take()
  }
  if (rows.length > 0) await writeGroup()
  await parquet.finish()
  yield take()
}

function schemaOf (forms: Forms, cells: string[]): SchemaElement[] {
  const keys = REPORT_KEYS.map((name): SchemaElement =>
    name === 'year' || name === 'version'
      ? { name, type: 'INT32', repetition_type: 'REQUIRED' }
      : { name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' }
  )
  const figures = cells.map((name): SchemaElement => {
    const { scale } = forms.all.map(form => form.cell.get(name)).find(cell => cell !== undefined)!
    const column: SchemaElement = { name, type: 'INT64', repetition_type: 'OPTIONAL' }
    return scale === 1
      ? column
      : { ...column, converted_type: 'DECIMAL', precision: PRECISION, scale: Math.round(Math.log10(scale)) }
  })
  return [{ name: 'reports', num_children: keys.length + figures.length }, ...keys, ...figures]
}
