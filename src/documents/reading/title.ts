// Finds the agency and the year that a document names, to compare them with those of the request.
import type { Document } from '../document.ts'
import { normalizeText } from './normalize.ts'
import { lineText, type Part } from './report-parts.ts'

export interface Title {
  year: number | null
  agency_name: string | null
  annual: boolean
}

const DIGITS = '〇一二三四五六七八九'
const YEAR = '(20\\d{2}|二[〇零○oO0]{1}[〇零○一二三四五六七八九oO0]{2})'
const REPORT = '政府信息公开(?:工作)?(?:情况)?(?:的)?(?:年度)?(?:工作)?(?:情况)?(?:的)?(?:报告|年报)'
/** Two years, or one of a school, are no reporting year. */
const RANGE = new RegExp(
  `${YEAR}(?:年度?)?(?:[-\\u2010-\\u2015~至到和与及、/])(?:${YEAR}|\\d{2}(?:年|学年))|${YEAR}年?学年`
)
/** Begins no name of an agency. */
const NO_AGENCY =
  /^(?:现将|现|根据|按照|依据|为|编制|公布|发布|公开|关于|附件|附表|本|我|以下|上一篇|下一篇|相关|查看|下载|全文|目录|首页|政府信息|年度|报送|印发)/
const TITLE = new RegExp(REPORT + `(?:[(]?${YEAR}(?:年度|年)?[)]?)?`)
const YEARS = new RegExp(`[(]?${YEAR}(?:年度|年)?[)]?`, 'g')

/** How many lines before part one are searched, and how many at either end of these for the period. */
const PREAMBLE = 200
const NEAR = 12
const MAX_PAGE_TITLE_LENGTH = 1000

export function readTitle (document: Document, parts: Part[]): Title {
  const first = parts[0]?.from ?? Math.min(document.lines.length, 40)
  const lines = preambleLines(document, first)
  const page = document.title === null
    ? null
    : normalizeText(document.title.slice(0, MAX_PAGE_TITLE_LENGTH)).replaceAll(' ', '')
  const own = lines.map((_, i) => titleAt(lines, i)).findLast(title => title !== null) ?? null
  const below = lines.map(line => new RegExp(`^[(]${YEAR}(?:年度|年)?[)]$`).exec(line)?.[1]).findLast(year =>
    year !== undefined
  )
  const fromPage = page === null ? null : parse(page)
  const found = own?.year ?? number(below) ?? fromPage?.year ?? yearInText(document, parts)
  return {
    year: isCertain(found, own, fromPage) ? found : null,
    agency_name: own?.agency_name ?? fromPage?.agency_name ?? null,
    annual: !namesPartOfYear(lines, page) && !statesPartOfYear(document, parts)
  }
}

/** False if the title names a range of years, or if the year of the page title differs. */
function isCertain (year: number | null, own: ParsedTitle | null, fromPage: ParsedTitle | null): boolean {
  if ((own ?? fromPage)?.range === true) return false
  return fromPage === null || fromPage.year === null || fromPage.year === year
}

