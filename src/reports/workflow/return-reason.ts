// Reads why a report is returned: a reason, and remarks on what to correct in single cells.
import type { Form } from '../../form/form.ts'
import { LINES, LINES_NOT_BLANK, PATTERN_TEXTS } from '../../http/schemas.ts'
import { atPointer, type Fault, isObject } from '../../problems/fault.ts'
import { throwIfFaults } from '../../problems/problem.ts'

export const MAX_REASON_LENGTH = 2000
export const MAX_REMARK_LENGTH = 500

const SHAPE = {
  en: '{"requests.granted.total": "…"} or [{"cell": "requests.granted.total", "remark": "…"}]',
  zh: '{"requests.granted.total": "…"} 或 [{"cell": "requests.granted.total", "remark": "…"}]'
}

/** A remark, and where it names its cell. */
interface Remark {
  cell: unknown
  text: unknown
  atCell: Partial<Fault>
  atText: Partial<Fault>
}

export interface ReturnReason {
  reason: string
  remarks: { cell: string, text: string, atCell: Partial<Fault> }[]
}

/** Parses an object of remarks by cell id, or an array of `{cell, remark}`. Throws `body-invalid` with all faults. */
export function readReturnReason ({ reason, remarks }: { reason: unknown, remarks?: unknown }): ReturnReason {
  const faults = [...textFaults(reason, { pointer: '/reason' }, LINES_NOT_BLANK, MAX_REASON_LENGTH)]
  const read = readRemarks(remarks, faults)
  for (const [i, { cell, text, atCell, atText }] of read.entries()) {
    if (typeof cell !== 'string') {
      faults.push({ ...atCell, found: cell, expected: { en: 'the id of a cell', zh: '单元格编号' } })
    } else if (read.findIndex(other => other.cell === cell) < i) {
      faults.push({ ...atCell, found: cell, expected: { en: 'each cell once', zh: '每个单元格只出现一次' } })
    }
    faults.push(...textFaults(text, atText, LINES, MAX_REMARK_LENGTH))
  }
  throwIfFaults('body-invalid', faults)
  return { reason, remarks: read } as ReturnReason
}

/** Returns the remarks by cell. Throws `body-invalid` if the form does not have the cells. */
export function remarksOn (form: Form, { remarks }: ReturnReason): Record<string, string> {
  throwIfFaults(
    'body-invalid',
    remarks.filter(({ cell }) => !form.cell.has(cell)).map(({ cell, atCell }): Fault => ({
      ...atCell,
      found: cell,
      expected: { en: `a cell of the form ${form.id}`, zh: `${form.id} 版格式中的单元格` },
      candidates: [...form.cell.keys()]
    }))
  )
  return Object.fromEntries(remarks.map(({ cell, text }) => [cell, text]))
}

function readRemarks (given: unknown, faults: Fault[]): Remark[] {
  const place = atPointer('/remarks')
  if (Array.isArray(given)) {
    return given.flatMap((item, i): Remark[] => {
      const at = atPointer(place(String(i)).pointer!)
      if (isObject(item) && Object.keys(item).every(name => name === 'cell' || name === 'remark')) {
        return [{ cell: item.cell, text: item.remark, atCell: at('cell'), atText: at('remark') }]
      }
      faults.push({ ...at(), found: item, expected: SHAPE })
      return []
    })
  }
  if (isObject(given)) {
    return Object.entries(given).map(([cell, text]) => ({ cell, text, atCell: place(cell), atText: place(cell) }))
  }
  if (given !== undefined) faults.push({ ...place(), found: given, expected: SHAPE })
  return []
}

function textFaults (text: unknown, at: Partial<Fault>, pattern: string, most: number): Fault[] {
  if (typeof text === 'string' && text.length > most) {
    return [{ ...at, found: text, expected: { en: `at most ${most} characters`, zh: `不超过 ${most} 字` } }]
  }
  const isText = typeof text === 'string' && text !== '' && new RegExp(pattern, 'u').test(text)
  return isText ? [] : [{ ...at, found: text, expected: PATTERN_TEXTS[pattern]! }]
}
