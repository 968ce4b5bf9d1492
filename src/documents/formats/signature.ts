// Recognizes file formats by their signatures, with advice for formats that the service does not read.
import { UnreadableFile } from './unreadable-file.ts'

interface UnsupportedFormat {
  /** On the first bytes in hexadecimal. */
  bytes?: RegExp
  /** On the first bytes as Latin-1. */
  text?: RegExp
  kind?: 'encrypted'
  /** Occurs in UTF-16 somewhere in the file. */
  contains?: string
  reason: { zh: string, en: string }
}

const IMAGE = {
  zh: '这是图片，不能读取。请先经文字识别转成文本，核对后提交。',
  en: 'This is an image and cannot be read. Turn it into text by text recognition, look it over and send the text.'
}
const COMPRESSED = {
  zh: '这是压缩文件。请解压后提交其中的报告。',
  en: 'This is a compressed file. Unpack it and send the report itself.'
}
const COMPOUND = /^d0cf11e0/

/** The first match applies. */
const UNSUPPORTED: UnsupportedFormat[] = [
  // Word and Excel wrap a file that has a password in the old compound format.
  {
    bytes: COMPOUND,
    contains: 'EncryptedPackage',
    kind: 'encrypted',
    reason: {
      zh: '文件有密码保护。请去掉密码后重新保存。',
      en: 'The file is protected by a password. Remove it and save the file again.'
    }
  },
  {
    bytes: COMPOUND,
    contains: 'WordDocument',
    reason: {
      zh: '这是旧版 Word 格式（.doc 或 .wps）。请另存为 .docx 后重新提交。',
      en: 'This is the old format of Word (.doc or .wps). Save it as .docx and send that.'
    }
  },
  {
    bytes: COMPOUND,
    contains: 'Workbook',
    reason: {
      zh: '这是旧版 Excel 格式（.xls 或 .et）。请另存为 .xlsx 后重新提交。',
      en: 'This is the old format of Excel (.xls or .et). Save it as .xlsx and send that.'
    }
  },
  {
    bytes: COMPOUND,
    reason: {
      zh: '这是旧版 Office 格式（.doc、.xls 或 .wps）。请另存为 .docx 或 .xlsx 后重新提交。',
      en: 'This is an old format of Office (.doc, .xls or .wps). Save it as .docx or .xlsx and send that.'
    }
  },
  {
    text: /^\{\\rtf/,
    reason: {
      zh: '不能读取 RTF。请另存为 .docx 后重新提交。',
      en: 'RTF cannot be read. Save it as .docx and send that.'
    }
  },
  {
    text:
      /^\s*(?:(?:From|Subject|Date|To|Snapshot-Content-Location|X-[\w-]+):[^\n]*\n(?:[ \t][^\n]*\n)*){0,12}MIME-Version:/i,
    reason: {
      zh: '这是单一文件网页（.mht）。请另存为 .docx 或 .html 后重新提交。',
      en: 'This is a web page archive (.mht). Save it as .docx or .html and send that.'
    }
  },
  {
    text: /^(?:\xEF\xBB\xBF)?\s*<\?xml[^<>]*>\s*<\?mso-application\b/,
    reason: {
      zh: '这是 Office 2003 的 XML 格式。请另存为 .docx 或 .xlsx 后重新提交。',
      en: 'This is the XML of Office 2003. Save it as .docx or .xlsx and send that.'
    }
  },
  {
    text: /^(?:\xEF\xBB\xBF)?\s*(?:\{\s*(?:"|\}\s*$)|\[\s*[{["\d])/,
    reason: {
      zh:
        '这是 JSON。如果其中包着网页，请取出网页另存为 .html 后提交；表格数据请用 PUT /v1/reports/{agency}/{year} 提交。',
      en:
        'This is JSON. If it wraps a web page, save that page as .html and send it; figures as JSON go to PUT /v1/reports/{agency}/{year}.'
    }
  },
  {
    bytes: /^(?:89504e470d0a1a0a|ffd8ff|474946383[79]61|49492a00|4d4d002a|52494646.{8}57454250|424d.{8}00000000)/,
    reason: IMAGE
  },
  { bytes: /^(?:1f8b08|377abcaf271c|526172211a07|425a683[1-9]314159265359|fd377a585a00|28b52ffd)/, reason: COMPRESSED }
]

/** True for zip archives, including .docx and .xlsx. */
export const isArchive = (bytes: Buffer): boolean =>
  bytes.length > 3 && bytes.readUInt16BE(0) === 0x504B && bytes[2]! < 9

/** Some programs write a few bytes before the header. */
export const isPdf = (bytes: Buffer): boolean => /^[^<]{0,64}%PDF-\d/.test(bytes.toString('latin1', 0, 128))

function formatsBySignature (bytes: Buffer): UnsupportedFormat[] {
  const start = bytes.subarray(0, 1024)
  const [hex, ascii] = [start.toString('hex'), start.toString('latin1')]
  return UNSUPPORTED.filter(({ bytes: signature, text }) => signature?.test(hex) ?? text!.test(ascii))
}

/** Looks only at the first bytes, and takes no time for a large file. */
export const hasKnownSignature = (bytes: Buffer): boolean =>
  isArchive(bytes) || isPdf(bytes) || formatsBySignature(bytes).length > 0

export function rejectUnsupported (bytes: Buffer): void {
  const format = formatsBySignature(bytes).find(({ contains }) =>
    contains === undefined || bytes.includes(Buffer.from(contains, 'utf16le'))
  )
  if (format !== undefined) throw new UnreadableFile(format.kind ?? 'unsupported', format.reason)
}
