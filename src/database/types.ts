import { type ColumnType, type Generated, sql } from 'kysely'

/** The bounds of a range of years without a first or last year. */
export const NO_FIRST_YEAR = 0
export const NO_LAST_YEAR = 9999

/** The timestamp that means no end. */
export const FOR_EVER = sql<Date>`'infinity'::timestamptz`
/** Selected as an object, inserted and updated as text. */
type Json = ColumnType<Record<string, unknown>, string, string>
interface FormCellTable {
  form: string
  position: number
  cell: string
  table: string
  row: string
  column: string
  unit: string
  scale: number
}

interface AgencyTable {
  code: string
  name: string
  credit_code: string | null
  division_code: string | null
  successor: string | null
  created_at: Generated<Date>
  updated_at: Generated<Date>
}

interface AgencyPeriodTable {
  agency: string
  since: number
  until: number
  parent: string | null
  level: string
  kind: string
  reporting: string
  name: string
}

interface AgencyAncestorTable {
  agency: string
  ancestor: string
  since: number
  until: number
}

interface ReportTable {
  agency: string
  year: number
  form: string
  status: string
  version: number | null
  revision: Generated<number>
  reason: string | null
  figures: string | null
  notes: Json | null
  sections: Json | null
  explanations: Json | null
  created_at: Generated<Date>
  updated_at: Generated<Date>
  status_since: Generated<Date>
  amendment_reason: string | null
  remarks: Json | null
  cell_revisions: number[] | null
  reading: number | null
}

interface ReportVersionTable {
  agency: string
  year: number
  version: number
  form: string
  figures: string
  notes: Json
  sections: Json
  explanations: ColumnType<Record<string, unknown>, string | undefined, string>
  published_at: Date
  published_on: ColumnType<string | null, string | null | undefined>
  revision: number
  reason: string | null
  public_until: Generated<Date>
  withdrawal_reason: string | null
  reading: number | null
}

interface AgencyRecordTable {
  agency: string
  recorded_at: Date
  recorded_until: Generated<Date>
  name: string
  since: number
  until: number
  parent: string | null
  level: string
  kind: string
  reporting: string
  successor: string | null
}

interface DeadlineTable {
  agency: string
  year: number
  date: string
  applies_to: Generated<string>
}

interface ClockTable {
  id: Generated<number>
  at: Date
  reserved: Date | null
  tree_at: Generated<Date>
}

interface ImportTable {
  id: Generated<number>
  kind: string
  actor: string
  state: Generated<string>
  dry_run: boolean
  size: number
  read: Generated<number>
  started_at: Generated<Date>
  beat_at: Generated<Date>
  finished_at: Date | null
  answer: ColumnType<Record<string, any> | null, string | null, string | null>
  rejects: Buffer | null
  rejects_type: string | null
}

export interface TotalTable {
  agency: string
  year: number
  form: string
  level: string
  kind: string
  reports: number
  figures: number[]
  present: number[]
}

export interface ExpectedTable {
  agency: string
  year: number
  level: string
  kind: string
  change: number
}

interface DocumentTable {
  sha256: string
  bytes: Buffer
  created_at: Generated<Date>
}

interface ReadingTable {
  agency: string
  year: number
  number: number
  document: string
  content_type: string
  text: string
  form: string
  figures: string
  sources: Json
  problems: Json
  read_at: Generated<Date>
}

interface ApiKeyTable {
  id: Generated<number>
  role: string
  hash: Buffer
  prefix: Generated<string>
  agency: string | null
  label: Generated<string>
  made_by: string | null
  expires_at: Date | null
  revoked_at: Date | null
  last_used_at: Date | null
  created_at: Generated<Date>
}

interface EventTable {
  chain: string
  n: number
  at: Date
  year: number | null
  body: string
  hash: Buffer
  seq: number | null
}

interface EventChainTable {
  chain: string
  n: number
  at: Date
  hash: Buffer
}

interface EventCheckpointTable {
  seq: number
  hash: Buffer
  at: Generated<Date>
}

interface StoredAnswerTable {
  actor: string
  key: string
  fingerprint: Buffer
  started_at: Generated<Date>
  status: number | null
  headers: ColumnType<Record<string, unknown> | null, string | null, string | null>
  body: Buffer | null
}

export interface Database {
  form_cell: FormCellTable
  agency: AgencyTable
  agency_period: AgencyPeriodTable
  agency_ancestor: AgencyAncestorTable
  agency_record: AgencyRecordTable
  clock: ClockTable
  deadline: DeadlineTable
  import: ImportTable
  report: ReportTable
  report_version: ReportVersionTable
  total: TotalTable
  expected: ExpectedTable
  api_key: ApiKeyTable
  document: DocumentTable
  reading: ReadingTable
  event: EventTable
  event_chain: EventChainTable
  event_checkpoint: EventCheckpointTable
  stored_answer: StoredAnswerTable
}
