// Headers of CSV files and workbooks as people write them: the printed Chinese label of a column instead of its id.
import { type Fault, type Text } from '../../problems/fault.ts'
import type { CsvHeader } from './csv.ts'

/** Ids of columns by their label, without spaces and with half-width brackets. */
export type ColumnsByLabel = Map<string, string>

export const columnsByLabel = (labels: Iterable<[id: string, zh: string]>): ColumnsByLabel =>
  new Map([...labels].map(([id, zh]) => [normalize(zh), id]))

const normalize = (label: string) => label.normalize('NFKC').replace(/\s/g, '')

/** Returns the ids of the columns; a name that is no label stays as it is. */
export const idsOfColumns = ({ names }: CsvHeader, labels: ColumnsByLabel): string[] =>
  names.map(name => labels.get(normalize(name)) ?? name)

export const eachOnce = ({ names }: CsvHeader, columns: string[], at: number): Text => {
  const others = names.filter((_, i) => i !== at && columns[i] === columns[at])
  return {
    en: `each column once: it is also ${others.join(', ')}`,
    zh: `每列只出现一次：另有 ${others.join('、')}`
  }
}

/** Adds to the faults of a header what the file was taken for: a wrong delimiter or encoding shows there first. */
export const withReadAs = (faults: Fault[], { readAs }: CsvHeader): Fault[] =>
  faults.map(({ expected: { en, zh }, ...fault }) => ({
    ...fault,
    expected: { en: `${en} (read as ${readAs.en})`, zh: `${zh}（按 ${readAs.zh}读取）` }
  }))
