// The process that reads documents: the same result as without it, its limits, and a new process after a failure.
import { readFile } from 'node:fs/promises'
import t from 'tap'
import { readDocument } from '../../../src/documents/read.ts'
import { Forms } from '../../../src/forms/forms.ts'
import { readForms } from '../../../src/forms/load-forms.ts'
import { DocumentReader, type READER_LIMITS } from '../../../src/imports/documents/reader.ts'
import { docx, p, tbl, tr } from '../../documents/formats/files.ts'
import { sampleOf } from '../../documents/reading/corpus.ts'
import { STYLES } from '../../documents/reading/styles/styles.ts'
import { slowFiles } from './hostile.ts'

const forms = new Forms(await readForms())
const page = await readFile(new URL('../../../examples/kundulun-2019.txt', import.meta.url))
const TEXT = 'text/plain; charset=utf-8'

/** A text that takes seconds. */
const slow = slowFiles(1).find(({ name }) => name === 'rows of words')!.make()
/** A text of a few MB that takes hundreds of MB. */
const large = slowFiles(1).find(({ name }) => name === 'characters that become many')!.make()

function openReader (limits?: Partial<typeof READER_LIMITS>): DocumentReader {
  const reader = new DocumentReader(forms, limits)
  t.teardown(() => reader.close())
  return reader
}

async function isReading (reader: DocumentReader): Promise<boolean> {
  const { reading } = await reader.read(page, TEXT)
  return 'cells' in reading && reading.cells.read === 198
}

t.test('reads documents of every format as without the process', async t => {
  const reader = openReader()
  for (const style of STYLES) {
    const { bytes, contentType } = sampleOf(style, 1)
    const { document, reading } = await readDocument(bytes, contentType, forms.all)
    const read = await reader.read(bytes, contentType)
    t.equal(read.document.text, document.text, style.name)
    t.equal('form' in read.reading && read.reading.form, 'form' in reading && reading.form, 'the same form')
    t.same(read.reading, reading, style.name)
  }
  t.equal(page.length > 0, true, 'the bytes stay with the caller')
})

t.test('passes on why a document cannot be read', async t => {
  const reader = openReader()
  await t.rejects(reader.read(Buffer.from('%PDF-1.7'), TEXT), { name: 'UnreadableFile', kind: 'damaged' })
  const { reading } = await reader.read(docx(tbl(tr('a', '1')) + p('b')), '')
  t.match(reading, { refused: [{ code: 'no-table' }] })
})

t.test('ends a reading that takes too long, and reads the next document', async t => {
  const reader = openReader({ readMs: 200 })
  await t.rejects(reader.read(slow, TEXT), {
    name: 'UnreadableFile',
    kind: 'too-large',
    reason: { en: 'Reading it takes longer than 0.2 seconds.', zh: '读取超过 0.2 秒的时间上限。' }
  })
  t.ok(await isReading(openReader()))
})

t.test('reads the next document in a new process after one that needed too much memory', async t => {
  const reader = openReader({ memoryMb: 64 })
  t.ok(await isReading(reader))
  await t.rejects(reader.read(large, TEXT), {
    name: 'UnreadableFile',
    kind: 'too-large',
    reason: { en: 'Reading it needs more than 64 MB of memory.', zh: '读取所需的内存超过 64 MB 的上限。' }
  })
  t.ok(await isReading(reader))
})

t.test('refuses documents while too many wait', async t => {
  const reader = openReader({ waiting: 1 })
  const answers = await Promise.allSettled(Array.from({ length: 3 }, async () => await isReading(reader)))
  t.match(answers, [{ value: true }, { value: true }, { reason: { code: 'overloaded', status: 503 } }])
})

t.test('ends a process that is not used', async t => {
  const reader = openReader({ idleMs: 1 })
  for (let i = 0; i < 3; i++) t.ok(await isReading(reader))
})