/** Returns the lines before part one that are short enough for a title. */
function preambleLines (document: Document, first: number): string[] {
  const lines: string[] = []
  for (let i = Math.max(0, first - PREAMBLE); i < first; i++) {
    const line = lineText(document, i).replace(/^[#*]+|(?<![#*])[#*]+$/g, '')
    if (line !== '' && line.length <= 120) lines.push(line)
  }
  return lines
}

/** True if the page title or a title near either end of the preamble names a half-year, quarter or month. */
function namesPartOfYear (lines: string[], page: string | null): boolean {
  const near = [...new Set([...lines.slice(0, NEAR), ...lines.slice(-NEAR)])]
  const periods = [...near.map((line, i) => line + (near[i + 1] ?? '')), page ?? '']
  return periods.some(text => text.includes('信息公开') && isPartOfYear(text))
}

/** Parses a title that ends on the line; it may begin one or two lines above. */
function titleAt (lines: string[], i: number): ParsedTitle | null {
  const before = lines[i - 1] ?? ''
  const own = parse(lines[i]!)
  if (own !== null) {
    return own.agency_name !== null || !/^[一-鿿()]{3,30}$/.test(before)
      ? own
      : { ...own, agency_name: before }
  }
  if (before === '' || parse(before) !== null) return null
  const two = parse(before + lines[i]!)
  if (two !== null) {
    return two.agency_name !== null || !/^[一-鿿()]{3,30}$/.test(lines[i - 2] ?? '')
      ? two
      : { ...two, agency_name: lines[i - 2]! }
  }
  return null
}

const WHOLE_TITLE = new RegExp(
  `^(?:关于)?[(]?(?:${YEAR}(?:年度|年)?)?[)]?[一-鿿()]{0,40}(?:${YEAR}(?:年度|年)?)?${REPORT}(?:[(]?${YEAR}(?:年度|年)?[)]?)?$`
)
const MAX_TITLE_LENGTH = 60

/**
 * Returns the index of the line below the first part that is the title of another report, of another agency or year;
 * null if there is none.
 */
export function findOtherTitle (
  document: Document,
  parts: Part[],
  { year, agency_name: agency }: Title
): number | null {
  const [first] = parts
  const last = parts.at(-1)
  if (first === undefined || last === undefined) return null
  for (let i = first.from + 1; i < last.to; i++) {
    const { start, end, fields } = document.lines[i]!
    if (end - start > 2 * MAX_TITLE_LENGTH || (fields !== null && fields.length > 1)) continue
    const text = lineText(document, i).replace(/^[#*]+|[#*]+$/g, '')
    if (text.length > MAX_TITLE_LENGTH || !WHOLE_TITLE.test(text)) continue
    const other = parse(text)
    if (other === null) continue
    if (year !== null && other.year !== null && other.year !== year) return i
    if (agency !== null && other.agency_name !== null && !isSameAgency(agency, other.agency_name)) return i
  }
  return null
}

/** A name may be printed in full once, and without its place elsewhere. */
const isSameAgency = (a: string, b: string) => a.endsWith(b) || b.endsWith(a)

function isPartOfYear (text: string): boolean {
  if (/上半年|下半年|半年|[第前]?[一二三四1-4]季度|季报|月报/.test(text)) return true
  return [...text.matchAll(/(\d{1,2})月?(?:份)?(?:\d{1,2}日)?(?:起)?(?:至|到|-|—|~)(?:20\d{2}年)?(\d{1,2})月/g)].some((
    [, from, to]
  ) => from !== '1' || to !== '12')
}

interface ParsedTitle {
  year: number | null
  agency_name: string | null
  /** Names a range of years. */
  range: boolean
}

function parse (text: string): ParsedTitle | null {
  const match = TITLE.exec(text)
  if (match === null) return null
  const before = text.slice(0, match.index)
  const years = [...before.matchAll(YEARS)]
  const year = years.at(-1)
  const name =
    (year === undefined ? before : year.index === 0 ? before.slice(year[0].length) : before.slice(0, year.index))
      .replace(/^.*[:>|《]/, '').replace(/(关于|本级|的)+$/, '').replace(/^关于/, '')
  const isName = /^[一-鿿()]{2,40}$/.test(name) && !NO_AGENCY.test(name)
  return { year: number(match[1] ?? year?.[1]), agency_name: isName ? name : null, range: RANGE.test(text) }
}

function number (text: string | undefined): number | null {
  if (text === undefined) return null
  const year = Number(
    [...text].map(char => /\d/.test(char) ? char : /[零○oO]/.test(char) ? '0' : DIGITS.indexOf(char)).join('')
  )
  return Number.isInteger(year) ? year : null
}

function overview (document: Document, parts: Part[]): string {
  const part = parts.findLast(part => part.section === 'overview' && part.to > part.from + 1)
  return part === undefined
    ? ''
    : Array.from({ length: part.to - part.from }, (_, i) => lineText(document, part.from + i)).join('\n')
}

/** The year of the reporting period, or the year that part one names both first and most often. */
function yearInText (document: Document, parts: Part[]): number | null {
  const text = overview(document, parts)
  const period = /(20\d{2})年1月1日(?:起)?(?:至|到|-|—)(?:(20\d{2})年)?12月31日/.exec(text)
  if (period !== null && (period[2] === undefined || period[2] === period[1])) return Number(period[1])
  const years = [...text.matchAll(/(20\d{2})年/g)].map(match => Number(match[1]))
  if (years.length === 0) return null
  const times = new Map<number, number>()
  for (const year of years) times.set(year, (times.get(year) ?? 0) + 1)
  const first = years[0]!
  return [...times].every(([year, n]) => year === first || n < times.get(first)!) ? first : null
}

const statesPartOfYear = (document: Document, parts: Part[]): boolean =>
  /20\d{2}年1月1日(?:起)?(?:至|到|-|—)(?:20\d{2}年)?(?!12月31日|12月底)\d{1,2}月/.test(overview(document, parts))
