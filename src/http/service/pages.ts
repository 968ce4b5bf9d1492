import { type ProblemCode, PROBLEMS } from '../../problems/codes.ts'

// The texts come from the table of codes, but everything in a page is escaped all the same.
const escaped = (text: string) => text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)

const document = (title: string, body: string) =>
  `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title>
<style>body{font:1rem/1.6 system-ui,sans-serif;max-width:46rem;margin:3rem auto;padding:0 1rem}code{background:#f2f2f2;padding:.1em .3em}td,th{text-align:left;vertical-align:top;padding:.2rem 1rem .2rem 0}</style>
</head>
<body>
${body}
</body>
</html>
`

export function problemPage (code: ProblemCode, publicUrl: string): string {
  const { status, title, detail } = PROBLEMS[code]
  return document(
    `${code}: ${title.en}`,
    `<p><a href="${escaped(publicUrl)}/problems">All problems 全部问题</a></p>
<h1><code>${code}</code></h1>
<p>HTTP ${status}</p>
<h2>${escaped(title.en)}</h2>
<p>${escaped(detail.en)}</p>
<h2 lang="zh">${escaped(title.zh)}</h2>
<p lang="zh">${escaped(detail.zh)}</p>`
  )
}

export function problemIndex (publicUrl: string): string {
  const rows = Object.entries(PROBLEMS).map(([code, { status, title }]) =>
    `<tr><td>${status}</td><td><a href="${escaped(publicUrl)}/problems/${code}"><code>${code}</code></a></td><td>${
      escaped(title.en)
    }</td><td lang="zh">${escaped(title.zh)}</td></tr>`
  )
  return document('Problems', `<h1>Problems 问题代码</h1>\n<table>\n${rows.join('\n')}\n</table>`)
}
