// Web pages from editors, in the frame of a site, and exported by Word.
import type { Cell, Grid, Page } from '../page.ts'
import type { Random } from '../random.ts'
import { encodeGb18030 } from './gb18030.ts'
import type { Style } from './style.ts'

const escape = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\u00a0', '&nbsp;')
const spans = (cell: Cell) =>
  `${cell.colspan > 1 ? ` colspan="${cell.colspan}"` : ''}${cell.rowspan > 1 ? ` rowspan="${cell.rowspan}"` : ''}`

interface Dress {
  cell: (cell: Cell) => string
  table: (rows: string, cells: Grid) => string
  paragraph: (text: string, heading: boolean) => string
}

const tableWith = (open: string, close: string, dress: Pick<Dress, 'cell'>) => (grid: Grid) =>
  `${open}${grid.rows.map(row => `<tr>${row.map(cell => dress.cell(cell)).join('')}</tr>`).join('\n')}${close}`

function body (page: Page, dress: Dress): string {
  const table = tableWith('', '', dress)
  return [
    ...page.title.map(title => `<h1 align="center">${escape(title)}</h1>`),
    ...page.parts.map(part =>
      'grid' in part
        ? dress.table(table(part.grid), part.grid)
        : dress.paragraph(escape(part.paragraph), part.heading === true)
    )
  ].join('\n')
}

/** Figures and labels in plain cells, with the clutter of editors. */
function plainDress (random: Random): Dress {
  const blank = random.pick(['', '&nbsp;', '<p>&nbsp;</p>', '<br>'])
  const inner = random.pick([
    (text: string) => text,
    (text: string) => `<p align="center">${text}</p>`,
    (text: string) => `<span style="font-size:12px">${text}</span>`,
    (text: string) => `${text}<br>`,
    (text: string) => `\n        <div>\n          ${text}\n        </div>\n      `
  ])
  const headed = random.chance(0.4)
  const numberSpans = random.chance(0.2)
  return {
    cell: cell => {
      const name = headed && cell.kind === 'header' ? 'th' : 'td'
      const text = escape(cell.text).replaceAll('\n', '<br/>')
      const split = numberSpans && cell.kind === 'figure' && /^\d{2,}$/.test(text)
        ? `<span>${text.slice(0, 1)}</span><span>${text.slice(1)}</span>`
        : text
      return `<${name}${spans(cell)} style="width:${20 + random.int(200)}px">${
        text === '' ? blank : inner(split)
      }</${name}>`
    },
    table: (rows, grid) => {
      const heads = grid.rows.findIndex(row => row.some(cell => cell.kind !== 'header'))
      const lines = rows.split('</tr>\n')
      return headed && heads > 0
        ? `<table border="1"><thead>${lines.slice(0, heads).map(line => `${line}</tr>`).join('')}</thead><tbody>${
          lines.slice(heads).join('</tr>\n')
        }</tbody></table>`
        : `<table border="1" cellspacing="0"><tbody>${rows}</tbody></table>`
    },
    paragraph: (text, heading) =>
      heading ? `<p><strong>${text}</strong></p>` : `<p style="text-indent:2em">&emsp;&emsp;${text}</p>`
  }
}

/** Each cell as a paragraph, from editors that flatten tables. */
const paragraphs = (page: Page) =>
  [
    ...page.title,
    ...page.parts.flatMap(part =>
      'grid' in part
        ? part.grid.rows.flatMap(row => row.map(cell => cell.text.replaceAll('\n', page.look.broken)))
        : [part.paragraph]
    )
  ]
    .map(line => `<p>${line === '' ? '&nbsp;' : escape(line)}</p>`).join('\n')

