// Properties of every format: each cell is found in its place, and slicing the text by its span gives its text.
import fc from 'fast-check'
import assert from 'node:assert/strict'
import t from 'tap'
import { type Document, slice } from '../../../src/documents/document.ts'
import { UnreadableFile } from '../../../src/documents/formats/unreadable-file.ts'
import { runsOf } from '../../support/runs.ts'
import { columnName, docx, escape, excelParts, extract, linesOf, p, row, sheet, tbl, wordParts, zip } from './files.ts'

interface Placed {
  top: number
  left: number
  height: number
  width: number
  text: string
}

interface Grid {
  cells: Placed[]
  height: number
  width: number
}

/** Any characters, but only white space that no format changes: single spaces, none at the ends. */
const text = fc.oneof(
  fc.integer({ min: -10, max: 10 ** 12 }).map(String),
  fc.constantFrom('', '一、本年新收', '0?', '\u00a0', '1,234', 'a | b', '<b>&amp;"', '件\u3000数', '🀄', '/'),
  fc.string({ unit: 'grapheme', maxLength: 12 })
).map(raw =>
  [...raw.toWellFormed()].filter(character => character > ' ' && !'\x7F\uFFFE\uFFFF'.includes(character)).join('')
)

/** A grid with randomly merged cells: exactly one cell covers each place. */
const grids: fc.Arbitrary<Grid> = fc.record({
  height: fc.integer({ min: 1, max: 6 }),
  width: fc.integer({ min: 2, max: 6 }),
  cells: fc.array(fc.record({ height: fc.constantFrom(1, 1, 1, 2, 3), width: fc.constantFrom(1, 1, 1, 2, 3), text }), {
    minLength: 36,
    maxLength: 36
  })
}).map(({ height, width, cells }) => {
  const taken = new Set<number>()
  const placed: Placed[] = []
  const isFree = (top: number, left: number, cell: { height: number, width: number }) =>
    top + cell.height <= height && left + cell.width <= width &&
    Array.from(
      { length: cell.height * cell.width },
      (_, i) => (top + Math.floor(i / cell.width)) * width + left + i % cell.width
    ).every(at => !taken.has(at))
  for (let at = 0; at < height * width; at++) {
    if (taken.has(at)) continue
    const [top, left] = [Math.floor(at / width), at % width]
    const drawn = cells[at]!
    const size = isFree(top, left, drawn) ? drawn : { height: 1, width: 1 }
    for (let y = 0; y < size.height; y++) for (let x = 0; x < size.width; x++) taken.add(at + y * width + x)
    placed.push({ top, left, height: size.height, width: size.width, text: drawn.text })
  }
  return { cells: placed, height, width }
})

const rowsOf = (grid: Grid) =>
  Array.from({ length: grid.height }, (_, top) => grid.cells.filter(cell => cell.top === top))

const html = (grid: Grid) =>
  `<table>${
    rowsOf(grid).map(cells =>
      `<tr>${
        cells.map(cell => `<td rowspan=${cell.height} colspan=${cell.width}>${escape(cell.text)}</td>`).join('')
      }</tr>`
    ).join('')
  }</table>`

const wordTable = (grid: Grid) =>
  tbl(
    ...Array.from({ length: grid.height }, (_, y) =>
      `<w:tr>${
        grid.cells.filter(cell =>
          cell.top <= y && y < cell.top + cell.height
        ).sort((a, b) => a.left - b.left)
          .map(cell =>
            `<w:tc><w:tcPr><w:gridSpan w:val="${cell.width}"/>${
              cell.height === 1 ? '' : cell.top === y ? '<w:vMerge w:val="restart"/>' : '<w:vMerge/>'
            }</w:tcPr>${p(`<w:r><w:t>${escape(cell.top === y ? cell.text : '')}</w:t></w:r>`)}</w:tc>`
          ).join('')
      }</w:tr>`)
  )

const excelRows = (grid: Grid) =>
  rowsOf(grid).map((cells, y) =>
    row(
      y + 1,
      cells.filter(cell => cell.text !== '').map(cell =>
        `<c r="${columnName(cell.left)}${y + 1}" t="inlineStr"><is><t>${escape(cell.text)}</t></is></c>`
      ).join('')
    )
  ).join('')
