// What all pages have in common.
import { htmlLanguage } from '../http/language.ts'
import type { Language } from '../problems/fault.ts'
import { Html, html } from './html.ts'
import { STYLE_ADDRESS } from './style.ts'
import { WORDS } from './words.ts'

/** Nothing but the stylesheet and pictures of the service itself is loaded. */
export const PAGE_POLICY =
  'default-src \'none\'; style-src \'self\'; img-src \'self\'; form-action \'self\'; base-uri \'none\'; frame-ancestors \'none\''

export interface Site {
  language: Language
  /** Prefix of every address. */
  publicUrl: string
  /** The address of this page in the other language. */
  otherLanguage: string
}

/** Returns the address of a page in the language of this one. */
export const pageAddress = ({ publicUrl, language }: Site, path: string, query: Record<string, string> = {}): string =>
  `${publicUrl}${path}?${new URLSearchParams({ ...query, lang: language })}`

export function layOutPage (site: Site, title: string, content: Html): string {
  const { language, publicUrl, otherLanguage } = site
  const words = WORDS[language]
  const other = language === 'zh' ? 'en' : 'zh'
  const page = html`<!DOCTYPE html>
<html lang="${htmlLanguage(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title === words.name ? title : `${title} · ${words.name}`}</title>
<link rel="stylesheet" href="${publicUrl}${STYLE_ADDRESS}">
</head>
<body>
<a class="skip" href="#content">${words.skip}</a>
<header class="top"><div class="wide">
<a class="name" href="${pageAddress(site, '/')}">${words.name}</a>
<a href="${publicUrl}/docs?lang=${language}">${words.api}</a>
<a href="${otherLanguage}" lang="${htmlLanguage(other)}" hreflang="${htmlLanguage(other)}">${words.other}</a>
</div></header>
<main id="content" class="wide">
${content}
</main>
<footer><div class="wide">${words.notes}</div></footer>
</body>
</html>
`
  return page.markup
}

/** A table that can be scrolled with the keyboard if it is too wide. */
export const wideTable = (label: string, columns: { title: string, isNumber?: boolean }[], rows: Html[]): Html =>
  html`<div class="scroll" tabindex="0" role="region" aria-label="${label}"><table>
<thead><tr>${
    columns.map(({ title, isNumber }) =>
      html`<th scope="col" class="${isNumber === true ? 'number' : ''}">${title}</th>`
    )
  }</tr></thead>
<tbody>
${rows}</tbody></table></div>`

/** Shows a moment as the day in China. */
export const dayOf = (moment: string): string =>
  new Date(new Date(moment).getTime() + 8 * 3_600_000).toISOString().slice(0, 10)

export const notFound = (site: Site, reason: string): Html =>
  html`<h1>${WORDS[site.language].notFoundTitle}</h1>
<p>${reason}</p>
<p><a href="${pageAddress(site, '/')}">${WORDS[site.language].home}</a></p>`
