// Compares a reading with the printed figures, and checks its sources and counts.
import { type Document, slice } from '../../../src/documents/document.ts'
import { readDocument } from '../../../src/documents/read.ts'
import type { Reading, Refusal } from '../../../src/documents/reading/reading.ts'
import type { Expected } from './page.ts'
import { forms } from './report.ts'
import type { Rendered } from './styles/style.ts'

export interface Finding {
  cell: string
  expected: Expected | 'not printed'
  got: number | null
  raw: string
  code: string
}

export interface Judgement {
  /** Read, and not what is printed. */
  wrong: Finding[]
  /** Printed, and not read. */
  missed: Finding[]
  /** Blank or not applicable, but with another state in the reading. */
  unclear: Finding[]
  /** Inconsistencies of spans and counts. */
  faults: string[]
  printed: number
}

export const isRefusal = (answer: Reading | Refusal): answer is Refusal => 'refused' in answer

export async function read (rendered: Rendered): Promise<{ document: Document, answer: Reading | Refusal }> {
  const { document, reading } = await readDocument(rendered.bytes, rendered.contentType, forms)
  return { document, answer: reading }
}

/** Figures by cell id in the form's units; blanks are left out. */
export function figuresOf (answer: Reading | Refusal): Map<string, number> {
  if (isRefusal(answer)) return new Map()
  return new Map(answer.form.cells.flatMap(cell => {
    const figure = answer.content.figures[cell.position - 1] ?? null
    return figure === null ? [] : [[cell.id, figure / cell.scale]]
  }))
}

/** `expected` has the cells that are printed. */
export function judge (document: Document, answer: Reading | Refusal, expected: Map<string, Expected>): Judgement {
  const judgement: Judgement = { wrong: [], missed: [], unclear: [], faults: faultsOf(document, answer), printed: 0 }
  const figures = figuresOf(answer)
  for (const [cell, got] of figures) {
    if (expected.get(cell) !== got) {
      judgement.wrong.push(finding(answer, cell, expected.get(cell) ?? 'not printed', got))
    }
  }
  for (const [cell, wanted] of expected) {
    if (typeof wanted === 'number') {
      judgement.printed++
      if (!figures.has(cell)) judgement.missed.push(finding(answer, cell, wanted, null))
    } else if (
      !figures.has(cell) && wanted !== 'heading' && !isRefusal(answer) && answer.content.notes[cell]?.state !== wanted
    ) {
      judgement.unclear.push(finding(answer, cell, wanted, null))
    }
  }
  return judgement
}

function finding (answer: Reading | Refusal, cell: string, expected: Finding['expected'], got: number | null): Finding {
  const of = { cell, expected, got }
  if (isRefusal(answer)) {
    return {
      ...of,
      raw: '',
      code: `refused: ${answer.refused.map(problem => problem.code).join()}`
    }
  }
  const [table, row, column] = cell.split('.')
  const about = answer.problems.filter(problem =>
    problem.table === table && (problem.row ?? row) === row && (problem.column ?? column) === column
  )
  return {
    ...of,
    raw: answer.sources[cell]?.raw ?? about[0]?.raw ?? '',
    code: about.map(problem => problem.code).join() || (answer.content.notes[cell]?.state ?? 'absent')
  }
}

/** Checks that each figure has a source, that the spans of sources give their raw text, and that the counts add up. */
export function faultsOf (document: Document, answer: Reading | Refusal): string[] {
  if (isRefusal(answer)) return answer.refused.length > 0 ? [] : ['a refusal without a reason']
  const faults: string[] = []
  for (const [id, source] of Object.entries(answer.sources)) {
    const line = document.lines[source.line - 1]
    if (slice(document, source) !== source.raw) {
      faults.push(
        `${id}: the span gives ${JSON.stringify(slice(document, source))}, raw is ${JSON.stringify(source.raw)}`
      )
    }
    if (line === undefined || source.start < line.start) {
      faults.push(`${id}: the span does not begin in line ${source.line}`)
    }
    if (!answer.form.cell.has(id)) faults.push(`${id}: no cell of the form`)
  }
  for (const id of figuresOf(answer).keys()) {
    if (answer.sources[id] === undefined) faults.push(`${id}: read from nowhere`)
  }
  const counted = Object.values(answer.cells).reduce((sum, count) => sum + count, 0)
  if (counted !== answer.form.cells.length) faults.push(`cells add to ${counted} of ${answer.form.cells.length}`)
  if (answer.cells.read !== figuresOf(answer).size) {
    faults.push(`${answer.cells.read} cells are said to be read, ${figuresOf(answer).size} have a figure`)
  }
  return faults
}

export const summarize = (style: string, seed: number, { cell, expected, got, raw, code }: Finding) =>
  `${style} ${seed}: ${cell} is ${expected}, read ${got ?? 'nothing'}${
    raw === '' ? '' : ` from ${JSON.stringify(raw)}`
  } (${code})`
