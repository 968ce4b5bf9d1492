// Entry point of the process that reads documents.
import { UnreadableFile, type UnreadableKind } from '../../documents/formats/unreadable-file.ts'
import { readFirstSheet } from '../../documents/read-sheet.ts'
import { readDocument } from '../../documents/read.ts'
import type { Reading, Refusal } from '../../documents/reading/reading.ts'
import type { FormDefinition } from '../../form/definition.ts'
import { Forms } from '../../forms/forms.ts'
import type { Text } from '../../problems/fault.ts'

/** The forms come first, then the documents and workbooks of data one by one. */
export type ReaderTask = { forms: FormDefinition[] } | { bytes: Uint8Array, contentType: string } | {
  sheet: Uint8Array
}

/** `begun` when a document has arrived, then the result. A form has functions, so only its id is sent. */
export type ReaderAnswer =
  | 'begun'
  | { rows: string[][] }
  | { text: string, reading: Omit<Reading, 'form'> & { form: string } | Refusal }
  | { unreadable: { kind: UnreadableKind, reason: Text } }
  | { isTooLarge: boolean, error: string }

// A terminal sends its signals to every process; the service ends this one when no request needs it any more.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
process.on('disconnect', () => process.exit())

let forms = new Forms([])

process.on('message', (task: ReaderTask) => {
  if ('forms' in task) forms = new Forms(task.forms)
  else {
    answer('begun')
    perform(task).then(answer, error =>
      answer(
        error instanceof UnreadableFile
          ? { unreadable: { kind: error.kind, reason: error.reason } }
          // A string or an array would pass the limit of the engine.
          : { isTooLarge: error instanceof RangeError, error: String((error as Error).stack) }
      ))
  }
})

async function perform (task: Exclude<ReaderTask, { forms: FormDefinition[] }>): Promise<ReaderAnswer> {
  if ('sheet' in task) return { rows: await readFirstSheet(bufferOf(task.sheet)) }
  const { document: { text }, reading } = await readDocument(bufferOf(task.bytes), task.contentType, forms.all)
  return { text, reading: 'refused' in reading ? reading : { ...reading, form: reading.form.id } }
}

const bufferOf = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

function answer (said: ReaderAnswer): void {
  process.send!(said)
}
