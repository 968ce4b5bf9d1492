// Reference model of the API: authorization, the life cycle of reports and the expected responses. It uses plain maps
// with one entry per year, for simplicity.
import type { Form } from '../../src/form/form.ts'
import { Forms } from '../../src/forms/forms.ts'
import type { WireTables } from '../support/figures.ts'
import { Model as Totals } from '../totals/model.ts'

/** Years in which agencies may start or move. The first covers all years before 2019, the last 2022 and later. */
export const SLOTS = [0, 2019, 2020, 2021, 2022]
const LATEST = 2022

export interface Standing {
  parent: string | null
  level: string
  kind: string
  reporting: string
}

export interface Caller {
  name: string
  role: 'filer' | 'supervisor' | 'admin' | null
  agency: string
  key: string | null
  id?: number
  revoked?: boolean
}

export interface Said {
  form: string
  tables: WireTables
  sections: Record<string, string>
}

interface Version {
  said: Said
  reason: string | null
  revision: number
  withdrawn: string | null
}

export interface Report {
  status: 'draft' | 'submitted' | 'returned' | 'published' | 'withdrawn'
  revision: number
  said: Said
  versions: Version[]
  amending: string | null
  reason: string | null
  remarks: Record<string, string> | null
}

/** The expected status and, for errors, the problem code. */
export type Outcome = [status: number, code?: string]
type Move = 'submit' | 'return' | 'publish' | 'amend' | 'withdraw'
const FROM: Record<Move, Report['status'][]> = {
  submit: ['draft', 'returned'],
  return: ['submitted'],
  publish: ['submitted'],
  amend: ['published', 'withdrawn'],
  withdraw: ['published']
}
const RANK = [null, 'filer', 'supervisor', 'admin']

const clone = <T>(value: T): T => structuredClone(value)
const same = (a: unknown, b: unknown) => JSON.stringify(ordered(a)) === JSON.stringify(ordered(b))
const ordered = (value: any): any =>
  value === null || typeof value !== 'object'
    ? value
    : Object.fromEntries(Object.keys(value).sort().map(key => [key, ordered(value[key])]))

export class Filing {
  readonly agencies = new Map<string, Map<number, Standing>>()
  /** By `agency year`. */
  readonly reports = new Map<string, Report>()
  readonly events: { agency: string | null, year: number | null, kind: string }[] = []
  readonly callers: Caller[]
  readonly forms: Forms

  constructor (forms: Forms, callers: Caller[]) {
    this.forms = forms
    this.callers = callers
  }

  // ---- authorization ----------------------------------------------------------------------------------------------

  at = (agency: string, year: number): Standing | undefined => this.agencies.get(agency)?.get(year)

  below (agency: string | null, above: string, year: number): boolean {
    for (let at = agency; at !== null && at !== undefined; at = this.at(at, year)?.parent ?? null) {
      if (at === above) return true
    }
    return false
  }

  covers (caller: Caller, agency: string, year = LATEST): boolean {
    if (caller.role === null || caller.revoked) return false
    return caller.agency === '' || agency === caller.agency ||
      (this.at(agency, year) !== undefined && this.below(agency, caller.agency, year))
  }

  /** Authentication and role, which are checked first. */
  refused (caller: Caller, least: 'filer' | 'supervisor' | 'admin'): Outcome | undefined {
    if (caller.revoked) return [401, 'key-invalid']
    if (caller.role === null) return [401, 'key-required']
    return RANK.indexOf(caller.role) < RANK.indexOf(least) ? [403, 'role-insufficient'] : undefined
  }

  refusedAt (caller: Caller, least: 'filer' | 'supervisor', agency: string, year?: number): Outcome | undefined {
    return this.refused(caller, least) ?? (this.covers(caller, agency, year) ? undefined : [403, 'outside-subtree'])
  }

  /** A caller may change an agency only if it is below the caller's own, before and after, in every affected year. */
  refusedStanding (caller: Caller, code: string, change: Partial<Standing>, since: number | null): Outcome | undefined {
    const refused = this.refused(caller, 'supervisor')
    if (refused || caller.agency === '') return refused
    const fine = (parent: string | null | undefined, year: number) =>
      parent !== null && parent !== undefined &&
      (parent === caller.agency || this.at(parent, year) === undefined || this.below(parent, caller.agency, year))
    const known = this.agencies.get(code)
    const first = known && this.at(code, Math.min(...known.keys()))!
    // A change without a year applies to the latest year.
    const years = SLOTS.filter(year => year >= (since ?? (known ? LATEST : 0)))
    const all = years.every(year =>
      known === undefined
        ? fine(change.parent, year)
        : fine((this.at(code, year) ?? first!).parent, year) &&
          (change.parent === undefined || fine(change.parent, year))
    )
    return all ? undefined : [403, 'outside-subtree']
  }

