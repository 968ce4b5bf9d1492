// Files that exceed a limit: rejected quickly, with the name and value of the limit.
import t from 'tap'
import { LIMITS } from '../../../src/documents/formats/limits.ts'
import { docx, extract, inline, p, refusal, row, sheet, tbl, tc, timed, tr } from './files.ts'

const html = (content: string) => [content, 'text/html'] as const
const text = (content: string) => [content, 'text/plain'] as const
const file = (content: Buffer) => [content, ''] as const
const DEEP = /^The elements of the file are nested too deep\.$/

t.test('the error names the limit and its value', async t => {
  const cases: Record<string, [readonly [string | Buffer, string], string | RegExp]> = {
    'characters of text': [text('长'.repeat(LIMITS.characters + 1)), 'More than 4000000 characters of text.'],
    'characters of a page': [
      html(`<p>${'长'.repeat(LIMITS.characters + 1)}</p>`),
      'More than 4000000 characters of text.'
    ],
    'lines of text': [text('x\n'.repeat(LIMITS.lines)), 'More than 100000 lines.'],
    'lines of a page': [html('<p>x'.repeat(LIMITS.lines + 1)), 'More than 100000 lines.'],
    'lines of Word': [file(docx(p('x').repeat(LIMITS.lines + 1))), 'More than 100000 lines.'],
    'rows of Excel': [
      file(sheet(Array.from({ length: LIMITS.lines + 1 }, (_, i) => row(i + 1, '<c><v>1</v></c>')).join(''))),
      'More than 100000 lines.'
    ],
    'cells of text': [text(`${'a | 1 | 2 |'.padEnd(60, ' 1 |')}\n`.repeat(15_000)), 'More than 200000 cells.'],
    'cells of a page': [html(`<table>${`<tr>${'<td>1'.repeat(10)}`.repeat(20_001)}`), 'More than 200000 cells.'],
    'cells of Word': [file(docx(tbl(tr(...Array<string>(10).fill('1')).repeat(20_001)))), 'More than 200000 cells.'],
    'cells of Excel': [
      file(sheet(Array.from({ length: 201 }, (_, i) => row(i + 1, '<c><v>1</v></c>'.repeat(1000))).join(''))),
      'More than 200000 cells.'
    ],
    'cells in a row of text': [text(`a${' | 1'.repeat(990)} | ${'|'.repeat(20)}`), 'More than 1000 cells in one row.'],
    'cells in a row of a page': [html(`<table><tr>${'<td>1'.repeat(1001)}`), 'More than 1000 cells in one row.'],
    'cells in a row of Word': [
      file(docx(tbl(tr(...Array<string>(1001).fill('1'))))),
      'More than 1000 cells in one row.'
    ],
    'cells in a row of Excel': [
      file(sheet(row(1, '<c><v>1</v></c>'.repeat(1001)))),
      'More than 1000 cells in one row.'
    ],
    '10 MB of cells': [html(`<table><tr>${'<td>'.repeat(2_600_000)}`), 'More than 600000 elements.'],
    '100,000 divs': [html('<div>'.repeat(100_000)), DEEP],
    'nested tables': [html('<table><tr><td>'.repeat(10_000)), DEEP],
    'nested tables of Word': [
      file(docx('<w:tbl><w:tr><w:tc>'.repeat(1000) + p('1') + '</w:tc></w:tr></w:tbl>'.repeat(1000))),
      DEEP
    ],
    'nested controls': [file(docx('<w:sdt><w:sdtContent>'.repeat(100_000))), DEEP],
    'nesting of Excel': [file(sheet('<x>'.repeat(100_000) + '</x>'.repeat(100_000))), DEEP]
  }
  for (const [name, [[content, type], expected]] of Object.entries(cases)) {
    const took = await timed(async () =>
      t.match(await refusal(content, type), { kind: 'too-large', en: expected, zh: /上限|过深/ }, name)
    )
    t.ok(took < 4000, `${name} took ${Math.round(took)} ms`)
  }
})

t.test('pathological markup is parsed quickly', async t => {
  const cases: Record<string, readonly [string | Buffer, string]> = {
    'an element of attributes': html(`<div ${Array.from({ length: 200_000 }, (_, i) => `a${i}`).join(' ')}>x`),
    'what a table throws out': html(`<table>${'<i></i>'.repeat(200_000)}`),
    'links in links': html('<a><div>'.repeat(150) + '<a>x'.repeat(20_000)),
    'bold that is never closed': html(
      Array.from({ length: 200 }, (_, i) => `<b a=${i}>`).join('') + '<p>x'.repeat(5000)
    ),
    comments: html('<!-- -->'.repeat(300_000)),
    'a comment that never ends': html('<!--'.repeat(500_000)),
    entities: html('&nbsp;&#48;&bogus;'.repeat(200_000)),
    'a type that never ends': html('<!DOCTYPE html '.repeat(500_000)),
    'an attribute that never ends': html(`<p title="${'x'.repeat(2_000_000)}`),
    'XHTML that closes itself': [`<html>${'<p '.repeat(1_000_000)}`, 'application/xhtml+xml'],
    'one run of spaces': text(`规章${' '.repeat(3_000_000)}1`),
    'text of Word in many runs': file(docx(`<w:p>${'<w:r><w:t>1</w:t></w:r>'.repeat(200_000)}</w:p>`)),
    'merged cells of Word': file(docx(tbl(tr(...Array<string>(50).fill(tc('', '<w:vMerge/>'))).repeat(1500)))),
    'a string of Excel in many runs': file(
      sheet(row(1, `<c t="inlineStr"><is>${'<r><t>1</t></r>'.repeat(200_000)}</is></c>`))
    )
  }
  for (const [name, [content, type]] of Object.entries(cases)) {
    const took = await timed(async () => await refusal(content, type))
    t.ok(took < 4000, `${name} took ${Math.round(took)} ms`)
  }
})

t.test('the largest accepted documents need only a few hundred megabytes', async t => {
  const before = process.memoryUsage().rss
  for (
    const content of [
      docx(tbl(tr(...Array<string>(9).fill('1')).repeat(20_000))),
      sheet(
        Array.from({ length: 20_000 }, (_, i) =>
          row(
            i + 1,
            Array.from({ length: 9 }, (_, c) => inline(`${'ABCDEFGHI'[c]}${i + 1}`, '1')).join('')
          )).join('')
      ),
      Buffer.from(`<table>${`<tr>${'<td>1'.repeat(9)}`.repeat(20_000)}`)
    ]
  ) {
    t.equal((await extract(content)).lines.filter(line => line.fields !== null).length, 20_000)
  }
  const grown = (process.memoryUsage().rss - before) / 2 ** 20
  t.ok(grown < 700, `${Math.round(grown)} MB`)
})
