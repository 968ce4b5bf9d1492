// A report that is printed and read again has the same figures, blanks, notes and texts. The reader may doubt a figure
// beside a blank or a text that it cannot read, if the row does not add up; it never takes it for another. OUTPUT_RUNS
// sets the number of reports; OUTPUT_SEED replays one.
import t from 'tap'
import { readDocument } from '../../src/documents/read.ts'
import { type Content, emptyContent, rowCells, setFigure } from '../../src/form/content.ts'
import type { Note } from '../../src/form/figures.ts'
import type { Cell, Form } from '../../src/form/form.ts'
import { printReport, titleOf } from '../../src/outputs/printed/print-report.ts'
import { DOCUMENT_FORMATS, writeDocument } from '../../src/outputs/write-document.ts'
import { type Random, randomFrom } from '../documents/reading/random.ts'
import { forms, randomReport } from '../documents/reading/report.ts'
import { runsOf } from '../support/runs.ts'

const runs = runsOf('OUTPUT_RUNS', 12, 400)
const onlySeed = process.env['OUTPUT_SEED']
const seeds = onlySeed === undefined ? Array.from({ length: runs }, (_, i) => i + 1) : [Number(onlySeed)]

const TYPES = { html: 'text/html', docx: '', xlsx: '', markdown: 'text/markdown' }

/** Share of the cells. A blank between the bars of a text may be a figure that is lost. */
const DOUBTED = { html: 0.01, docx: 0.01, xlsx: 0.01, markdown: 0.2 }

const NOTES: Note[] = [
  { state: 'blank', raw: '' },
  { state: 'not_applicable', raw: '/' },
  { state: 'not_applicable', raw: '—' }
]
const UNREADABLE: Note[] = [{ state: 'unreadable', raw: '1O' }, { state: 'unreadable', raw: '约3件 <b>&' }, {
  state: 'unreadable',
  raw: '12'
}]

/** A report that satisfies the checks, in which cells are blank, marked or unreadable and rows are missing. */
function randomContent (random: Random): { form: Form, year: number, agency: string, content: Content } {
  const { form, year, agency, figures, texts } = randomReport(random)
  const content = emptyContent(form)
  const notes = random.chance(0.3) ? [...NOTES, ...UNREADABLE] : NOTES
  const share = random.pick([0, 0, 0.02, 0.3])
  const dropped = random.pick([0, 0, 0.03])
  const fill = (cell: Cell) => {
    const figure = Math.round(figures.get(cell.id)! * cell.scale)
    if (!random.chance(share)) return setFigure(content, cell, figure)
    const unit: Note[] = cell.unit === '元' ? [{ state: 'unit_unknown', raw: '251000' }] : []
    setFigure(content, cell, null, random.pick([...notes, ...unit]))
  }
  for (const table of form.tables.values()) {
    for (const row of table.rows) if (!random.chance(dropped)) rowCells(table, row.id).forEach(fill)
  }
  for (const [id, lines] of Object.entries(texts)) content.sections[id] = lines.join('\n')
  content.sections['other_matters'] += random.pick([
    '',
    '\n=1+1 <script>alert(1)</script> & "引号" | 竖线',
    '\n- 一是加强培训。'
  ])
  return { form, year, agency, content }
}

/** An unreadable text may have words of explanation in front of it. */
function isSameCell ({ id, position }: Cell, a: Content, b: Content): boolean {
  const [one, other] = [a.notes[id], b.notes[id]]
  return (a.figures[position - 1] ?? null) === b.figures[position - 1] && one?.state === other?.state &&
    (one === undefined || one.raw.endsWith(other!.raw))
}

/** The reader takes the source text of Markdown as it stands, with its backslashes. */
const unescaped = (content: object): unknown =>
  JSON.parse(JSON.stringify(content).replace(/\\\\([<>|[\]*_#+~`-])/g, '$1'))

for (const format of DOCUMENT_FORMATS) {
  t.test(`${format}: reading it gives the report`, async t => {
    let doubted = 0
    let all = 0
    for (const seed of seeds) {
      const { form, year, agency, content } = randomContent(randomFrom(seed))
      const report = printReport(form, content, { title: titleOf(agency, year), notes: ['第1版，2026年1月15日发布'] })
      const written = await writeDocument(format, report)
      const { reading } = await readDocument(Buffer.from(written), TYPES[format], forms)
      if ('refused' in reading) {
        t.fail(`seed ${seed}: refused`, { refused: reading.refused })
        continue
      }
      t.same([reading.form.id, reading.year, reading.agency_name], [form.id, year, agency], `seed ${seed}`)
      const different = form.cells.filter(cell => !isSameCell(cell, reading.content, content))
      const isDoubted = ({ id }: Cell) => reading.content.notes[id]?.state === 'unreadable'
      const isWhole = Object.keys(content.notes).length === 0
      t.same(different.filter(cell => isWhole || !isDoubted(cell)).map(({ id }) => id), [], `seed ${seed}: cells`)
      doubted += different.length
      all += form.cells.length
      t.same(format === 'markdown' ? unescaped(reading.content.sections) : reading.content.sections, content.sections)
    }
    t.ok(doubted <= all * DOUBTED[format], `${doubted} of ${all} cells are doubted`)
  })
}