  // ---- agencies ---------------------------------------------------------------------------------------------------

  register (caller: Caller, code: string, standing: Standing, since: number | null): Outcome {
    return this.refusedStanding(caller, code, standing, since) ??
      (this.agencies.has(code) ? [409, 'agency-exists'] : this.place(code, standing, since))
  }

  put (caller: Caller, code: string, standing: Standing, since: number): Outcome {
    return this.refusedStanding(caller, code, standing, since) ?? this.place(code, standing, since)
  }

  change (caller: Caller, code: string, change: Partial<Standing>, since: number): Outcome {
    return this.refusedStanding(caller, code, change, since) ??
      (this.agencies.has(code) ? this.place(code, change, since) : [404, 'agency-not-found'])
  }

  private place (code: string, change: Partial<Standing>, since: number | null): Outcome {
    const before = this.agencies.get(code)
    const first = before === undefined ? change as Standing : before.get(Math.min(...before.keys()))!
    const after = new Map(before)
    for (const year of SLOTS.filter(year => year >= (since ?? 0))) {
      after.set(year, { ...(after.get(year) ?? first), ...change })
    }
    if (change.parent === code) return [422, 'body-invalid']
    this.agencies.set(code, after)
    const fault = this.fault(code, after)
    if (fault !== undefined) {
      if (before === undefined) this.agencies.delete(code)
      else this.agencies.set(code, before)
      return fault
    }
    if (before === undefined) this.note('agency_registered', code, null)
    else if (!same([...after], [...before])) this.note('agency_changed', code, null)
    return [before === undefined ? 201 : 200]
  }

  private fault (code: string, after: Map<number, Standing>): Outcome | undefined {
    for (const [year, { parent }] of [...after].sort(([a], [b]) => a - b)) {
      if (parent === null) continue
      if (!this.agencies.has(parent)) return [422, 'agency-unknown']
      // The service checks by ranges of years, so the model does not predict which of two errors comes first.
      if (this.at(parent, year) === undefined) return [422]
      const seen = new Set([code])
      for (let at: string | null = parent; at !== null; at = this.at(at, year)?.parent ?? null) {
        if (seen.has(at)) return [422]
        seen.add(at)
      }
    }
    return undefined
  }

  // ---- drafts -----------------------------------------------------------------------------------------------------

  create (caller: Caller, agency: string, year: number, sent: Said): Outcome {
    const refused = this.refusedAt(caller, 'filer', agency, year)
    if (refused) return refused
    if (!this.agencies.has(agency)) return [422, 'agency-unknown']
    if (!this.at(agency, year)) return [422, 'agency-not-in-year']
    if (this.reports.has(`${agency} ${year}`)) return [409, 'report-exists']
    this.make(agency, year, sent)
    return [201]
  }

  putReport (caller: Caller, agency: string, year: number, sent: Said, matches: boolean): Outcome {
    const refused = this.refusedAt(caller, 'filer', agency, year)
    if (refused) return refused
    if (!this.agencies.has(agency)) return [404, 'agency-not-found']
    if (!this.at(agency, year)) return [422, 'agency-not-in-year']
    const report = this.reports.get(`${agency} ${year}`)
    if (!matches) return [412, 'precondition-failed']
    if (report === undefined) {
      this.make(agency, year, sent)
      return [201]
    }
    return this.locked(report) ?? this.write(agency, year, report, sent, 200)
  }

  private make (agency: string, year: number, said: Said) {
    this.reports.set(`${agency} ${year}`, {
      status: 'draft',
      revision: 1,
      said: clone(said),
      versions: [],
      amending: null,
      reason: null,
      remarks: null
    })
    this.note('created', agency, year)
  }

  private locked = ({ status }: Report): Outcome | undefined =>
    status === 'draft' || status === 'returned' ? undefined : [409, 'report-locked']

  private write (agency: string, year: number, report: Report, said: Said, status: number): Outcome {
    if (!same(said, report.said)) {
      report.said = clone(said)
      report.revision++
      this.note('changed', agency, year)
    }
    return [status]
  }

