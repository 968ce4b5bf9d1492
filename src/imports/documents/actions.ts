// Imports a document as a draft: parses it, compares it with the request, and stores or rejects it.
import type { Kysely } from 'kysely'
import { createHash } from 'node:crypto'
import { findAgency, findAgencyByName, findOtherAgency, nameInYear } from '../../agencies/store.ts'
import type { AuditContext } from '../../audit/record.ts'
import { runTransaction } from '../../database/transaction.ts'
import type { Database } from '../../database/types.ts'
import { UnreadableFile } from '../../documents/formats/unreadable-file.ts'
import type { Reading, ReadingProblem } from '../../documents/reading/reading.ts'
import { runChecks } from '../../form/checks.ts'
import { keepExplanations } from '../../form/explanations.ts'
import { writeContent } from '../../form/write-content.ts'
import { chooseForm, Forms } from '../../forms/forms.ts'
import { problem } from '../../problems/problem.ts'
import { hasSameContent } from '../../reports/content/representation.ts'
import { requireAgencyInYear, requireEditable, upsertDraft } from '../../reports/drafts.ts'
import type { ReportId } from '../../reports/stored-report.ts'
import type { DocumentReader } from './reader.ts'
import type { ImportedDocument, TriedDocument } from './schemas.ts'
import { saveReading } from './store.ts'

export interface DocumentImport extends ReportId {
  bytes: Buffer
  contentType: string
  dryRun: boolean
  acceptPartial: boolean
  acceptOtherAgency: boolean
  reader: DocumentReader
  /** Ends the wait for the reader. */
  signal: AbortSignal
}

/**
 * Imports a document as a draft. Throws `document-unreadable`, `document-not-recognised`, `overloaded` and, unless it
 * is a dry run, `document-partly-read` and `document-of-another-agency`.
 */
export async function importDocument (
  db: Kysely<Database>,
  forms: Forms,
  by: AuditContext,
  { bytes, contentType, dryRun, acceptPartial, acceptOtherAgency, reader, signal, ...id }: DocumentImport,
  thisYear: number
): Promise<ImportedDocument> {
  chooseForm(forms, id.year, undefined, thisYear)
  const agency = await findAgency(db, id.agency)
  if (agency === undefined) {
    throw problem('agency-unknown', { agency: id.agency }, {
      errors: [{ parameter: 'agency', found: id.agency, expected: { en: 'a registered agency', zh: '已登记的机关' } }]
    })
  }
  const { text, reading } = await readUpload(reader, { bytes, contentType }, signal)
  const { form, content } = reading
  const differs = reading.year !== null && reading.year !== id.year
  const other = reading.agency_name === null ? undefined : await findOtherAgency(db, reading.agency_name, id.agency)
  const problems = [...contradictions(reading, id.year, nameInYear(agency, id.year), other), ...reading.problems]
  const answer: ImportedDocument = { dry_run: dryRun, outcome: 'refused', ...writeReading(bytes, reading, problems) }
  const sha256 = answer.reading.document
  if (other !== undefined && !acceptOtherAgency) {
    if (dryRun) return answer
    throw problem('document-of-another-agency', { name: reading.agency_name!, other, agency: id.agency }, { ...answer })
  }
  if (differs || !((isComplete(reading) && reading.year === id.year) || acceptPartial)) {
    if (dryRun) return answer
    throw problem('document-partly-read', { reason: whyRefused(reading, id.year) }, { ...answer })
  }
  chooseForm(forms, id.year, form.id, thisYear)
  return await runTransaction(db, async trx => {
    await requireAgencyInYear(trx, id)
    let isThereAlready = false
    const { outcome } = await upsertDraft(
      trx,
      forms,
      by,
      { id, form, content, source: { document: sha256 } },
      report => {
        if (report === undefined) return
        // A document has no explanations: those of the draft stay.
        content.explanations = keepExplanations(form, report.content.explanations)
        isThereAlready = hasSameContent(report, form, content)
        if (!isThereAlready) requireEditable(report)
      }
    )
    answer.outcome = outcome
    if (outcome !== 'unchanged') {
      await saveReading(trx, id.agency, id.year, {
        document: sha256,
        content_type: contentType,
        text,
        form: form.id,
        figures: content.figures,
        sources: reading.sources,
        problems
      }, bytes)
    }
    return { commit: !dryRun, result: answer }
  })
}

