// Writes a printed report as a web page that prints on A4.
import { createHash } from 'node:crypto'
import { escapeXml } from '../escape-xml.ts'
import type { Grid, GridCell, PrintedReport, PrintedSection } from '../printed/printed.ts'

const STYLE = `
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #000; background: #fff;
  font: 1rem/1.75 "FangSong", "仿宋", "Songti SC", "SimSun", "宋体", "Noto Serif CJK SC", serif }
h1 { font-size: 1.6rem; line-height: 1.4; text-align: center; margin: 0 0 .5rem }
h2 { font-size: 1.15rem; margin: 1.6rem 0 .6rem; break-after: avoid }
p { margin: .3rem 0; text-indent: 2em; overflow-wrap: anywhere }
.note { text-align: center; text-indent: 0 }
.scroll { overflow-x: auto }
table { width: 100%; border-collapse: collapse; table-layout: fixed; font-size: .85rem; line-height: 1.35 }
th, td { border: 1px solid #333; padding: .3rem .2rem; font-weight: normal; text-align: center;
  vertical-align: middle; overflow-wrap: anywhere }
th[scope=row], th[scope=rowgroup] { text-align: left; padding-left: .4rem }
th[scope=col], th[scope=colgroup], td.corner { background: #f2f2f2 }
@page { size: A4; margin: 18mm 15mm }
@media print {
  body { max-width: none; margin: 0; padding: 0; font-size: 11pt }
  table { font-size: 8.5pt; break-inside: avoid }
  tr { break-inside: avoid }
  th[scope=col], th[scope=colgroup], td.corner { background: none }
}
`

/** Allows the inline style of the page and nothing else. */
export const HTML_POLICY = `default-src 'none'; style-src 'sha256-${
  createHash('sha256').update(STYLE).digest('base64')
}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

export const writeHtml = ({ title, notes, sections }: PrintedReport): string =>
  `<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeXml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeXml(title)}</h1>
${notes.map(note => `<p class="note">${escapeXml(note)}</p>\n`).join('')}${
    sections.map(section => sectionHtml(section)).join('')
  }</body>
</html>
`

/** Writes the document without the page around it. Tables that are too wide can be scrolled with the keyboard. */
export const documentHtml = ({ sections }: PrintedReport): string =>
  sections.map(section => sectionHtml(section, focusable)).join('')

const focusable = (title: string) => ` tabindex="0" role="region" aria-label="${escapeXml(title)}"`

const sectionHtml = ({ title, paragraphs, grids }: PrintedSection, attributes = (_title: string) => ''): string =>
  `<h2>${escapeXml(title)}</h2>\n${paragraphs.map(text => `<p>${escapeXml(text)}</p>\n`).join('')}${
    grids.map(grid => gridHtml(grid, attributes(grid.title))).join('')
  }`

function gridHtml ({ title, columnWidths, rows }: Grid, attributes: string): string {
  const sum = columnWidths.reduce((a, b) => a + b, 0)
  const columns = columnWidths.map(width => `<col width="${(width * 100 / sum).toFixed(2)}%">`)
  return `<div class="scroll"${attributes}><table aria-label="${escapeXml(title)}">\n<colgroup>${
    columns.join('')
  }</colgroup>\n${rows.map(row => `<tr>${row.map(cell => cellHtml(cell)).join('')}</tr>\n`).join('')}</table></div>\n`
}

function cellHtml ({ kind, text, width, height }: GridCell): string {
  const spans = `${width > 1 ? ` colspan="${width}"` : ''}${height > 1 ? ` rowspan="${height}"` : ''}`
  if (kind === 'figure') return `<td${spans}>${escapeXml(text)}</td>`
  // A heading without text would be an empty name for a screen reader.
  if (text === '') return `<td class="corner"${spans}></td>`
  const scope = kind === 'heading' ? (width > 1 ? 'colgroup' : 'col') : height > 1 ? 'rowgroup' : 'row'
  return `<th scope="${scope}"${spans}>${escapeXml(text)}</th>`
}