  /** Appends, replaces or deletes rows of one table. */
  rows (
    caller: Caller,
    how: 'append' | 'replace' | 'put row' | 'delete row' | 'put table',
    agency: string,
    year: number,
    table: string,
    sent: WireTables[string],
    matches: boolean
  ): Outcome {
    const refused = this.refusedAt(caller, 'filer', agency, year)
    if (refused) return refused
    const report = this.reports.get(`${agency} ${year}`)
    if (report === undefined) return [404, 'report-not-found']
    if (!matches) return [412, 'precondition-failed']
    const locked = this.locked(report)
    if (locked) return locked
    const said = clone(report.said)
    const there = said.tables[table] ?? {}
    const [row] = Object.keys(sent)
    let status = how === 'append' || how === 'replace' ? 201 : how === 'delete row' ? 204 : 200
    if (how === 'append' && Object.keys(sent).some(row => there[row])) return [409, 'row-exists']
    if (how === 'delete row' && !there[row!]) return [404, 'row-not-found']
    if (how === 'put row' && !there[row!]) status = 201
    if (how === 'put table' && Object.keys(there).length === 0 && row !== undefined) status = 201
    if (how === 'delete row') delete there[row!]
    said.tables[table] = how === 'put table' ? sent : how === 'delete row' ? there : { ...there, ...sent }
    if (Object.keys(said.tables[table]).length === 0) delete said.tables[table]
    return this.write(agency, year, report, said, status)
  }

  remove (caller: Caller, agency: string, year: number, matches: boolean): Outcome {
    const refused = this.refusedAt(caller, 'filer', agency, year)
    if (refused) return refused
    const report = this.reports.get(`${agency} ${year}`)
    if (report === undefined) return [404, 'report-not-found']
    if (!matches) return [412, 'precondition-failed']
    if (report.status === 'published' || report.status === 'withdrawn') return [409, 'report-published-before']
    const locked = this.locked(report)
    if (locked) return locked
    this.note('deleted', agency, year)
    const last = report.versions.at(-1)
    if (last === undefined) this.reports.delete(`${agency} ${year}`)
    else {
      const { said, withdrawn } = last
      Object.assign(report, {
        status: withdrawn === null ? 'published' : 'withdrawn',
        revision: report.revision + 1,
        said,
        amending: null,
        reason: withdrawn,
        remarks: null
      })
    }
    return [204]
  }

  // ---- transitions ------------------------------------------------------------------------------------------------

  move (
    caller: Caller,
    move: Move,
    agency: string,
    year: number,
    reason: string,
    remarks: Record<string, string> | null,
    matches: boolean
  ): Outcome {
    const refused = this.refusedAt(caller, move === 'submit' ? 'filer' : 'supervisor', agency, year)
    if (refused) return refused
    const report = this.reports.get(`${agency} ${year}`)
    if (report === undefined) return [404, 'report-not-found']
    if (!matches) return [412, 'precondition-failed']
    const to = {
      submit: 'submitted',
      return: 'returned',
      publish: 'published',
      amend: 'draft',
      withdraw: 'withdrawn'
    } as const
    if ((move === 'submit' || move === 'publish') && report.status === to[move]) return [200]
    if (!FROM[move].includes(report.status)) return [409, 'move-not-allowed']
    const last = report.versions.at(-1)
    if (move === 'submit') {
      if (last !== undefined && last.withdrawn === null && same(last.said, report.said)) {
        return [422, 'amendment-unchanged']
      }
      if (!isSound(this.forms.get(report.said.form), report.said.tables)) return [422, 'checks-failed']
    }
    const { amending, revision } = report
    Object.assign(report, { status: to[move], revision: revision + 1, reason: null, remarks: null })
    if (move === 'return') Object.assign(report, { reason, remarks })
    if (move === 'publish') {
      report.versions.push({ said: clone(report.said), reason: amending, revision: revision + 1, withdrawn: null })
      report.amending = null
    }
    if (move === 'amend') Object.assign(report, { amending: reason, said: clone(last!.said) })
    if (move === 'withdraw') last!.withdrawn = report.reason = reason
    this.note(
      { submit: 'submitted', return: 'returned', publish: 'published', amend: 'amended', withdraw: 'withdrawn' }[move],
      agency,
      year
    )
    return [200]
  }

  // ---- keys -------------------------------------------------------------------------------------------------------

  createKey (caller: Caller, role: 'filer' | 'supervisor' | 'admin', agency: string): Outcome {
    const refused = this.refusedAt(caller, 'supervisor', agency) ?? this.refused(caller, role)
    if (refused) return refused
    if (!this.agencies.has(agency)) return [422, 'agency-unknown']
    this.note('key_created', agency, null)
    return [201]
  }

