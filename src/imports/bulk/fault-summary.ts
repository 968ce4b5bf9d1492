// Counts all faults of a file and keeps the first of each kind.
import type { Fault } from '../../problems/fault.ts'
import { formatDetail } from '../../problems/format.ts'
import { Problem } from '../../problems/problem.ts'

/** `code` is the problem code that a request for this record alone would get. */
export interface LineFault extends Fault {
  line: number
  code?: string
  check?: string
}

/** Maximum number of faults kept: of one kind, and in all. */
const MAX_FAULTS_OF_A_KIND = 10
const MAX_FAULTS = 100
const MAX_KINDS = 100

export interface Kind {
  code?: string
  check?: string
  pointer?: string
  column?: string
  expected: Fault['expected']
  count: number
  lines: number[]
}

export class Faults {
  readonly shown: LineFault[] = []
  readonly kinds = new Map<string, Kind>()
  count = 0

  add (fault: LineFault): void {
    this.count++
    const { line, code, check, pointer, column, expected } = fault
    const key = [code ?? expected.en, check, pointer, column].join(' ')
    let kind = this.kinds.get(key)
    if (kind === undefined) {
      kind = {
        ...(code === undefined ? {} : { code }),
        ...(check === undefined ? {} : { check }),
        ...(pointer === undefined ? {} : { pointer }),
        ...(column === undefined ? {} : { column }),
        expected,
        count: 0,
        lines: []
      }
      if (this.kinds.size < MAX_KINDS) this.kinds.set(key, kind)
    }
    kind.count++
    if (kind.lines.length < MAX_FAULTS_OF_A_KIND) kind.lines.push(line)
    if (kind.count <= MAX_FAULTS_OF_A_KIND && this.shown.length < MAX_FAULTS) this.shown.push(fault)
  }
}

/** Converts a problem to faults of its line. Rethrows other errors, and problems with status 500 or above. */
export function faultsOfProblem (line: number, error: unknown): LineFault[] {
  if (!(error instanceof Problem) || error.status >= 500) throw error
  const { code, errors } = error
  if (code === 'body-invalid') return errors.map(fault => ({ ...fault, line: fault.line ?? line }))
  const [first] = errors
  return [{ ...(first ?? {}), line, code, expected: formatDetail(error) }]
}
