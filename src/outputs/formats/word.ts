// Writes a printed report as a Word document (.docx) for A4.
import { archivePieces, contentTypes, joinPieces, relationships, XML_HEADER } from '../archive.ts'
import { escapeXml } from '../escape-xml.ts'
import type { Grid, GridCell, PrintedReport, PrintedSection } from '../printed/printed.ts'

const TYPE = 'application/vnd.openxmlformats-officedocument.wordprocessingml'
const NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
/** Width of the text on A4 with margins of 2 cm, in twentieths of a point. */
const TEXT_WIDTH = 9638

type Style = 'Title' | 'Note' | 'Heading1' | 'Body' | 'Cell' | 'Label' | 'Normal'

export const writeWord = async (report: PrintedReport): Promise<Buffer> =>
  await joinPieces(archivePieces([
    {
      name: '[Content_Types].xml',
      text: [contentTypes({
        'word/document.xml': `${TYPE}.document.main+xml`,
        'word/styles.xml': `${TYPE}.styles+xml`
      })]
    },
    { name: '_rels/.rels', text: [relationships([['officeDocument', 'word/document.xml']])] },
    { name: 'word/_rels/document.xml.rels', text: [relationships([['styles', 'styles.xml']])] },
    { name: 'word/document.xml', text: [documentXml(report)] },
    { name: 'word/styles.xml', text: [STYLES] }
  ]))

const documentXml = ({ title, notes, sections }: PrintedReport): string =>
  `${XML_HEADER}<w:document ${NAMESPACE}><w:body>${paragraph('Title', title)}${
    notes.map(note => paragraph('Note', note)).join('')
  }${
    sections.map(sectionXml).join('')
  }<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" w:header="720" w:footer="720" w:gutter="0"/></w:sectPr></w:body></w:document>`

const sectionXml = ({ title, paragraphs, grids, isToFill = false }: PrintedSection): string =>
  paragraph('Heading1', title) + paragraphs.map(text => paragraph('Body', text)).join('') +
  (isToFill ? paragraph('Body', '') : '') +
  // Word joins tables without a paragraph between them.
  grids.map(grid => gridXml(grid) + paragraph('Normal', '')).join('')

const paragraph = (style: Style, text: string): string =>
  `<w:p><w:pPr><w:pStyle w:val="${style}"/></w:pPr>${
    text === '' ? '' : `<w:r><w:t xml:space="preserve">${escapeXml(text)}</w:t></w:r>`
  }</w:p>`

/** The rows of a table stay on one page if they fit on it: their paragraphs are kept with the next. */
function gridXml ({ columnWidths, rows }: Grid): string {
  const sum = columnWidths.reduce((a, b) => a + b, 0)
  const widths = columnWidths.map(width => Math.floor(width * TEXT_WIDTH / sum))
  /** For each column, the merged cell from above and how many rows it still covers. */
  const covered: ({ cell: GridCell, left: number } | undefined)[] = []
  const lines = rows.map(row => {
    const xml: string[] = []
    let column = 0
    const skipCovered = () => {
      for (let above; (above = covered[column]) !== undefined && above.left > 0;) {
        xml.push(cellXml(above.cell, widths.slice(column, column + above.cell.width), false))
        above.left--
        column += above.cell.width
      }
    }
    for (const cell of row) {
      skipCovered()
      xml.push(cellXml(cell, widths.slice(column, column + cell.width), true))
      if (cell.height > 1) covered[column] = { cell, left: cell.height - 1 }
      column += cell.width
    }
    skipCovered()
    return `<w:tr><w:trPr><w:cantSplit/><w:trHeight w:val="360"/></w:trPr>${xml.join('')}</w:tr>`
  })
  return `<w:tbl><w:tblPr><w:tblStyle w:val="Form"/><w:tblW w:w="${TEXT_WIDTH}" w:type="dxa"/><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>${
    widths.map(width => `<w:gridCol w:w="${width}"/>`).join('')
  }</w:tblGrid>${lines.join('')}</w:tbl>`
}

function cellXml ({ kind, text, width, height, figure }: GridCell, widths: number[], isFirst: boolean): string {
  const fill = kind === 'heading' ? 'F2F2F2' : figure?.use === 'input' ? 'FFF8DC' : figure?.use ? 'E8EEF4' : undefined
  const properties = [
    `<w:tcW w:w="${widths.reduce((a, b) => a + b, 0)}" w:type="dxa"/>`,
    width > 1 ? `<w:gridSpan w:val="${width}"/>` : '',
    height > 1 ? (isFirst ? '<w:vMerge w:val="restart"/>' : '<w:vMerge/>') : '',
    fill === undefined ? '' : `<w:shd w:val="clear" w:color="auto" w:fill="${fill}"/>`,
    '<w:vAlign w:val="center"/>'
  ]
  return `<w:tc><w:tcPr>${properties.join('')}</w:tcPr>${
    paragraph(kind === 'label' ? 'Label' : 'Cell', isFirst ? text : '')
  }</w:tc>`
}

const style = (id: Style, name: string, paragraphXml: string, size: number, more = ''): string =>
  `<w:style w:type="paragraph"${
    id === 'Normal' ? ' w:default="1"' : ''
  } w:styleId="${id}"><w:name w:val="${name}"/><w:pPr>${paragraphXml}</w:pPr><w:rPr>${more}<w:sz w:val="${size}"/><w:szCs w:val="${size}"/></w:rPr></w:style>`

const FONTS = '<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="宋体"/>'
const HEADING_FONTS = '<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="黑体"/>'
const LINE = 'w:val="single" w:sz="4" w:space="0" w:color="333333"'

const STYLES = `${XML_HEADER}<w:styles ${NAMESPACE}>${
  [
    style('Normal', 'Normal', '', 21, FONTS),
    style('Title', 'Title', '<w:spacing w:after="120"/><w:jc w:val="center"/>', 32, `${HEADING_FONTS}<w:b/>`),
    style('Note', 'Note', '<w:spacing w:after="120"/><w:jc w:val="center"/>', 21, FONTS),
    style(
      'Heading1',
      'heading 1',
      '<w:keepNext/><w:spacing w:before="240" w:after="120"/><w:outlineLvl w:val="0"/>',
      28,
      HEADING_FONTS
    ),
    style('Body', 'Body Text', '<w:spacing w:line="360" w:lineRule="auto"/><w:ind w:firstLine="480"/>', 24, FONTS),
    style('Cell', 'Cell', '<w:keepNext/><w:jc w:val="center"/>', 17, FONTS),
    style('Label', 'Label', '<w:keepNext/><w:jc w:val="left"/>', 17, FONTS)
  ].join('')
}<w:style w:type="table" w:styleId="Form"><w:name w:val="Form"/><w:tblPr><w:tblBorders>${
  ['top', 'left', 'bottom', 'right', 'insideH', 'insideV'].map(edge => `<w:${edge} ${LINE}/>`).join('')
}</w:tblBorders><w:tblCellMar><w:left w:w="40" w:type="dxa"/><w:right w:w="40" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style></w:styles>`
