import type { FastifyReply } from 'fastify'
import { Forms } from '../forms/forms.ts'
import { JSON_UTF8 } from '../http/cached-response.ts'
import { reportText } from './content/representation.ts'
import { etagOfReport } from './etags.ts'
import type { StoredReport } from './stored-report.ts'
import type { Visibility } from './visibility.ts'

/** Sends the working state, to a caller who may see drafts. */
export const sendReport = (reply: FastifyReply, forms: Forms, report: StoredReport, visibility: Visibility) =>
  reply.header('etag', etagOfReport(forms, report)).type(JSON_UTF8).send(reportText(forms, report, visibility))
