// Who may do what: the one table. An operation that is not in it does not start.
import type { Role } from './actor.ts'

/**
 * Where the agency stands whose subtree must be the caller's: in the path, the query or the body, each with the year if
 * there is one. `standing`: an agency in the tree, which must stand below the caller's before and after the change.
 * `each`: of every item the operation asks for itself, by `isCovered`, `coverage` or `refuseOutside`.
 */
export type RuleScope = 'path' | 'query' | 'body' | 'standing' | 'each'
export interface Rule {
  minimumRole: Role | 'anyone'
  scope: RuleScope | null
}

const anyone = (of: 'path' | 'each' | null = null): Rule => ({ minimumRole: 'anyone', scope: of })
const filer = (of: RuleScope | null): Rule => ({ minimumRole: 'filer', scope: of })
const supervisor = (of: RuleScope | null): Rule => ({ minimumRole: 'supervisor', scope: of })

/**
 * By operation id. What anyone may read of a path is, for those whose subtree it is in, the working state; for all
 * others what is published.
 */
export const RULES: Record<string, Rule> = {
  isLive: anyone(),
  isReady: anyone(),
  getMetrics: anyone(),
  listProblems: anyone(),
  explainProblem: anyone(),
  getOpenapiJson: anyone(),
  getOpenapiYaml: anyone(),

  listForms: anyone(),
  getForm: anyone(),
  listAgencies: anyone(),
  getAgency: anyone(),
  checkFigures: anyone(),
  getTotals: anyone(),

  registerAgency: supervisor('standing'),
  putAgency: supervisor('standing'),
  changeAgency: supervisor('standing'),

  listReports: anyone('each'),
  getReport: anyone('path'),
  getTable: anyone('path'),
  getRow: anyone('path'),
  checkReport: anyone('path'),
  listVersions: anyone(),
  getVersion: anyone(),
  compareVersions: anyone(),
  getCell: anyone('path'),
  getDocument: anyone('path'),
  getDocumentText: anyone('path'),
  getDeadline: anyone(),

  createReport: filer('body'),
  putReport: filer('path'),
  deleteReport: filer('path'),
  putTable: filer('path'),
  appendRows: filer('path'),
  putRow: filer('path'),
  deleteRow: filer('path'),
  importDocument: filer('query'),
  // To publish, an import needs what publishReport needs.
  importReports: filer('each'),
  putReportsFile: filer('each'),
  getImport: filer('each'),
  cancelImport: filer('each'),
  getImportRejects: filer('each'),
  importAgencies: supervisor('each'),
  putAgenciesFile: supervisor('each'),

  submitReport: filer('path'),
  returnReport: supervisor('path'),
  publishReport: supervisor('path'),
  amendReport: supervisor('path'),
  withdrawReport: supervisor('path'),
  putDeadline: supervisor('path'),
  deleteDeadline: supervisor('path'),

  getMe: filer(null),
  listKeys: supervisor('each'),
  createKey: supervisor('body'),
  rotateKey: supervisor('each'),
  revokeKey: supervisor('each'),

  listEvents: filer('each'),
  verifyEvents: { minimumRole: 'admin', scope: null }
}
