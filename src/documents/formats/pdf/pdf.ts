// Converts a PDF to a document by the positions of what is drawn on its pages: ruling lines and characters become the
// cells of tables, other characters lines of text.
import type { Document, Place } from '../../document.ts'
import { type Cell, DocumentWriter } from '../document-writer.ts'
import { checkLimit, LIMITS } from '../limits.ts'
import { damaged, UnreadableFile } from '../unreadable-file.ts'
import { removeFurniture } from './furniture.ts'
import { joinPages } from './join-tables.ts'
import { type PdfCell, type PdfPage, readPage } from './page.ts'
import { type Pdfium, startPdfium } from './pdfium.ts'
import { verifyStreams } from './streams.ts'

export async function documentOfPdf (bytes: Buffer): Promise<Document> {
  if (!bytes.subarray(-2048).includes('%%EOF')) throw damaged({ zh: '文件不完整', en: 'it is cut off' })
  if (/\/Encrypt\b/.test(bytes.toString('latin1', Math.max(0, bytes.length - 4096)))) throw encrypted()
  verifyStreams(bytes)
  try {
    return writeDocument(readPages(await startPdfium(), bytes))
  } catch (error) {
    throw error instanceof UnreadableFile ? error : whyFailed(error)
  }
}

const encrypted = () =>
  new UnreadableFile('encrypted', {
    zh: '文件有密码或权限保护。请去掉保护后重新保存。',
    en: 'The file is protected by a password or against changes. Save it without the protection and send that.'
  })

/** The module ends with an error where its memory or its stack is used up, or a file leads it astray. */
function whyFailed (cause: unknown): UnreadableFile {
  const megabytes = LIMITS.pdfMemory / 2 ** 20
  return new UnreadableFile('too-large', {
    zh: `文件已损坏，或读取所需的内存超过 ${megabytes} MB 的上限。`,
    en: `The file is damaged, or reading it needs more than ${megabytes} MB of memory.`
  }, { cause })
}

const [PASSWORD, SECURITY] = [4, 5]
/** Bytes of the memory of PDFium for the results of its functions. */
const SCRATCH = 64

function readPages (pdfium: Pdfium, bytes: Buffer): PdfPage[] {
  const address = pdfium.allocate(bytes.length)
  pdfium.bytes().set(bytes, address)
  const scratch = pdfium.allocate(SCRATCH)
  const document = pdfium.FPDF_LoadMemDocument(address, bytes.length, '')
  if (document === 0) {
    throw [PASSWORD, SECURITY].includes(pdfium.FPDF_GetLastError())
      ? encrypted()
      : damaged({ zh: '不是有效的 PDF', en: 'it is not a valid PDF' })
  }
  if (pdfium.EPDF_IsEncrypted(document)) throw encrypted()
  const count = pdfium.FPDF_GetPageCount(document)
  if (count === 0) throw damaged({ zh: '没有页面', en: 'it has no pages' })
  checkLimit('pages', count)
  const pages = Array.from({ length: count }, (_, i) => readPage(pdfium, document, i, scratch))
  rejectUnreadableText(pages)
  return pages
}

/** A scan has no text, or text that a program recognized in the picture and that nobody sees. */
function rejectUnreadableText (pages: PdfPage[]): void {
  const total = (key: keyof PdfPage['counts']) => pages.reduce((sum, { counts }) => sum + counts[key], 0)
  const chars = total('chars')
  if (chars === 0 || total('invisible') * 2 > chars) {
    throw total('images') > 0 || chars > 0
      ? new UnreadableFile('unsupported', {
        zh: '这是扫描件：页面是图片，没有可靠的文字。请提交原始的 Word、网页或文字版 PDF。',
        en:
          'This is a scan: its pages are pictures without reliable text. Send the original as Word, web page or text PDF.'
      })
      : new UnreadableFile('empty', { zh: 'PDF 中没有文字。', en: 'The PDF has no text.' })
  }
  if (total('unmapped') * 5 > chars) {
    throw new UnreadableFile('unsupported', {
      zh: 'PDF 的文字层已损坏：字体没有对应的文字编码。请从原始文件重新导出 PDF，或提交 Word、网页。',
      en: 'The text of the PDF is broken: its fonts do not say which characters they show. ' +
        'Export the PDF again from the original, or send Word or a web page.'
    })
  }
}

/** How many lines with figures side by side make a table. */
const MIN_ROWS = 4

function rejectUnruledTables (pages: PdfPage[]): void {
  const blocks = pages.flatMap(page => page.blocks)
  const rows = blocks.filter(block =>
    block.kind === 'line' && /(?:^|\s)[\d.]+\D?\s+[\d.]+\D?(?:\s|$)/.test(block.text.normalize('NFKC'))
  )
  if (rows.length < MIN_ROWS || blocks.some(block => block.kind === 'table')) return
  throw new UnreadableFile('unsupported', {
    zh: 'PDF 中的表格没有框线，不能确定数字属于哪一行哪一列。请提交 Word、网页，或带框线的 PDF。',
    en: 'The tables of the PDF have no ruling lines, and it is unclear which row and column a figure belongs to. ' +
      'Send Word, a web page or a PDF with ruled tables.'
  })
}

/** A line with words side by side becomes one cell: without ruling lines it is not certain what belongs together. */
function writeLine (writer: DocumentWriter, text: string): void {
  const words = text.trim().split(/\s+/)
  if (words.length > 2 || words.some(word => /^[^\p{L}]*\d\D?\D?$/u.test(word.normalize('NFKC')))) {
    writer.row([{ text, column: 0, width: 1 }], null)
  } else writer.line(text)
}

function writeDocument (pages: PdfPage[]): Document {
  removeFurniture(pages)
  rejectUnruledTables(pages)
  const writer = new DocumentWriter()
  for (const block of joinPages(pages)) {
    if (block.kind === 'line') {
      writeLine(writer, block.text)
      continue
    }
    for (const { text } of block.beside) writeLine(writer, text)
    const table = writer.newTable()
    block.rows.forEach((cells, row) => {
      if (cells.length > 0) writer.row(cells.map(cellOf), { table, row: row + 1 })
    })
  }
  return writer.document(null)
}

const cellOf = ({ text, column, width, page, box, isJoined }: PdfCell): Cell => ({
  text,
  column,
  width,
  place: { page, box: [box.x0, box.y0, box.x1, box.y1].map(at => Math.round(at * 10) / 10) as Place['box'], isJoined }
})
