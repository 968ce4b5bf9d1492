// The page of a report: the statutory document, its versions, its checks and downloads.
import type { Kysely } from 'kysely'
import type { Database } from '../database/types.ts'
import { runChecks } from '../form/checks.ts'
import { Forms } from '../forms/forms.ts'
import { documentHtml } from '../outputs/formats/html.ts'
import { printReport, titleOf } from '../outputs/printed/print-report.ts'
import { Problem } from '../problems/problem.ts'
import { findNeighbours } from '../reports/checks/neighbours.ts'
import { nameOnDocument } from '../reports/outputs/recorded-name.ts'
import type { ReportId, StoredReport } from '../reports/stored-report.ts'
import { getPublic, getVersion, listVersions } from '../reports/versions/versions.ts'
import { Html, html, trusted } from './html.ts'
import { dayOf, notFound, pageAddress, type Site, wideTable } from './layout.ts'
import { WORDS } from './words.ts'

const MAX_VERSIONS = 100
const MAX_FINDINGS = 100
const FORMATS = ['docx', 'xlsx', 'html', 'markdown', 'csv', 'json'] as const

export interface Page {
  status: number
  title: string
  content: Html
}

export async function reportPage (
  db: Kysely<Database>,
  forms: Forms,
  site: Site,
  { id, version }: { id: ReportId, version: number | undefined }
): Promise<Page> {
  const words = WORDS[site.language]
  try {
    const report = version === undefined ? await getPublic(db, id) : await getVersion(db, id, version)
    const name = await nameOnDocument(db, report, report.published_at)
    const title = titleOf(name, id.year)
    return {
      status: 200,
      title,
      content: html`${path(site, id, name)}
<h1>${title}</h1>
${await versionNotice(db, site, id, report)}
<p class="faint">${words.version} ${report.version} · ${words.publishedAt} ${
        dayOf(report.published_at!)
      } · ${words.form} ${report.form}</p>
${downloads(site, id, version)}
<article class="document">${
        trusted(documentHtml(printReport(forms.get(report.form), report.content, { title })))
      }</article>
${await findings(db, forms, site, report)}
${await versions(db, site, id)}`
    }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return await refusedPage(db, site, id, error)
  }
}

/** The page of a report that is not public: 410 with the public facts of a withdrawal, else 404. */
async function refusedPage (db: Kysely<Database>, site: Site, id: ReportId, { code, more }: Problem): Promise<Page> {
  const words = WORDS[site.language]
  if (code !== 'report-withdrawn') {
    return { status: 404, title: words.notFoundTitle, content: notFound(site, words.noReport(String(id.year))) }
  }
  const { withdrawn_at: at, reason } = (more as { tombstone: { withdrawn_at: string, reason: string } }).tombstone
  return {
    status: 410,
    title: words.withdrawnTitle,
    content: html`<h1>${words.withdrawnTitle}</h1>
<div class="notice"><p>${words.withdrawn(dayOf(at))}</p><p>${words.withdrawalReason}${words.colon}${reason}</p></div>
<p><a href="${pageAddress(site, `/agencies/${id.agency}`)}">${words.agency}</a></p>
${await versions(db, site, id)}`
  }
}

const path = (site: Site, { agency }: ReportId, name: string): Html =>
  html`<nav aria-label="${WORDS[site.language].agency}"><ul class="path"><li><a href="${
    pageAddress(site, `/agencies/${agency}`)
  }">${name}</a></li></ul></nav>`

async function versionNotice (
  db: Kysely<Database>,
  site: Site,
  id: ReportId,
  { version }: StoredReport
): Promise<Html | null> {
  const current = (await listVersions(db, id, 0, MAX_VERSIONS)).find(({ public_until: until }) => until === null)
  if (current?.version === version) return null
  const words = WORDS[site.language]
  return html`<div class="notice"><p>${words.old(version!)}${
    current === undefined
      ? null
      : html` <a href="${pageAddress(site, `/reports/${id.agency}/${id.year}`)}">${words.toCurrent}</a>`
  }</p></div>`
}

function downloads ({ language, publicUrl }: Site, { agency, year }: ReportId, version: number | undefined): Html {
  const words = WORDS[language]
  const address = version === undefined
    ? `/v1/reports/${agency}/${year}`
    : `/v1/reports/${agency}/${year}/versions/${version}`
  return html`<p class="screen">${words.downloads}${words.colon}${
    FORMATS.map(format => html`<a href="${publicUrl}${address}?format=${format}">${words.formats[format]}</a> `)
  }</p>`
}

async function findings (db: Kysely<Database>, forms: Forms, site: Site, report: StoredReport): Promise<Html> {
  const words = WORDS[site.language]
  const form = forms.get(report.form)
  const [neighbours] = await findNeighbours(db, forms, [{ agency: report.agency, form }], report.year)
  const found = runChecks(form, report.content, neighbours).findings
  const shown = found.filter(({ outcome }) => outcome === 'fail').slice(0, MAX_FINDINGS)
  return html`<h2>${words.findings}</h2>
${
    shown.length === 0
      ? html`<p>${words.noFindings}</p>`
      : html`<ul class="list">
${
        shown.map(({ check, severity, message }) =>
          html`<li><strong>${words.severity[severity]}</strong> ${message[site.language]}${
            report.content.explanations[check] === undefined
              ? null
              : html`<br>${words.explanation}${words.colon}${report.content.explanations[check]}`
          }</li>\n`
        )
      }</ul>`
  }`
}

async function versions (db: Kysely<Database>, site: Site, id: ReportId): Promise<Html> {
  const words = WORDS[site.language]
  const all = await listVersions(db, id, 0, MAX_VERSIONS)
  const columns = [words.version, words.publishedAt, words.reason].map(title => ({ title }))
  const rows = all.toReversed().map(({ version, published_at: at, amendment_reason: reason, public_until: until }) =>
    html`<tr><th scope="row"><a href="${
      pageAddress(site, `/reports/${id.agency}/${id.year}`, { version: String(version) })
    }">${version}</a>${until === null ? ` ${words.current}` : ''}</th><td>${dayOf(at)}</td><td>${reason}</td></tr>\n`
  )
  return html`<h2>${words.versions}</h2>
${wideTable(words.versions, columns, rows)}`
}
