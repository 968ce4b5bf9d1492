// Turns a workbook into CSV, which is then parsed like any other file. The lines of the CSV are the rows of the sheet.
import { ftruncate, write } from 'node:fs'
import { promisify } from 'node:util'
import { UnreadableFile } from '../../documents/formats/unreadable-file.ts'
import { escapeFormula } from '../../http/bodies/formula.ts'
import { readUploadedFile, type UploadedFile } from '../../http/bodies/uploaded-file.ts'
import { problem } from '../../problems/problem.ts'
import type { DocumentReader } from '../documents/reader.ts'

/** In bytes. The limits of documents hold as well: 200,000 cells. */
const MAX_WORKBOOK = 16 * 1024 * 1024

/**
 * Replaces the content of the file by its first sheet. Throws `workbook-unreadable`, `body-too-large`, `overloaded`.
 */
export async function convertWorkbook (
  received: UploadedFile,
  reader: DocumentReader,
  signal: AbortSignal
): Promise<UploadedFile> {
  const rows = await reader.readSheet(await readBytes(received), signal).catch(error => {
    throw error instanceof UnreadableFile ? problem('workbook-unreadable', { reason: error.reason }) : error
  })
  const csv = Buffer.from(rows.map(row => `${row.map(writeField).join(',')}\n`).join(''))
  await promisify(ftruncate)(received.fd, 0)
  for (let done = 0; done < csv.length;) {
    const { bytesWritten } = await promisify(write)(received.fd, csv, done, csv.length - done, done)
    done += bytesWritten
  }
  return { ...received, charset: 'utf-8' }
}

async function readBytes (received: UploadedFile): Promise<Buffer> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of readUploadedFile(received)) {
    if ((size += piece.length) > MAX_WORKBOOK) throw problem('body-too-large', { limit: MAX_WORKBOOK })
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

function writeField (text: string): string {
  const field = escapeFormula(text)
  return /[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field
}
