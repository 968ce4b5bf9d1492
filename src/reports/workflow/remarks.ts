// Reads the remarks with which a report is returned: what to correct, by cell.
import type { Form } from '../../form/form.ts'
import { LINES } from '../../http/schemas.ts'
import { atPointer, type Fault, isObject } from '../../problems/fault.ts'
import { throwIfFaults } from '../../problems/problem.ts'

export const MAX_REMARK_LENGTH = 500

const TEXT = new RegExp(LINES, 'u')
const SHAPE = {
  en: '{"requests.granted.total": "…"} or [{"cell": "requests.granted.total", "remark": "…"}]',
  zh: '{"requests.granted.total": "…"} 或 [{"cell": "requests.granted.total", "remark": "…"}]'
}

/** Parses an object of remarks by cell id, or an array of `{cell, remark}`. Throws `body-invalid` with all faults. */
export function readRemarks (form: Form, given: unknown): Record<string, string> {
  const faults: Fault[] = []
  const remarks: Record<string, string> = {}
  const add = (cell: unknown, at: { cell: Partial<Fault>, remark: Partial<Fault> }, remark: unknown) => {
    if (typeof cell !== 'string' || !form.cell.has(cell)) {
      faults.push({
        ...at.cell,
        found: cell,
        expected: { en: `a cell of the form ${form.id}`, zh: `${form.id} 版格式中的单元格` },
        candidates: [...form.cell.keys()]
      })
    } else if (cell in remarks) {
      faults.push({ ...at.cell, found: cell, expected: { en: 'each cell once', zh: '每个单元格只出现一次' } })
    }
    if (typeof remark !== 'string' || remark.length === 0 || remark.length > MAX_REMARK_LENGTH || !TEXT.test(remark)) {
      faults.push({
        ...at.remark,
        found: remark,
        expected: {
          en: `what is to be corrected there, in 1 to ${MAX_REMARK_LENGTH} characters`,
          zh: `需更正的内容，1 至 ${MAX_REMARK_LENGTH} 字`
        }
      })
    }
    remarks[String(cell)] = String(remark)
  }
  const place = atPointer('/remarks')
  if (Array.isArray(given)) {
    for (const [i, item] of given.entries()) {
      const at = atPointer(place(String(i)).pointer!)
      if (!isObject(item) || Object.keys(item).some(name => name !== 'cell' && name !== 'remark')) {
        faults.push({ ...at(), found: item, expected: SHAPE })
      } else add(item.cell, { cell: at('cell'), remark: at('remark') }, item.remark)
    }
  } else if (isObject(given)) {
    for (const [cell, remark] of Object.entries(given)) add(cell, { cell: place(cell), remark: place(cell) }, remark)
  } else if (given !== undefined) {
    faults.push({ ...place(), found: given, expected: SHAPE })
  }
  throwIfFaults('body-invalid', faults)
  return remarks
}
