// A list as a table, CSV or Excel, with the ids of its columns or their printed names.
import { stringify } from 'csv-stringify/sync'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type TSchema, Type } from 'typebox'
import { columnLabel, valueLabel } from '../../outputs/labels.ts'
import type { Text } from '../../problems/fault.ts'
import { escapeFormula } from '../bodies/formula.ts'
import { etagOf } from '../etag.ts'
import { sendAs } from '../send-as.ts'
import { type Chosen, chooseFormat, declareFormats, type Formats, type Labels, LABELS } from './formats.ts'
import { type FileName, setFileName } from './send-format.ts'

type ListFormat = 'json' | 'csv' | 'xlsx'

export interface Column<Row> {
  id: string
  /** Of the row; texts that people wrote are escaped where a spreadsheet would run them. */
  value: (row: Row) => unknown
  /** Printed name, if it is not the one that all columns with this id have. */
  label?: Text
}

export interface List<Row> {
  columns: Column<Row>[]
  /** As file name without extension, and as name of the sheet. */
  name: FileName
  /** True if pages have an ETag. The operation must declare it, and 304. */
  hasEtag?: boolean
}

/** Returns one column for each of these members of the items. */
export const columnsOf = <Row extends object>(ids: readonly (string & keyof Row)[]): Column<Row>[] =>
  ids.map(id => ({ id, value: row => row[id] }))

/** Declares JSON, CSV and Excel of a list, with `format` and `labels` in `query`. */
export function declareList (schema: TSchema, columns: readonly string[], example = ''): Formats<ListFormat> & {
  query: Formats<ListFormat>['query'] & typeof LABELS
} {
  const formats = declareFormats({
    json: { description: 'The items.', schema },
    csv: { description: 'One line per item, its members as columns.', example: `${columns.join()}\n${example}` },
    xlsx: { description: 'The same columns as a workbook; numbers are numbers.' }
  })
  return { ...formats, query: { ...formats.query, ...LABELS } }
}

/** Returns the format, and the language of `labels`. */
export function chooseList (
  request: FastifyRequest,
  formats: Formats<ListFormat>
): { chosen: Chosen<ListFormat>, labels: Labels | undefined } {
  return { chosen: chooseFormat(request, formats), labels: (request.query as { labels?: Labels }).labels }
}

/** Sends `body` as JSON, or its rows as a table. */
export async function sendList<Row> (
  request: FastifyRequest,
  reply: FastifyReply,
  formats: Formats<ListFormat>,
  { body, rows, list }: { body: unknown, rows: Row[], list: List<Row> }
): Promise<FastifyReply> {
  const { chosen, labels } = chooseList(request, formats)
  if (!reply.hasHeader('vary')) reply.header('vary', 'Accept')
  if (list.hasEtag === true) reply.header('etag', etagOf([chosen.name, chosen.prefix, labels, body]))
  if (!isTable(chosen)) return sendAs(reply, chosen.type, body)
  setFileName(reply, chosen, list.name)
  return sendAs(reply, chosen.type, await writeList(chosen, list, rows, labels))
}

export const isTable = (chosen: Chosen<ListFormat>): chosen is Chosen<'csv' | 'xlsx'> => chosen.name !== 'json'

/** Returns the text of a CSV, or the bytes of a workbook. */
export async function writeList<Row> (
  { name, prefix }: Chosen<'csv' | 'xlsx'>,
  list: List<Row>,
  rows: Row[],
  labels: Labels | undefined
): Promise<string | Buffer> {
  return name === 'csv'
    ? prefix + csvHeader(list.columns, labels) + csvLines(list.columns, rows, labels)
    : await writeBook(list, rows, labels)
}

const namesOf = <Row>(columns: Column<Row>[], labels: Labels | undefined): string[] =>
  columns.map(({ id, label }) => labels === undefined ? id : label?.[labels] ?? columnLabel(id, labels))

const cellsOf = <Row>(columns: Column<Row>[], row: Row, labels: Labels | undefined): unknown[] =>
  columns.map(({ id, value }) => labels === undefined ? value(row) : valueLabel(id, value(row), labels))

export const csvHeader = <Row>(columns: Column<Row>[], labels?: Labels): string => stringify([namesOf(columns, labels)])

export const csvLines = <Row>(columns: Column<Row>[], rows: Row[], labels?: Labels): string =>
  stringify(
    rows.map(row =>
      cellsOf(columns, row, labels).map(value => typeof value === 'string' ? escapeFormula(value) : value)
    )
  )

/** Yields a table whose rows come in batches. */
export async function* tablePieces<Row> (
  { name, prefix }: Chosen<'csv' | 'xlsx'>,
  list: List<Row>,
  batches: AsyncIterable<{ items: Row[] }>,
  labels: Labels | undefined
): AsyncGenerator<string | Uint8Array> {
  if (name === 'xlsx') return yield* bookPieces(list, batches, labels)
  yield prefix + csvHeader(list.columns, labels)
  for await (const { items } of batches) if (items.length > 0) yield csvLines(list.columns, items, labels)
}

async function writeBook<Row> (list: List<Row>, rows: Row[], labels: Labels | undefined): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of bookPieces(list, [{ items: rows }], labels)) pieces.push(piece)
  return Buffer.concat(pieces)
}

async function* bookPieces<Row> (
  { columns, name }: List<Row>,
  batches: AsyncIterable<{ items: Row[] }> | Iterable<{ items: Row[] }>,
  labels: Labels | undefined
): AsyncGenerator<Uint8Array> {
  const { workbookPieces } = await import('../../outputs/workbook/workbook.ts')
  const header = namesOf(columns, labels)
  const rows = async function* () {
    yield { cells: header.map(value => ({ value, role: 'heading' as const })) }
    for await (const { items } of batches) {
      for (const row of items) yield { cells: cellsOf(columns, row, labels).map(cellOf) }
    }
  }
  yield* workbookPieces([{
    name: name.title ?? name.ascii,
    frozenRows: 1,
    landscape: true,
    columnWidths: header.map(text => Math.min(40, Math.max(10, text.length * (labels === 'zh' ? 2 : 1) + 2))),
    rows: rows()
  }])
}

/** Numbers stay numbers; a list becomes a text. */
function cellOf (value: unknown): string | number | null {
  if (value === null || value === undefined) return null
  return typeof value === 'number' || typeof value === 'string' ? value : String(value)
}

/** For schemas that name the language of a picture or a data set. */
export const LANG = {
  lang: Type.Optional(
    Type.Unsafe<Labels>({
      type: 'string',
      enum: ['zh', 'en'],
      description: 'Language of the text in a picture or data set; by default that of `Accept-Language`.'
    })
  )
}