  revokeKey (caller: Caller, key: Caller): Outcome {
    const refused = this.refused(caller, 'supervisor')
    if (refused) return refused
    if (RANK.indexOf(key.role) > RANK.indexOf(caller.role) || !this.covers(caller, key.agency)) {
      return [404, 'key-not-found']
    }
    if (!key.revoked) this.note('key_revoked', key.agency, null)
    key.revoked = true
    return [204]
  }

  private note (kind: string, agency: string, year: number | null) {
    this.events.push({ kind, agency, year })
  }

  // ---- reads ------------------------------------------------------------------------------------------------------

  /** The working state without `published_at`, which the model cannot predict. */
  working (agency: string, year: number, caller: Caller): Record<string, unknown> | undefined {
    const report = this.reports.get(`${agency} ${year}`)
    if (report === undefined) return undefined
    const { status, revision, said, versions, amending, reason, remarks } = report
    const shown = status === 'published' || status === 'withdrawn'
    const moves = (Object.keys(FROM) as Move[]).filter(move =>
      FROM[move].includes(status) && (move === 'submit' || caller.role !== 'filer')
    )
    const given = { amendment_reason: amending ?? (shown ? versions.at(-1)!.reason : null), reason, remarks }
    return {
      agency,
      year,
      status,
      version: versions.length || null,
      revision,
      ...without(given),
      allowed_transitions: moves,
      ...wire(said)
    }
  }

  version (agency: string, year: number, number: number): object | undefined {
    const version = this.reports.get(`${agency} ${year}`)?.versions[number - 1]
    if (version === undefined) return undefined
    return {
      agency,
      year,
      status: 'published',
      version: number,
      revision: version.revision,
      ...without({ amendment_reason: version.reason }),
      allowed_transitions: [],
      ...wire(version.said)
    }
  }

  public (agency: string, year: number): { status: 200 | 404 | 410, body?: object | undefined } {
    const versions = this.reports.get(`${agency} ${year}`)?.versions ?? []
    if (versions.length === 0) return { status: 404 }
    return versions.at(-1)!.withdrawn === null
      ? { status: 200, body: this.version(agency, year, versions.length) }
      : { status: 410 }
  }

  /** The reports that the caller sees in the list, with their status. */
  listed (caller: Caller): string[] {
    return [...this.reports].flatMap(([at, { status, versions }]) => {
      const [agency, year] = at.split(' ') as [string, string]
      if (this.covers(caller, agency, Number(year))) return [`${at} ${status}`]
      return versions.at(-1)?.withdrawn === null ? [`${at} published`] : []
    }).sort()
  }

  /** The published reports as a totals model. */
  totals (): Totals {
    const totals = new Totals(this.forms)
    for (const [code, standings] of this.agencies) {
      totals.names.set(code, `机关${code}`)
      for (const [year, standing] of standings) if (year > 0) totals.standing.set(`${code} ${year}`, { ...standing })
    }
    for (const [at, { versions }] of this.reports) {
      const last = versions.at(-1)
      if (last !== undefined) totals.published.add(at)
      if (last?.withdrawn === null) totals.reports.set(at, clone({ form: last.said.form, tables: last.said.tables }))
    }
    return totals
  }
}

const without = (members: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null))

function wire ({ form, tables, sections }: Said): object {
  const notes: Record<string, object> = {}
  for (const [table, rows] of Object.entries(tables)) {
    for (const [row, values] of Object.entries(rows)) {
      for (const [column, value] of Object.entries(values)) {
        if (value === null) notes[`${table}.${row}.${column}`] = { state: 'blank', raw: '' }
      }
    }
  }
  return { form, tables, notes, sections }
}

/** Whether every row exists and every total is correct. Tables with totals never contain blanks. */
function isSound (form: Form, tables: WireTables): boolean {
  for (const [id, table] of form.tables) {
    const rows = tables[id] ?? {}
    if (!table.rows.every(row => rows[row.id])) return false
    const figure = (row: string, column: string) => rows[row]![column]!
    const sum = (of: number[]) => of.reduce((a, b) => a + b, 0)
    for (const column of table.columns) {
      for (const row of table.rows.filter(row => row.total_of)) {
        if (figure(row.id, column.id) !== sum(row.total_of!.map(leaf => figure(leaf, column.id)))) return false
      }
      for (const { left, right } of table.definition.identities ?? []) {
        if (sum(left.map(row => figure(row, column.id))) !== sum(right.map(row => figure(row, column.id)))) return false
      }
      if (column.total_of) {
        for (
          const row of table.rows
        ) if (figure(row.id, column.id) !== sum(column.total_of.map(part => figure(row.id, part)))) return false
      }
    }
  }
  return true
}
