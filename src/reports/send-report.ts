import type { FastifyReply } from 'fastify'
import { Forms } from '../forms/forms.ts'
import { JSON_UTF8 } from '../http/cached-response.ts'
import { reportTexts } from './content/representation.ts'
import { etagOfReport } from './etags.ts'
import type { StoredReport } from './stored-report.ts'
import { PUBLIC_VISIBILITY, type Visibility } from './visibility.ts'

/** Sends the working state, to a caller who may see drafts. */
export function sendReport (reply: FastifyReply, forms: Forms, report: StoredReport, visibility: Visibility) {
  const [text, publicText] = reportTexts(forms, report, [visibility, PUBLIC_VISIBILITY])
  return reply.header('etag', etagOfReport(forms, report, publicText)).type(JSON_UTF8).send(text)
}
