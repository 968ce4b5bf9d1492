// The table of authorization rules. The service does not start with an operation that is missing here.
import type { Role } from './actor.ts'

/**
 * Where the request names the agency that must be in the caller's subtree: in the path, the query or the body, each
 * with the year if there is one. `standing`: the agency must be in the caller's subtree before and after the change.
 * `registry`: the caller must act for the whole registry.
 * `each`: the operation authorizes every item itself, with `isCovered`, `coverage` or `refuseOutside`.
 */
export type RuleScope = 'path' | 'query' | 'body' | 'standing' | 'registry' | 'each'
export interface Rule {
  minimumRole: Role | 'anyone'
  scope: RuleScope | null
}

const anyone = (of: 'path' | 'each' | null = null): Rule => ({ minimumRole: 'anyone', scope: of })
const reader = (of: RuleScope | null): Rule => ({ minimumRole: 'reader', scope: of })
const filer = (of: RuleScope | null): Rule => ({ minimumRole: 'filer', scope: of })
const supervisor = (of: RuleScope | null): Rule => ({ minimumRole: 'supervisor', scope: of })

/**
 * Rules by operation id. If anyone may read a path, callers whose subtree contains its agency read the working state,
 * and all others what is published.
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
  listRates: anyone(),
  listAgencies: anyone(),
  getAgency: anyone(),
  checkFigures: anyone(),
  readDocument: anyone(),
  readDocumentFile: anyone(),
  getTotals: anyone(),
  getContributions: anyone(),
  getRanking: anyone(),
  exportReports: anyone(),
  exportAgencies: anyone(),
  describeExport: anyone(),
  getCatalog: anyone(),

  registerAgency: supervisor('standing'),
  putAgency: supervisor('standing'),
  changeAgency: supervisor('standing'),

  listReports: anyone('each'),
  listFilings: anyone('each'),
  summarizeFilings: anyone('each'),
  getReport: anyone('path'),
  getTable: anyone('path'),
  getRow: anyone('path'),
  checkReport: anyone('path'),
  reconcileReport: anyone('path'),
  listFindings: anyone('each'),
  summarizeFindings: anyone('each'),
  listVersions: anyone(),
  getVersion: anyone(),
  compareVersions: anyone(),
  getCell: anyone('path'),
  getDocument: anyone('path'),
  getDocumentText: anyone('path'),
  getDeadline: anyone(),
  getTemplate: anyone(),

  createReport: filer('body'),
  putReport: filer('path'),
  draftFromSum: filer('path'),
  deleteReport: filer('path'),
  putTable: filer('path'),
  appendRows: filer('path'),
  putRow: filer('path'),
  changeRow: filer('path'),
  deleteRow: filer('path'),
  importDocument: filer('query'),
  putDocumentFile: filer('query'),
  // An import that publishes also needs the role of publishReport.
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
  publishFilings: supervisor('each'),
  amendReport: supervisor('path'),
  withdrawReport: supervisor('path'),
  putDeadline: supervisor('path'),
  deleteDeadline: supervisor('path'),

  getMe: reader(null),
  listKeys: supervisor('each'),
  createKey: supervisor('body'),
  rotateKey: supervisor('each'),
  revokeKey: supervisor('each'),

  listPublications: anyone(),
  listEvents: reader('each'),
  verifyEvents: { minimumRole: 'admin', scope: 'registry' }
}
