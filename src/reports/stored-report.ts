import type { Content } from '../form/content.ts'
import type { Status } from './workflow/transitions.ts'

/** The identity of a report. */
export interface ReportId {
  agency: string
  year: number
}

export interface StoredReport {
  agency: string
  year: number
  form: string
  status: Status
  status_since: string
  /** The latest version. */
  version: number | null
  revision: number
  /** Publication time of the version whose content this is; null for a draft. */
  published_at: string | null
  amendment_reason: string | null
  /** Why the report was returned or withdrawn. */
  reason: string | null
  remarks: Record<string, string> | null
  /** In the order of the form's cells: the revision in which the draft's figure was last changed. */
  cell_revisions: number[] | null
  /** Creation time in microseconds: distinguishes the report from a deleted one of the same agency and year. */
  created: number
  content: Content
}
