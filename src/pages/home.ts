// The home page: a search for agencies, who has filed, and the latest publications.
import type { Kysely } from 'kysely'
import { listAgencies } from '../agencies/store.ts'
import { latestPublications } from '../audit/events/feed.ts'
import { assignSequence } from '../audit/sequence.ts'
import type { Database } from '../database/types.ts'
import { Forms } from '../forms/forms.ts'
import { valueLabel } from '../outputs/labels.ts'
import { readMeasures } from '../totals/measures.ts'
import { totalsOf } from '../totals/totals.ts'
import { Html, html } from './html.ts'
import { dayOf, pageAddress, type Site, wideTable } from './layout.ts'
import { WORDS } from './words.ts'

const MEASURE = 'requests.new_received.total'
const MAX_FOUND = 50
const LATEST = 10

export async function homePage (db: Kysely<Database>, forms: Forms, site: Site, q: string | undefined): Promise<Html> {
  const words = WORDS[site.language]
  await assignSequence(db)
  const [found, years, latest] = [
    q === undefined ? undefined : await listAgencies(db, { q }, '', MAX_FOUND + 1),
    await yearsFiled(db, forms),
    await latestPublications(db, LATEST)
  ]
  return html`<h1>${words.name}</h1>
<p>${words.about}</p>
<form class="search" role="search" method="get" action="${site.publicUrl}/">
<label>${words.searchLabel}<input type="search" name="q" value="${q ?? ''}" maxlength="100" required></label>
<input type="hidden" name="lang" value="${site.language}">
<button>${words.go}</button>
</form>
${found === undefined ? null : shownAgencies(site, q!, found)}
<h2>${words.filed}</h2>
${years.length === 0 ? html`<p>${words.nothing}</p>` : yearTable(site, years)}
<h2>${words.latest}</h2>
${latest.length === 0 ? html`<p>${words.nothing}</p>` : publicationTable(site, latest)}`
}

async function yearsFiled (db: Kysely<Database>, forms: Forms) {
  const scope = {
    by: ['year' as const],
    under: '',
    years: undefined,
    level: undefined,
    kind: undefined,
    form: undefined
  }
  const { totals } = await totalsOf(db, forms, readMeasures(forms, [MEASURE]), scope)
  return totals.toReversed()
}

function shownAgencies (site: Site, q: string, found: Awaited<ReturnType<typeof listAgencies>>): Html {
  const words = WORDS[site.language]
  if (found.length === 0) return html`<h2>${words.search}</h2>\n<p role="status">${words.none(q)}</p>`
  const count = found.length > MAX_FOUND ? `${MAX_FOUND}+` : String(found.length)
  return html`<h2>${words.search}</h2>
<p role="status">${words.found(count, q)}${found.length > MAX_FOUND ? ` ${words.more}` : ''}</p>
<ul class="list">
${
    found.slice(0, MAX_FOUND).map(({ code, name, level }) =>
      html`<li><a href="${pageAddress(site, `/agencies/${code}`)}">${name}</a> <span class="faint">${
        valueLabel('level', level, site.language)
      } ${code}</span></li>\n`
    )
  }</ul>`
}

function yearTable ({ language }: Site, years: Awaited<ReturnType<typeof yearsFiled>>): Html {
  const words = WORDS[language]
  const number = (value: number | null | undefined) =>
    html`<td class="number">${value === null || value === undefined ? '—' : value.toLocaleString('en')}</td>`
  const columns = [words.expected, words.included, words.missing, words.newly].map(title => ({ title, isNumber: true }))
  const rows = years.map(({ year, coverage: { expected, included, missing }, values }) =>
    html`<tr><th scope="row">${year}</th>${[expected, included, missing, values[MEASURE]].map(number)}</tr>\n`
  )
  return wideTable(words.filed, [{ title: words.year }, ...columns], rows)
}

function publicationTable (site: Site, latest: Awaited<ReturnType<typeof latestPublications>>): Html {
  const words = WORDS[site.language]
  const columns = [words.when, words.agency, words.year, words.what].map(title => ({ title }))
  const rows = latest.map(({ at, agency, agency_name: name, year, kind }) =>
    html`<tr><td>${dayOf(at)}</td><td><a href="${
      pageAddress(site, `/agencies/${agency}`)
    }">${name}</a></td><td><a href="${pageAddress(site, `/reports/${agency}/${year}`)}">${year}</a></td><td>${
      words.kind[kind]
    }</td></tr>\n`
  )
  return wideTable(words.latest, columns, rows)
}