/** Reads a document as a dry run of its import does, and proposes whose report of which year it is. */
export async function tryDocument (
  db: Kysely<Database>,
  reader: DocumentReader,
  upload: Upload,
  signal: AbortSignal
): Promise<TriedDocument> {
  const { reading } = await readUpload(reader, upload, signal)
  const { year, agency_name: name } = reading
  return {
    dry_run: true,
    outcome: isComplete(reading) && year !== null ? 'created' : 'refused',
    ...writeReading(upload.bytes, reading, reading.problems),
    proposals: { agency_name: name, agency: name === null ? null : await findAgencyByName(db, name), year }
  }
}

export interface Upload {
  bytes: Buffer
  contentType: string
}

/** Throws `document-unreadable`, `document-not-recognised` and `overloaded`. */
async function readUpload (
  reader: DocumentReader,
  { bytes, contentType }: Upload,
  signal: AbortSignal
): Promise<{ text: string, reading: Reading }> {
  const { document, reading } = await reader.read(bytes, contentType, signal).catch(error => {
    throw error instanceof UnreadableFile ? problem('document-unreadable', { reason: error.reason }) : error
  })
  if ('refused' in reading) {
    throw problem('document-not-recognised', { reason: reading.refused[0]!.message }, {
      reading: { problems: reading.refused }
    })
  }
  return { text: document.text, reading }
}

const isComplete = ({ cells }: Reading) => cells.unreadable === 0 && cells.missing === 0

function writeReading (bytes: Buffer, reading: Reading, problems: ReadingProblem[]) {
  const { form, content, year, agency_name: name, cells } = reading
  const document = createHash('sha256').update(bytes).digest('hex')
  return {
    report: { form: form.id, ...writeContent(form, content) },
    reading: { document, year, agency_name: name, cells, problems },
    checks: runChecks(form, content)
  }
}

/** Returns the contradictions between the document and the request: they are reported, never resolved silently. */
function contradictions (
  reading: Reading,
  year: number,
  name: string,
  other: string | undefined
): ReadingProblem[] {
  const nowhere = { table: null, row: null, column: null, line: null }
  const problems: ReadingProblem[] = []
  if (reading.year !== null && reading.year !== year) {
    problems.push({
      ...nowhere,
      code: 'year-differs',
      raw: String(reading.year),
      message: {
        zh: `文中的年度为 ${reading.year}，请求的年度为 ${year}`,
        en: `the document is of ${reading.year}, the request of ${year}`
      }
    })
  }
  if (reading.agency_name !== null && reading.agency_name !== name.replace(/\s/g, '')) {
    problems.push({
      ...nowhere,
      code: 'agency-name-differs',
      raw: reading.agency_name,
      message: {
        zh: `文中的机关为“${reading.agency_name}”${
          other === undefined ? '' : `（机关 ${other}）`
        }，登记的名称为“${name}”`,
        en: `the document names ${reading.agency_name}${
          other === undefined ? '' : `, which is the agency ${other}`
        }; the registered name is ${name}`
      }
    })
  }
  return problems
}

function whyRefused (reading: Reading, year: number) {
  if (reading.year !== null && reading.year !== year) {
    return {
      zh: `文中的年度为 ${reading.year}，请求的年度为 ${year}`,
      en: `the document is of ${reading.year}, not of ${year}`
    }
  }
  const { unreadable, missing } = reading.cells
  if (unreadable + missing > 0) {
    return {
      zh: `${unreadable} 格不能确定，${missing} 格没有找到`,
      en: `${unreadable} cells could not be read and ${missing} were not found`
    }
  }
  return { zh: '文中没有可以确定的年度', en: 'no year can be told from the document' }
}
