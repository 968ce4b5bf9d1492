// The bytes of a published report as a document. What they are is told by the bytes where these leave no doubt.
import type { Document } from '../../reading/document.ts'
import { documentOfText } from '../../reading/text.ts'
import { openArchive } from './archive.ts'
import { decode } from './encoding.ts'
import { documentOfWorkbook } from './excel.ts'
import { documentOfHtml, documentOfXhtml } from './html.ts'
import { limitDocument, limitText } from './limits.ts'
import { damaged, empty, UnreadableFile } from './unreadable.ts'
import { documentOfWord } from './word.ts'

const WORD = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
const EXCEL = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
const XHTML = 'application/xhtml+xml'

export const DOCUMENT_TYPES: string[] = ['text/plain', 'text/markdown', 'text/html', XHTML, WORD, EXCEL, 'application/octet-stream']

/** `contentType` is the header as it came, with its charset if it has one. */
export async function extractDocument (bytes: Buffer, contentType: string): Promise<Document> {
  if (bytes.length === 0) throw empty()
  refuseOthers(bytes)
  if (bytes.subarray(0, 2).toString('latin1') === 'PK' && bytes[2]! < 9) return await documentOfArchive(bytes)
  const type = contentType.split(';')[0]!.trim().toLowerCase()
  const certain = looksLikeHtml(bytes.subarray(0, 4096).toString('latin1'))
  if ((type === WORD || type === EXCEL) && !certain) throw damaged({ zh: '不是有效的 .docx 或 .xlsx', en: 'this is no .docx or .xlsx' })
  const text = decode(bytes, contentType, certain || type === 'text/html' || type === XHTML)
  if (text.trim() === '') throw empty()
  if (type === XHTML) return documentOfXhtml(text)
  // In UTF-16 the tags show only now.
  if (type === 'text/html' || certain || looksLikeHtml(text.slice(0, 4096))) return documentOfHtml(text)
  limitText(text)
  return limitDocument(documentOfText(text))
}

async function documentOfArchive (bytes: Buffer): Promise<Document> {
  const archive = await openArchive(bytes)
  if (archive.kind === 'word') return documentOfWord(archive.parts)
  if (archive.kind === 'excel') return documentOfWorkbook(archive.parts)
  throw new UnreadableFile('unsupported', { zh: '压缩包既不是 .docx 也不是 .xlsx。请另存为其中之一，或解压后提交其中的报告。', en: 'The archive is neither .docx nor .xlsx. Save the report as one of these, or unpack it and send the report itself.' })
}

const looksLikeHtml = (start: string) => /^[\s\uFEFF\u00EF\u00BB\u00BF]*(?:<\?xml[^<>]*\?>\s*)?(?:<!--(?:(?!-->).)*-->\s*)*<(?:!doctype\s+html|html|table)\b/is.test(start)

function refuseOthers (bytes: Buffer): void {
  const starts = (text: string) => bytes.subarray(0, text.length).toString('latin1') === text
  if (starts('\xD0\xCF\x11\xE0')) {
    // Word and Excel wrap a file with a password into the old format.
    if (bytes.includes(Buffer.from('EncryptedPackage', 'utf16le'))) throw new UnreadableFile('encrypted', { zh: '文件有密码保护。请去掉密码后重新保存。', en: 'The file is protected by a password. Remove it and save the file again.' })
    throw new UnreadableFile('unsupported', { zh: '这是旧版 Office 格式（.doc、.xls 或 .wps）。请另存为 .docx 或 .xlsx 后重新提交。', en: 'This is the old format of Office (.doc, .xls or .wps). Save it as .docx or .xlsx and send that.' })
  }
  if (starts('%PDF')) throw new UnreadableFile('unsupported', { zh: '不能读取 PDF。请用 pdftotext -layout 转成文本后提交；扫描件须先经文字识别。', en: 'PDF cannot be read. Convert it to text with "pdftotext -layout" and send the text; a scan needs text recognition first.' })
  if (starts('{\\rtf')) throw new UnreadableFile('unsupported', { zh: '不能读取 RTF。请另存为 .docx 后重新提交。', en: 'RTF cannot be read. Save it as .docx and send that.' })
}