const merges = (grid: Grid) =>
  `<mergeCells>${
    grid.cells.filter(cell => cell.height * cell.width > 1).map(cell =>
      `<mergeCell ref="${columnName(cell.left)}${cell.top + 1}:${columnName(cell.left + cell.width - 1)}${
        cell.top + cell.height
      }"/>`
    ).join('')
  }</mergeCells>`

/** Checks the contract of Document; returns the first violation. */
function faultOf (document: Document): string | null {
  const { text, lines } = document
  if (text !== text.toWellFormed() || text.includes('\0')) return 'characters that cannot be kept'
  if (lines.length > 0 && text.split('\n').length !== lines.length) return 'the lines are not the lines of the text'
  let end = -1
  for (const [i, line] of lines.entries()) {
    if (line.start !== end + 1 || line.end < line.start || slice(document, line).includes('\n')) return `line ${i}`
    end = line.end
    let at = line.start
    let column = -1
    for (const field of line.fields ?? []) {
      if (field.start < at || field.end < field.start || field.end > line.end) {
        return `a field of line ${i} lies outside`
      }
      if (field.column <= column || field.width < 1) return `the columns of line ${i}`
      at = field.end
      column = field.column
    }
  }
  return end === text.length || lines.length === 0 ? null : 'text behind the last line'
}

const isTable = (grid: Grid) => grid.cells.length > 1

t.test('a grid survives HTML and Word unchanged', async () => {
  await fc.assert(
    fc.asyncProperty(grids.filter(isTable), async grid => {
      const expected = rowsOf(grid).filter(cells => cells.length > 0).map(cells =>
        cells.map(({ left, width, text }) => width === 1 ? [left, text] : [left, text, width])
      )
      for (
        const [name, file] of [['html', Buffer.from(`<meta charset=utf-8>${html(grid)}`)], [
          'word',
          docx(wordTable(grid))
        ]] as const
      ) {
        const document = await extract(file, name === 'html' ? 'text/html' : '')
        assert.equal(faultOf(document), null, name)
        assert.deepEqual(linesOf(document), expected, name)
      }
    }),
    { numRuns: 80 }
  )
})

t.test('a grid survives Excel with each text in its place', async () => {
  await fc.assert(
    fc.asyncProperty(grids.filter(grid => grid.cells.some(cell => cell.text !== '')), async grid => {
      const document = await extract(sheet(excelRows(grid), merges(grid)))
      assert.equal(faultOf(document), null)
      const found = document.lines.flatMap(line =>
        line.fields?.map(field => [line.grid!.row - 1, field.column, slice(document, field)]) ?? []
      ).filter(([, , text]) => text !== '')
      assert.deepEqual(
        found,
        grid.cells.filter(cell => cell.text !== '').map(({ top, left, text }) => [top, left, text])
      )
    }),
    { numRuns: 80 }
  )
})

t.test('the fields of text with bars are the texts between them', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(text.map(raw => raw.replaceAll(/[|｜│┃\s\u0085]/gu, '')), { minLength: 1, maxLength: 8 }), {
        minLength: 1,
        maxLength: 10
      }),
      async rows => {
        const document = await extract(
          `${rows.map(cells => cells.map(cell => `${cell} |`).join(' ')).join('\n')}\n`,
          'text/plain'
        )
        assert.equal(faultOf(document), null)
      }
    ),
    { numRuns: 80 }
  )
})

/** Real files with pieces removed, duplicated or moved. */
const mangled = (xml: string) =>
  fc.array(
    fc.tuple(
      fc.nat(xml.length),
      fc.nat(40),
      fc.nat(xml.length),
      fc.constantFrom('', '<w:p>', '</w:tc>', '<c r="B2"/>', '&#0;', '"', ']]>', '<td rowspan=0>')
    ),
    { minLength: 1, maxLength: 5 }
  )
    .map(edits =>
      edits.reduce(
        (xml, [at, length, from, more]) =>
          xml.slice(0, at) + more + xml.slice(from, from + length) + xml.slice(at + length),
        xml
      )
    )

t.test('any bytes give a valid document or a rejection', async t => {
  const word = wordParts(
    tbl(
      '<w:tr><w:trPr><w:gridBefore w:val="1"/></w:trPr><w:tc><w:tcPr><w:gridSpan w:val="2"/><w:vMerge/></w:tcPr><w:p><w:pPr><w:pStyle w:val="A"/></w:pPr><w:r><w:rPr><w:vanish/></w:rPr><w:t>1</w:t><w:br/></w:r></w:p></w:tc></w:tr>'
    ) +
      '<mc:AlternateContent><mc:Choice><w:p><w:txbxContent><w:p/></w:txbxContent></w:p></mc:Choice></mc:AlternateContent>'
  )
  const excel = excelParts([{
    cols: '<cols><col min="1" max="2" hidden="1"/></cols>',
    rows: row(1, '<c r="A1" t="s"><v>0</v></c><c r="B1" s="1"><f>A1</f><v>1.5</v></c>', ' hidden="1"'),
    after: '<mergeCells><mergeCell ref="A1:B2"/></mergeCells>'
  }], {
    strings: '<si><r><t>1</t></r><rPh/></si>',
    styles: '<numFmts><numFmt numFmtId="170" formatCode="0.00,"/></numFmts><cellXfs><xf/><xf numFmtId="170"/></cellXfs>'
  })
  const files = fc.oneof(
    mangled(word['word/document.xml']!).map(xml => zip({ ...word, 'word/document.xml': xml })),
    fc.constantFrom(...Object.keys(excel)).chain(name =>
      mangled(excel[name]!).map(xml => zip({ ...excel, [name]: xml }))
    ),
    mangled(
      '<table><tr><td rowspan=2 colspan=3>1<p>2</td><th><table><tr><td><pre>\n1\n</pre></table></tr><select><option>1</select></table><svg><title>x</title></svg>'
    ).map(html => Buffer.from(`<html>${html}`)),
    fc.uint8Array({ maxLength: 200 }).map(bytes => Buffer.from(bytes)),
    fc.string({ unit: 'binary', maxLength: 200 }).map(text => Buffer.from(text.toWellFormed(), 'utf16le')),
    fc.string({ unit: 'binary', maxLength: 200 }).map(text => Buffer.from(text.toWellFormed()))
  )
  const outcomes = { read: 0, refused: 0 }
  await fc.assert(
    fc.asyncProperty(
      files,
      fc.constantFrom('', 'text/plain', 'text/html', 'application/xhtml+xml', 'text/plain; charset=utf-16'),
      async (file, type) => {
        try {
          assert.equal(faultOf(await extract(file, type)), null)
          outcomes.read++
        } catch (error) {
          if (!(error instanceof UnreadableFile)) throw error
          assert.match(error.reason.zh, /[一-鿿].*。$/)
          assert.match(error.reason.en, /^[A-Z].*\.$/)
          outcomes.refused++
        }
      }
    ),
    { numRuns: runsOf('READING_RUNS', 250, 2000) }
  )
  t.ok(outcomes.read > 40 && outcomes.refused > 40, JSON.stringify(outcomes))
})
