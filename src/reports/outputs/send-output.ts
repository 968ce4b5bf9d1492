// Sends a report in the format that the request names.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Kysely } from 'kysely'
import type { Database } from '../../database/types.ts'
import { Forms } from '../../forms/forms.ts'
import { PUBLIC_CACHE } from '../../http/cached-response.ts'
import { etagOfText } from '../../http/etag.ts'
import type { Chosen, Labels } from '../../http/formats/formats.ts'
import { sendFormat } from '../../http/formats/send-format.ts'
import { reportTexts } from '../content/representation.ts'
import { etagOfReport } from '../etags.ts'
import type { StoredReport } from '../stored-report.ts'
import { PUBLIC_VISIBILITY, type Visibility } from '../visibility.ts'
import type { REPORT_FORMATS } from './formats.ts'
import { nameOnDocument } from './recorded-name.ts'
import { reportCsv } from './report-csv.ts'

type ReportFormat = (typeof REPORT_FORMATS)['names'][number]

interface Output {
  report: StoredReport
  /** Of the working state; undefined for a version as published. */
  visibility?: Visibility
}

export async function sendOutput (
  request: FastifyRequest,
  reply: Pick<FastifyReply, 'type' | 'header'>,
  chosen: Chosen<ReportFormat>,
  [db, forms]: [Kysely<Database>, Forms],
  { report, visibility }: Output
): Promise<FastifyReply> {
  const { agency, year } = report
  const form = forms.get(report.form)
  const ascii = `${agency}-${year}`
  if (visibility === undefined) reply.header('cache-control', PUBLIC_CACHE)
  if (chosen.name === 'json') {
    const [publicText, text] = reportTexts(forms, report, [PUBLIC_VISIBILITY, ...visibility ? [visibility] : []])
    reply.header('etag', visibility === undefined ? etagOfText(publicText!) : etagOfReport(forms, report, publicText))
    return sendFormat(reply, chosen, text ?? publicText!, { ascii }) as FastifyReply
  }
  if (chosen.name === 'csv') {
    const { labels } = request.query as { labels?: Labels }
    const text = reportCsv(report, form, report.content, { labels })
    reply.header('etag', etagOfText(chosen.prefix + text))
    return sendFormat(reply, chosen, text, { ascii }) as FastifyReply
  }
  const [{ printReport, titleOf }, { writeDocument }, { HTML_POLICY }, name] = await Promise.all([
    import('../../outputs/printed/print-report.ts'),
    import('../../outputs/write-document.ts'),
    import('../../outputs/formats/html.ts'),
    nameOnDocument(db, report, report.published_at)
  ])
  const title = titleOf(name, year)
  const body = await writeDocument(
    chosen.name,
    printReport(form, report.content, { title, notes: [stateOf(report)] })
  )
  if (chosen.name === 'html') reply.header('content-security-policy', HTML_POLICY)
  reply.header('etag', etagOfText(body))
  return sendFormat(reply, chosen, body, { ascii, title }) as FastifyReply
}

const UNPUBLISHED = { draft: '草稿，尚未发布', submitted: '已提交，尚未发布', returned: '已退回，尚未发布' }

/** The line below the title: which version it is. It depends on nothing but the version. */
function stateOf ({ status, version, published_at: publishedAt }: StoredReport): string {
  if (status === 'draft' || status === 'submitted' || status === 'returned') return UNPUBLISHED[status]
  const [year, month, day] = dayInChina(publishedAt!).split('-').map(Number)
  return `第${version}版，${year}年${month}月${day}日发布`
}

const dayInChina = (moment: string): string => new Date(Date.parse(moment) + 8 * 3_600_000).toISOString().slice(0, 10)
