// Writes the statutory document of a report. The writers are loaded when they are first needed.
import type { PrintedReport } from './printed/printed.ts'

export const DOCUMENT_FORMATS = ['html', 'docx', 'xlsx', 'markdown'] as const
export type DocumentFormat = (typeof DOCUMENT_FORMATS)[number]

export async function writeDocument (format: DocumentFormat, report: PrintedReport): Promise<string | Buffer> {
  switch (format) {
    case 'html':
      return (await import('./formats/html.ts')).writeHtml(report)
    case 'docx':
      return await (await import('./formats/word.ts')).writeWord(report)
    case 'xlsx':
      return await (await import('./formats/excel.ts')).writeExcel(report)
    case 'markdown':
      return (await import('./formats/markdown.ts')).writeMarkdown(report)
  }
}
