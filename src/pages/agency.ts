// The page of an agency: its place in the tree, its reports and a trend.
import { type Kysely, sql } from 'kysely'
import type { Agency } from '../agencies/schemas.ts'
import { findAgency } from '../agencies/store.ts'
import type { Database } from '../database/types.ts'
import { valueLabel } from '../outputs/labels.ts'
import { listReports } from '../reports/listing/list-reports.ts'
import { Html, html } from './html.ts'
import { dayOf, pageAddress, type Site, wideTable } from './layout.ts'
import { WORDS } from './words.ts'

const MAX_CHILDREN = 200
const MAX_REPORTS = 100
const TREND = 'requests.new_received.total'

interface Named {
  code: string
  name: string
}

/** Returns the content and its title; undefined if the agency is not registered. */
export async function agencyPage (
  db: Kysely<Database>,
  site: Site,
  code: string
): Promise<{ title: string, content: Html } | undefined> {
  const agency = await findAgency(db, code)
  if (agency === undefined) return undefined
  const words = WORDS[site.language]
  const [above, children, reports, successor] = [
    await ancestorsOf(db, code),
    await childrenOf(db, code),
    await listReports(db, { agency: code }, null, ['', 0], MAX_REPORTS),
    await nameOf(db, agency.successor ?? null)
  ]
  const content = html`<nav aria-label="${words.above}"><ul class="path">${
    above.map(named => html`<li>${linkTo(site, named)}</li>`)
  }<li aria-current="page">${agency.name}</li></ul></nav>
<h1>${agency.name}</h1>
${facts(site, agency, successor)}
<h2>${words.reports}</h2>
${reports.length === 0 ? html`<p>${words.nothing}</p>` : reportTable(site, code, reports)}
${reports.length === 0 && children.length === 0 ? null : trend(site, code)}
${children.length === 0 ? null : childList(site, children)}`
  return { title: agency.name, content }
}

const linkTo = (site: Site, { code, name }: Named): Html =>
  html`<a href="${pageAddress(site, `/agencies/${code}`)}">${name}</a>`

/** The agencies above it in its latest year, the highest first. */
async function ancestorsOf (db: Kysely<Database>, code: string): Promise<Named[]> {
  const { rows } = await sql<Named>`
    with latest as (select max(until) as year from agency_period where agency = ${code})
    select p.agency as code, p.name
    from latest join agency_ancestor a on a.agency = ${code} and latest.year between a.since and a.until
    join agency_period p on p.agency = a.ancestor and latest.year between p.since and p.until
    order by (
      select count(*) from agency_ancestor d where d.agency = p.agency and latest.year between d.since and d.until)`
    .execute(db)
  return rows
}

/** The agencies directly below it that still exist, at most one more than are shown. */
async function childrenOf (db: Kysely<Database>, code: string): Promise<Named[]> {
  const { rows } = await sql<Named>`
    select p.agency as code, p.name from agency_period p
    where p.parent = ${code}
      and not exists (select from agency_period later where later.agency = p.agency and later.since > p.since)
    order by p.agency limit ${MAX_CHILDREN + 1}`.execute(db)
  return rows
}

async function nameOf (db: Kysely<Database>, code: string | null): Promise<Named | undefined> {
  return code === null
    ? undefined
    : await db.selectFrom('agency').select(['code', 'name']).where('code', '=', code).executeTakeFirst()
}

function facts (site: Site, agency: Agency, successor: Named | undefined): Html {
  const words = WORDS[site.language]
  const fact = (label: string, ...values: (Html | string)[]) => html`<dt>${label}</dt><dd>${values}</dd>\n`
  const predecessors = agency.predecessors ?? []
  const former = (agency.names ?? []).filter(({ name }) => name !== agency.name)
  return html`<dl class="facts">
${fact(words.code, agency.code)}${
    agency.credit_code === null || agency.credit_code === undefined ? null : fact(words.creditCode, agency.credit_code)
  }${fact(words.level, String(valueLabel('level', agency.level, site.language)))}${
    fact(words.type, String(valueLabel('kind', agency.kind, site.language)))
  }${
    former.length === 0
      ? null
      : fact(words.names, ...former.map(({ name, since, until }) => html`${name}${words.years(since, until)} `))
  }${
    predecessors.length === 0
      ? null
      : fact(
        words.predecessors,
        ...predecessors.map(({ agency: code, agency_name: name }) => html`${linkTo(site, { code, name })} `)
      )
  }${successor === undefined ? null : fact(words.successor, linkTo(site, successor))}</dl>`
}

function reportTable (site: Site, code: string, reports: Awaited<ReturnType<typeof listReports>>): Html {
  const words = WORDS[site.language]
  const api = (year: number, format: string) => `${site.publicUrl}/v1/reports/${code}/${year}?format=${format}`
  const columns = [words.year, words.version, words.firstPublished, words.downloads].map(title => ({ title }))
  const rows = reports.toReversed().map(({ year, version, first_published_at: first }) =>
    html`<tr><th scope="row"><a href="${pageAddress(site, `/reports/${code}/${year}`)}">${
      words.report(year)
    }</a></th><td>${version}</td><td>${first === null ? null : dayOf(first)}</td><td><a href="${
      api(year, 'docx')
    }">Word</a> <a href="${api(year, 'xlsx')}">Excel</a></td></tr>\n`
  )
  return wideTable(words.reports, columns, rows)
}

function trend ({ language, publicUrl }: Site, code: string): Html {
  const words = WORDS[language]
  const address = (query: Record<string, string>) =>
    `${publicUrl}/v1/totals?${new URLSearchParams({ measure: TREND, by: 'year', under: code, ...query })}`
  return html`<h2>${words.trend}</h2>
<figure><img src="${
    address({ format: 'svg', lang: language })
  }" alt="${words.trendText}" width="860" height="420" loading="lazy"></figure>
<p class="screen">${words.data}${words.colon}<a href="${
    address({ format: 'xlsx', labels: language, lang: language })
  }">Excel</a>
<a href="${address({ format: 'csv', labels: language })}">CSV</a></p>`
}

function childList (site: Site, children: Named[]): Html {
  const words = WORDS[site.language]
  return html`<h2>${words.children}</h2>
<ul class="columns">
${children.slice(0, MAX_CHILDREN).map(child => html`<li>${linkTo(site, child)}</li>\n`)}</ul>
${children.length > MAX_CHILDREN ? html`<p>${words.moreChildren}</p>` : null}`
}