const wordDress = (random: Random): Dress => ({
  cell: cell => {
    const style = 'border:solid windowtext 1.0pt;mso-border-alt:solid windowtext .5pt;padding:0cm 5.4pt 0cm 5.4pt'
    const runs = cell.text.split('\n').map(line =>
      `<p class=MsoNormal align=center style='text-align:center;mso-pagination:widow-orphan'>${
        wordRuns(line, random)
      }</p>`
    )
    return `\n<td${spans(cell)} valign=top style='width:${20 + random.int(90)}.${random.int(9)}pt;${style}'>\n${
      runs.join('\n')
    }\n</td>`
  },
  table: rows =>
    `<table class=MsoTableGrid border=1 cellspacing=0 cellpadding=0 style='border-collapse:collapse;mso-yfti-tbllook:1184'>\n${rows}\n</table>`,
  paragraph: (text, heading) =>
    `<p class=MsoNormal style='text-indent:32.0pt;line-height:28.0pt'>${
      heading ? `<b>${wordRuns(text, random)}</b>` : wordRuns(text, random)
    }</p>`
})

/** Word starts a new span wherever the cursor once was, even within a number. */
function wordRuns (text: string, random: Random): string {
  const end = '<span lang=EN-US style=\'font-family:宋体\'><o:p></o:p></span>'
  if (text === '') return '<span lang=EN-US><o:p>&nbsp;</o:p></span>'
  const at = text.length > 1 && random.chance(0.4) ? 1 + random.int(text.length - 1) : text.length
  const run = (part: string) =>
    part === '' ? '' : `<span\n  style='font-size:10.5pt;font-family:仿宋_GB2312'>${part}</span>`
  // Do not split an entity.
  return (/[&<]/.test(text) ? run(text) : run(text.slice(0, at)) + run(text.slice(at))) + end
}

const document = (page: Page, content: string, charset: string, more = '') =>
  `<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="${charset}">${more}<title>${
    escape(page.title.join(''))
  }</title><style>td{padding:2px}</style></head>\n<body>\n${content}\n</body></html>\n`

/** Menus, lists of other reports, counters: figures and words of the form outside of the report. */
const withSite = (content: string) =>
  `<script>var hits = 20231; var menu = ["总计 7","行政处罚 99"];</script>
<div class="nav"><ul><li><a href="/">首页</a></li><li><a href="/xk/">行政许可</a></li><li><a href="/cf/">行政处罚</a> (128)</li></ul></div>
<table class="layout" width="1000"><tr><td width="200" valign="top"><table><tr><td>信息公开年报</td></tr><tr><td>2018年</td></tr><tr><td>2019年</td></tr><tr><td>规范性文件</td><td>365</td></tr><tr><td>行政处罚</td><td>82</td></tr></table></td>
<td width="800" valign="top"><!-- <td>行政许可</td><td>9999</td> --><div class="article">
${content}
</div></td></tr></table>
<div class="foot">主办单位 ICP备12345678号-1 浏览次数：<span id="cnt">1024</span></div>`

const html = (bytes: Buffer, contentType = 'text/html; charset=utf-8') => ({ bytes, contentType })

export const HTML: Style[] = [
  {
    name: 'html',
    render: (page, random) => html(Buffer.from(document(page, body(page, plainDress(random)), 'utf-8')))
  },
  {
    name: 'html of a site',
    render: (page, random) => html(Buffer.from(document(page, withSite(body(page, plainDress(random))), 'utf-8')))
  },
  {
    name: 'html of paragraphs',
    recall: 0.96,
    render: page => html(Buffer.from(document(page, paragraphs(page), 'utf-8')))
  },
  {
    name: 'html of Word',
    render: (page, random) =>
      html(
        Buffer.from(
          document(
            page,
            `<div class=WordSection1>${body(page, wordDress(random))}</div>`,
            'utf-8',
            '<meta name=Generator content="Microsoft Word 15"><!--[if gte mso 9]><xml><o:Pages>5</o:Pages></xml><![endif]-->'
          )
        )
      )
  },
  {
    name: 'html in GB18030',
    render: (page, random) => {
      const charset = random.pick(['gb18030', 'gb2312', 'GBK'])
      const content = random.chance(0.5) ? withSite(body(page, plainDress(random))) : body(page, plainDress(random))
      return html(
        encodeGb18030(document(page, content, charset)),
        random.pick(['text/html', `text/html; charset=${charset}`])
      )
    }
  }
]
