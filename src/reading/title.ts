// Whose report a document is and for which year, as its title and its text say. Proposals: the caller names both.
import type { Document } from './document.ts'
import { plain } from './fold.ts'
import { lineText, type Part } from './parts.ts'

export interface Title { year: number | null, agency_name: string | null, annual: boolean }

const DIGITS = '〇一二三四五六七八九'
const YEAR = '(20\\d{2}|二[〇零○oO0]{1}[〇零○一二三四五六七八九oO0]{2})'
const REPORT = '政府信息公开(?:工作)?(?:情况)?(?:的)?(?:年度)?(?:工作)?(?:情况)?(?:的)?(?:报告|年报|年度报告)'
const TITLE = new RegExp(REPORT + `(?:[(]?${YEAR}(?:年度|年)?[)]?)?`)
const YEARS = new RegExp(`[(]?${YEAR}(?:年度|年)?[)]?`, 'g')

export function readTitle (document: Document, parts: Part[]): Title {
  const first = parts[0]?.from ?? Math.min(document.lines.length, 40)
  const texts: string[] = []
  for (let i = Math.max(0, first - 200); i < first; i++) {
    const line = lineText(document, i).replace(/^[#*\s]+/, '')
    const next = i + 1 < first ? lineText(document, i + 1) : ''
    if (line !== '' && line.length <= 120) texts.push(line.includes('信息公开') && !/(报告|年报)/.test(line) ? line + next : line)
    if (line !== '' && line.length <= 60 && !line.includes('信息公开') && /^.{0,40}信息公开.{0,20}(报告|年报)/.test(next)) texts.push(next)
  }
  const titles = texts.flatMap(text => { const read = parse(text); return read === null ? [] : [read] })
  const page = document.title === null ? null : parse(plain(document.title).replaceAll(' ', ''))
  const own = titles.at(-1) ?? page
  const annual = !texts.concat(document.title ?? '').some(text => /信息公开/.test(text) && /(上半年|下半年|半年|季度|[一二三四]季|月报|1-\d{1,2}月)/.test(text)) && !isPartOfYear(document, parts)
  if (own === null || own === undefined) return { year: yearInText(document, parts), agency_name: null, annual }
  const year = own.year ?? page?.year ?? yearInText(document, parts)
  return { year: page?.year != null && year !== page.year ? null : year, agency_name: own.agency_name ?? page?.agency_name ?? null, annual }
}

function parse (text: string): { year: number | null, agency_name: string | null } | null {
  const match = TITLE.exec(text)
  if (match === null) return null
  const before = text.slice(0, match.index)
  const years = [...before.matchAll(YEARS)]
  const year = years.at(-1)
  const name = (year === undefined ? before : year.index === 0 ? before.slice(year[0].length) : before.slice(0, year.index))
    .replace(/^.*[:>|《]/, '').replace(/(关于|本级|的)+$/, '').replace(/^关于/, '')
  return { year: number(match[1] ?? year?.[1]), agency_name: /^[一-鿿()]{2,40}$/.test(name) ? name : null }
}

function number (text: string | undefined): number | null {
  if (text === undefined) return null
  const year = Number([...text].map(char => /\d/.test(char) ? char : /[零○oO]/.test(char) ? '0' : DIGITS.indexOf(char)).join(''))
  return Number.isInteger(year) ? year : null
}

function overview (document: Document, parts: Part[]): string {
  const part = parts.findLast(part => part.section === 'overview' && part.to > part.from + 1)
  return part === undefined ? '' : Array.from({ length: part.to - part.from }, (_, i) => lineText(document, part.from + i)).join('\n')
}

/** The year of the period, or the one that part one names first and most. */
function yearInText (document: Document, parts: Part[]): number | null {
  const text = overview(document, parts)
  const period = /(20\d{2})年1月1日(?:起)?(?:至|到|-|—)(?:(20\d{2})年)?12月31日/.exec(text)
  if (period !== null && (period[2] === undefined || period[2] === period[1])) return Number(period[1])
  const years = [...text.matchAll(/(20\d{2})年/g)].map(match => Number(match[1]))
  if (years.length === 0) return null
  const times = (year: number) => years.filter(other => other === year).length
  const [first] = years
  return years.every(year => year === first || times(year) < times(first!)) ? first! : null
}

const isPartOfYear = (document: Document, parts: Part[]): boolean =>
  /(20\d{2})年1月1日(?:起)?(?:至|到|-|—)(?:(20\d{2})年)?(?!12月31日|12月底)\d{1,2}月\d{0,2}日?/.test(overview(document, parts))
