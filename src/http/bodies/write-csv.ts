import { stringify } from 'csv-stringify/sync'
import { escapeFormula } from './formula.ts'

export const CSV_UTF8 = 'text/csv; charset=utf-8'

/** Writes the items as CSV with a header; null is empty. */
export function writeCsv<Item extends object> (columns: (string & keyof Item)[], items: Item[]): string {
  const field = (value: unknown) => typeof value === 'string' ? escapeFormula(value) : value
  return stringify([columns, ...items.map(item => columns.map(column => field(item[column])))])
}
