// Reads published reports from files. formats/ turns the bytes of a file into text with tables, reading/ takes the
// figures and texts of a statutory form from it. Pure: no file, no network, no clock.
//
// The rule of the folder: a figure that is not certain is left out and reported. A wrong figure is worse than none.
import type { Form } from '../form/form.ts'
import type { Document } from './document.ts'
import { extractDocument } from './extract.ts'
import { readReport } from './reading/read-report.ts'
import type { Reading, Refusal } from './reading/reading.ts'

export interface DocumentReading {
  document: Document
  reading: Reading | Refusal
}

/**
 * `contentType` is the Content-Type header with its charset, if any. Throws UnreadableFile if no text can be extracted
 * from the bytes.
 */
export async function readDocument (bytes: Buffer, contentType: string, forms: Form[]): Promise<DocumentReading> {
  const document = await extractDocument(bytes, contentType)
  return { document, reading: readReport(document, forms) }
}
