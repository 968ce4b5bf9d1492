// Pages about problems for people, in HTML: all codes, one code, and a problem that a browser meets.
import { type ProblemCode, PROBLEMS } from '../../problems/codes.ts'
import type { Example } from '../../problems/codes/entry.ts'
import { formatExample } from '../../problems/example.ts'
import type { Language } from '../../problems/fault.ts'
import { htmlLanguage } from '../language.ts'

const WORDS = {
  en: {
    all: 'All problem codes',
    problems: 'Problem codes',
    status: 'Status',
    code: 'Code',
    meaning: 'Meaning',
    forExample: 'For example: ',
    remedy: 'What to do',
    example: 'Example',
    suggestion: (name: string) => ` (did you mean ${name}?)`,
    request: 'Request:',
    response: 'Response:',
    place: 'Where',
    found: 'Found',
    expected: 'Expected',
    explained: 'This problem explained: '
  },
  zh: {
    all: '全部问题代码',
    problems: '问题代码',
    status: '状态码',
    code: '代码',
    meaning: '含义',
    forExample: '例如：',
    remedy: '处理办法',
    example: '示例',
    suggestion: (name: string) => `（是否为 ${name}？）`,
    request: '请求：',
    response: '答复：',
    place: '位置',
    found: '实际内容',
    expected: '应有内容',
    explained: '该问题的说明：'
  }
} as const

const STYLE = `body{font:1rem/1.6 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}
code,pre{background:#f2f2f2;padding:.1em .3em;border-radius:3px}
pre{padding:.6em .8em;white-space:pre-wrap;overflow-wrap:anywhere}
td,th{text-align:left;vertical-align:top;padding:.2rem 1rem .2rem 0}th{white-space:nowrap}`

const escaped = (text: string) => text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)

/** Escapes a text and shows what is in backticks as code. */
const withCode = (text: string) => escaped(text).replace(/`([^`]+)`/g, '<code>$1</code>')

/** The links to both languages work where the page is that of its address. */
function page (language: Language, title: string, body: string, hasLanguages = true): string {
  const other = language === 'zh' ? 'en' : 'zh'
  const link = `<a href="?lang=${other}" lang="${htmlLanguage(other)}">${other === 'zh' ? '中文' : 'English'}</a>`
  return `<!doctype html>
<html lang="${htmlLanguage(language)}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
${hasLanguages ? `<p>${link}</p>\n` : ''}${body}
</body>
</html>
`
}

const linkTo = (address: string, html: string) => `<a href="${escaped(address)}">${html}</a>`

export function problemIndex (language: Language, publicUrl: string): string {
  const words = WORDS[language]
  const rows = Object.entries(PROBLEMS).map(([code, { status, title }]) =>
    `<tr><td>${status}</td><td>${linkTo(`${publicUrl}/problems/${code}?lang=${language}`, `<code>${code}</code>`)}` +
    `</td><td>${escaped(title[language])}</td></tr>`
  )
  return page(
    language,
    words.problems,
    `<h1>${words.problems}</h1>
<table>
<tr><th>${words.status}</th><th>${words.code}</th><th>${words.meaning}</th></tr>
${rows.join('\n')}
</table>`
  )
}

export function problemPage (code: ProblemCode, language: Language, publicUrl: string): string {
  const words = WORDS[language]
  const { status, title, remedy, detail } = PROBLEMS[code]
  const { request, facts }: Example = PROBLEMS[code].example
  const response = formatExample(code, language, publicUrl)
  const sentence = facts === undefined ? detail[language] : words.forExample + response.detail
  return page(
    language,
    `${code}: ${title[language]}`,
    `<p>${linkTo(`${publicUrl}/problems?lang=${language}`, words.all)}</p>
<h1>${escaped(title[language])}</h1>
<p><code>${code}</code>, HTTP ${status}</p>
<p>${escaped(sentence)}</p>
<h2>${words.remedy}</h2>
<p>${withCode(remedy[language])}</p>
<h2>${words.example}</h2>
${request === undefined ? '' : `<p>${words.request}</p>\n<pre>${escaped(request)}</pre>\n`}<p>${words.response}</p>
<pre>${escaped(JSON.stringify(response, null, 2))}</pre>`
  )
}

interface ShownFault {
  pointer?: string
  parameter?: string
  line?: number
  column?: string
  found?: unknown
  expected: string
  did_you_mean?: string
}

/** Shows the body of a problem response, with links. */
export function shownProblem (body: Record<string, unknown>, language: Language): string {
  const words = WORDS[language]
  const { title, detail, type, code, status, request_id: requestId } = body as Record<string, string>
  const { errors = [] } = body as { errors?: ShownFault[] }
  const rows = errors.map(({ pointer, parameter, line, column, found, expected, did_you_mean: suggestion }) =>
    `<tr><td>${escaped([pointer, parameter, line, column].filter(part => part !== undefined).join(' '))}</td>` +
    `<td>${found === undefined ? '' : escaped(typeof found === 'string' ? found : JSON.stringify(found))}</td>` +
    `<td>${escaped(expected + (suggestion === undefined ? '' : words.suggestion(suggestion)))}</td></tr>`
  )
  const table = `<table>
<tr><th>${words.place}</th><th>${words.found}</th><th>${words.expected}</th></tr>
${rows.join('\n')}
</table>
`
  return page(
    language,
    title!,
    `<h1>${escaped(title!)}</h1>
<p>HTTP ${status}</p>
<p>${escaped(detail!)}</p>
${rows.length === 0 ? '' : table}<h2>${words.remedy}</h2>
<p>${withCode(PROBLEMS[code as ProblemCode].remedy[language])}</p>
<p>${words.explained}${linkTo(`${type}?lang=${language}`, `<code>${escaped(code!)}</code>`)}</p>
<p><small>request_id: ${escaped(requestId!)}</small></p>`,
    false
  )
}
