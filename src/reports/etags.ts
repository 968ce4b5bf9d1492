// ETags of a report, its tables and its rows. Each changes with its own content only, so that two clerks can work on
// two tables. The ETag of a draft also carries the revision of its last change, so that a client with an outdated ETag
// learns which cells have changed.
import type { Cell, FormTable } from '../form/form.ts'
import { writeRow, writeTable } from '../form/write-content.ts'
import { Forms } from '../forms/forms.ts'
import { type Conditions, etagOf, etagOfText } from '../http/etag.ts'
import { problem } from '../problems/problem.ts'
import { reportText } from './content/representation.ts'
import type { ReportId, StoredReport } from './stored-report.ts'

type Scope = 'report' | 'table' | 'row'
interface Part {
  table?: FormTable
  row?: string
}

/**
 * Returns the ETag of the working state. The allowed transitions follow from that state and the caller, so one ETag
 * serves all callers who may see it. `text` is what the public would see.
 */
export const etagOfReport = (forms: Forms, report: StoredReport, text = reportText(forms, report)) =>
  etagOfText(text, suffix('report', report, report.revision))

export const etagOfTable = (report: StoredReport, table: FormTable) =>
  etagOf(writeTable(table, report.content), suffix('table', report, lastChange(report, table.cells)))

export const etagOfRow = (report: StoredReport, table: FormTable, row: string) =>
  etagOf(writeRow(table, row, report.content), suffix('row', report, lastChange(report, cellsOf({ table, row })!)))

const suffix = (scope: Scope, { created, published_at: publishedAt }: StoredReport, revision: number) =>
  publishedAt === null || scope === 'report' ? `.${scope}.${revision}.${created.toString(36)}` : ''

const cellsOf = ({ table, row }: Part): Cell[] | undefined =>
  table?.cells.filter(cell => row === undefined || cell.row === row)
const lastChange = ({ cell_revisions: revisions }: StoredReport, cells: Cell[]) =>
  Math.max(0, ...cells.map(cell => revisions?.[cell.position - 1] ?? 0))

/** Describes the target of a write: the report, one of its tables or a row of a table. */
function describeTarget (forms: Forms, report: StoredReport | undefined, { table, row }: Part) {
  const what = table === undefined ? '' : ` (${[table.definition.id, row].filter(Boolean).join('.')})`
  if (report === undefined) return { exists: false, own: undefined, current: [], revision: null, what }
  const whole = etagOfReport(forms, report)
  if (table === undefined) return { exists: true, own: whole, current: [whole], revision: report.revision, what }
  const ofTable = etagOfTable(report, table)
  const values = row === undefined
    ? writeTable(table, report.content).rows
    : writeRow(table, row, report.content).values
  const exists = Object.keys(values).length > 0
  const own = !exists ? undefined : row === undefined ? ofTable : etagOfRow(report, table, row)
  const revision = lastChange(report, cellsOf(partOf(table, row))!)
  return { exists, own, current: [own, whole, ofTable], revision, what }
}

const partOf = (table: FormTable | undefined, row: string | undefined): Part => ({
  ...(table && { table }),
  ...(row === undefined ? {} : { row })
})

/**
 * Throws `precondition-failed` if the target does not meet the conditions. `report` is undefined if it does not exist.
 * For a table or row, the ETags of everything that contains it match as well.
 */
export function checkPreconditions (
  forms: Forms,
  { match, noneMatch }: Conditions,
  id: ReportId,
  report: StoredReport | undefined,
  { table, row }: Part = {}
): void {
  if (match === undefined && noneMatch === undefined) return
  const { exists, own, current, revision, what } = describeTarget(forms, report, partOf(table, row))
  const fail = (header: string, more: object = {}) => {
    throw problem('precondition-failed', { ...id, header, what }, {
      etag: own ?? null,
      revision: { expected: null, found: revision },
      ...more
    })
  }
  if (match === '*' && !exists) fail('If-Match')
  if (Array.isArray(match) && !match.some(tag => current.some(etag => isSame(tag, etag)))) {
    fail('If-Match', report && changesSince(forms, match, report, partOf(table, row)))
  }
  if (noneMatch === '*' && exists) fail('If-None-Match')
  if (Array.isArray(noneMatch) && noneMatch.some(tag => isSame(tag.replace('W/', ''), own))) fail('If-None-Match')
}

/** Compares ETags without their suffix: equal content matches, whichever change it came from. */
const isSame = (tag: string, etag: string | undefined) => etag !== undefined && hashOf(tag) === hashOf(etag)
const hashOf = (tag: string) => tag.replace(/\..*/, '"')

/**
 * Returns the cells changed since one of the ETags; nothing if that cannot be known, e.g. for a draft that no longer
 * exists.
 */
function changesSince (forms: Forms, tags: string[], report: StoredReport, part: Part): object {
  for (const tag of tags) {
    const [, scope, revision, created] = /^"[^.]*\.(report|table|row)\.(\d+)\.(\w+)"$/.exec(tag) ?? []
    const expected = Number(revision)
    const revisions = report.cell_revisions ?? []
    if (
      created !== report.created.toString(36) || expected > report.revision || expected < Math.min(...revisions) ||
      report.published_at !== null
    ) continue
    const cells =
      (scope === 'report' ? undefined : cellsOf(scope === 'table' && part.table ? { table: part.table } : part)) ??
        forms.get(report.form).cells
    return {
      revision: { expected, found: scope === 'report' ? report.revision : lastChange(report, cells) },
      cells: cells.filter(({ position }) => (revisions[position - 1] ?? 0) > expected).map(({ id }) => id)
    }
  }
  return {}
}
