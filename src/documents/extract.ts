// Converts the bytes of a published report to a document. A signature in the bytes takes precedence over the content
// type.
import type { Document } from './document.ts'
import { decode } from './formats/encoding.ts'
import { documentOfHtml, documentOfXhtml } from './formats/html.ts'
import { checkTextLimits } from './formats/limits.ts'
import { openArchive } from './formats/office/archive.ts'
import { documentOfWorkbook } from './formats/office/excel/excel.ts'
import { documentOfWord } from './formats/office/word/word.ts'
import { documentOfPdf } from './formats/pdf/pdf.ts'
import { hasKnownSignature, isArchive, isPdf, rejectUnsupported } from './formats/signature.ts'
import { documentOfText } from './formats/text.ts'
import { damaged, empty, UnreadableFile } from './formats/unreadable-file.ts'

const WORD = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
const EXCEL = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
const PDF = 'application/pdf'
const XHTML = 'application/xhtml+xml'

export const DOCUMENT_TYPES: string[] = [
  'text/plain',
  'text/markdown',
  'text/html',
  XHTML,
  WORD,
  EXCEL,
  PDF,
  'application/octet-stream'
]

/** What browsers and other programs call files of Office, old and new, and pages that are saved as such. */
const OFFICE_TYPE =
  /^application\/(?:msword|x-msword|vnd\.ms-(?:excel|word)[\w.-]*|ms-?excel|x-(?:ms)?excel|wps-office\.\w+|kswps|kset|x-download|force-download)$/

/**
 * True if the service reads such a body. Accepts any content type if the bytes have a known signature: curl labels
 * every file as a form, and old servers do not know .docx.
 */
export const isDocument = (type: string, bytes: Buffer): boolean =>
  type === '' || DOCUMENT_TYPES.includes(type) || OFFICE_TYPE.test(type) || hasKnownSignature(bytes) ||
  startsAsHtml(bytes)

/** Throws UnreadableFile. `contentType` is the Content-Type header, with its charset if any. */
export async function extractDocument (bytes: Buffer, contentType: string): Promise<Document> {
  if (bytes.length === 0) throw empty()
  rejectUnsupported(bytes)
  if (isArchive(bytes)) return await documentOfArchive(bytes)
  if (isPdf(bytes)) return await documentOfPdf(bytes)
  const type = contentType.split(';')[0]!.trim().toLowerCase()
  const isHtml = startsAsHtml(bytes)
  if ((type === WORD || type === EXCEL) && !isHtml) {
    throw damaged({ zh: '不是有效的 .docx 或 .xlsx', en: 'it is not a valid .docx or .xlsx' })
  }
  if (type === PDF && !isHtml) throw damaged({ zh: '不是有效的 PDF', en: 'it is not a valid PDF' })
  const text = decode(bytes, contentType, isHtml || type === 'text/html' || type === XHTML)
  if (text.trim() === '') throw empty()
  if (type === XHTML) return documentOfXhtml(text)
  // Tags in UTF-16 are visible only after decoding.
  if (type === 'text/html' || isHtml || looksLikeHtml(text.slice(0, 4096))) return documentOfHtml(text)
  if (isCsv(text)) throw new UnreadableFile('unsupported', CSV)
  checkTextLimits(text)
  return documentOfText(text)
}

const CSV = {
  zh:
    '这是 CSV 数据，不是已发布的报告。各机关的数据请用 POST /v1/imports/reports 提交；报告本身请以文本、网页、.docx 或 .xlsx 提交。',
  en:
    'This is CSV, not a report as it was published. Data of agencies go to POST /v1/imports/reports; send the report itself as text, a web page, .docx or .xlsx.'
}
const LINES_OF_CSV = 5

/** True if each of the first lines has fields between commas, and none of them is a sentence. */
function isCsv (text: string): boolean {
  const lines = text.slice(0, 4096).split('\n').filter(line => line.trim() !== '').slice(0, LINES_OF_CSV)
  return lines.length >= 2 && lines.every(line => /^[^,\t|<。]*(?:,[^,\t|<。]*){2,}$/.test(line))
}

const startsAsHtml = (bytes: Buffer): boolean => looksLikeHtml(bytes.subarray(0, 4096).toString('latin1'))

async function documentOfArchive (bytes: Buffer): Promise<Document> {
  const archive = await openArchive(bytes)
  if (archive.kind === 'word') return documentOfWord(archive)
  if (archive.kind === 'excel') return documentOfWorkbook(archive.parts)
  if (archive.kind === 'ofd') {
    throw new UnreadableFile('unsupported', {
      zh: '不能读取 OFD。请转成文本、.docx 或网页后提交。',
      en: 'OFD cannot be read. Convert it to text, .docx or a web page and send that.'
    })
  }
  if (archive.kind === 'opendocument') {
    throw new UnreadableFile('unsupported', {
      zh: '不能读取 OpenDocument（.odt、.ods）。请另存为 .docx 或 .xlsx 后重新提交。',
      en: 'OpenDocument (.odt, .ods) cannot be read. Save it as .docx or .xlsx and send that.'
    })
  }
  throw new UnreadableFile('unsupported', {
    zh: '压缩包既不是 .docx 也不是 .xlsx。请另存为其中之一，或解压后提交其中的报告。',
    en:
      'The archive is neither .docx nor .xlsx. Save the report as one of these, or unpack it and send the report itself.'
  })
}

const looksLikeHtml = (start: string) =>
  /^[\s\uFEFF\u00EF\u00BB\u00BF]*(?:<\?xml[^<>]*\?>\s*)?(?:<!--(?:(?!-->).)*-->\s*)*<(?:!doctype\s+html|html|head|meta|title|body|table|div|center|article|section|h[1-6]|p|span|style|script)\b/is
    .test(start)
