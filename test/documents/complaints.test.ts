// Documents that people complained about with similar software, each with the right answer. The files have part two, or
// parts two and three, of a report; 行政处罚 is printed 85 unless something is odd about it.
import { readFile } from 'node:fs/promises'
import t from 'tap'
import { readDocument } from '../../src/documents/read.ts'
import { EXCEL, WORD } from './formats/files.ts'
import { forms } from './reading/report.ts'

const PENALTIES = 'enforcement.administrative_penalties.decisions'
const TYPES: Record<string, string> = { html: 'text/html', docx: WORD, xlsx: EXCEL }

interface Expected {
  /** The figure of 行政处罚, or the state of its cell. */
  penalties?: number | 'unreadable' | 'blank' | 'absent'
  /** The number of cells of part three that are read. */
  requests?: number
  year?: number | null
  /** A step of the figure, and codes of problems. */
  step?: string
  problem?: string
}

const FILES: Record<string, Expected> = {
  'word-superscript-by-style.docx': { penalties: 85, step: 'footnote_mark' },
  'word-struck-by-paragraph-style.docx': { penalties: 'unreadable', problem: 'figure-unreadable' },
  'word-equation-fraction.docx': { penalties: 'unreadable', problem: 'figure-unreadable' },
  'word-table-in-an-altchunk.docx': { penalties: 85 },
  'excel-formula-never-calculated-zero.xlsx': { penalties: 'unreadable', problem: 'figure-unreadable' },
  'excel-formula-with-empty-value.xlsx': { penalties: 'unreadable', problem: 'figure-unreadable' },
  'excel-struck-cell.xlsx': { penalties: 'unreadable', problem: 'figure-unreadable' },
  'excel-zero-shown-as-nothing.xlsx': { penalties: 'blank' },
  'excel-shared-strings-in-other-case.xlsx': { penalties: 85 },
  'html-superscript-by-css.html': { penalties: 85, step: 'footnote_mark' },
  'html-offscreen-digit.html': { penalties: 85 },
  'html-figure-is-a-picture.html': { penalties: 'unreadable', problem: 'figure-unreadable' },
  'html-two-agencies-on-one-page.html': { penalties: 85, problem: 'other-report' },
  'html-title-names-a-range-of-years.html': { penalties: 85, year: null, problem: 'year-not-found' },
  'html-utf8-with-a-stray-byte.html': { penalties: 85 },
  'html-count-with-decimal-zero.html': { penalties: 85, step: 'decimal_zeros' },
  'html-table-continued-with-its-heading.html': { penalties: 85, requests: 175 },
  'html-figures-of-a-row-in-a-nested-table.html': { penalties: 85, requests: 168, problem: 'figures-not-aligned' },
  'html-correction-said-in-the-text.html': { penalties: 85, problem: 'correction-stated' }
}

for (const [file, expected] of Object.entries(FILES)) {
  t.test(file, async t => {
    const bytes = await readFile(new URL(`complaints/${file}`, import.meta.url))
    const { reading } = await readDocument(bytes, TYPES[file.split('.')[1]!]!, forms)
    if ('refused' in reading) return t.fail(`refused: ${reading.refused.map(problem => problem.code).join()}`)
    const cell = reading.form.cells.find(cell => cell.id === PENALTIES)!
    const figure = reading.content.figures[cell.position - 1] ?? null
    t.equal(figure ?? reading.content.notes[PENALTIES]?.state ?? 'absent', expected.penalties)
    if (expected.step !== undefined) t.match(reading.sources[PENALTIES]?.steps, [expected.step])
    if (expected.problem !== undefined) t.ok(reading.problems.some(problem => problem.code === expected.problem))
    if (expected.year !== undefined) t.equal(reading.year, expected.year)
    if (expected.requests !== undefined) {
      const read = reading.form.cells.filter(cell =>
        cell.table === 'requests' && (reading.content.figures[cell.position - 1] ?? null) !== null
      )
      t.equal(read.length, expected.requests)
    }
    if (file === 'html-two-agencies-on-one-page.html') {
      t.notOk(
        reading.form.cells.some(cell =>
          cell.table === 'review_litigation' && (reading.content.figures[cell.position - 1] ?? null) !== null
        )
      )
    }
  })
}
