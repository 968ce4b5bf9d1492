// Finds the six parts of a report by their titles.
import type { Document } from '../document.ts'
import type { TokenLine } from './lines/tokens.ts'
import { normalizeText } from './normalize.ts'

/** Section ids of the forms, with patterns for the beginning of their titles. */
const TITLES: [string, RegExp][] = [
  ['overview', /^(?:(?:政府信息公开(?:工作)?)?(?:总体|基本)(?:工作)?(?:情况|概况)|(?:工作)?概述)/],
  ['proactive_disclosure', /^主动公开政府信息(?:工作)?(?:的)?情况/],
  [
    'requests',
    /^(?:政府信息公开)?(?:收到和处理|收到及处理|收到、处理|处理|接收和处理)(?:的)?(?:政府)?信息公开申请(?:的)?情况/
  ],
  [
    'review_litigation',
    /^(?:因)?(?:政府信息公开(?:工作)?)?(?:被)?(?:申请|提起)?(?:的)?行政复议.{0,8}行政诉讼(?:的)?(?:情况)?/
  ],
  [
    'problems_improvements',
    /^(?:政府信息公开(?:工作)?)?(?:中)?(?:存在的?|主要)(?:主要)?(?:问题|不足).{0,10}(?:改进|整改|下一步|措施)[一-鿿]{0,6}/
  ],
  ['other_matters', /^其[他它](?:需要)?(?:报告|说明)(?:的)?(?:有关)?(?:事项|情况)/]
]

export interface Part {
  section: string
  /** Indices of lines. `from` is the line of the title; `to` is exclusive. */
  from: number
  to: number
  /** The text after the title on its line. */
  rest: string
}

const MAX_TITLE_LENGTH = 60
/** A report has six; the limit bounds the time for hostile input. */
const MAX_PARTS = 200

/** A title is shorter. */
const MAX_LINE_LENGTH = 4000

const textsByDocument = new WeakMap<Document, string[]>()

/** The normalized text of a line, without spaces. */
export function lineText (document: Document, index: number): string {
  let texts = textsByDocument.get(document)
  if (texts === undefined) textsByDocument.set(document, texts = [])
  const { start, end } = document.lines[index]!
  const text = texts[index] ??
    normalizeText(document.text.slice(start, Math.min(end, start + MAX_LINE_LENGTH))).replaceAll(' ', '')
  texts[index] = text
  return text
}

export function findParts (document: Document, lines: TokenLine[]): Part[] {
  const starts: Omit<Part, 'to'>[] = []
  for (const line of lines) {
    if (starts.length >= MAX_PARTS) break
    const words = line.tokens.filter(token => token.kind === 'text')
    if (words.length === 0 || (line.divided && words.length > 1)) continue
    const text = line.divided
      ? normalizeText(words[0]!.raw.slice(0, MAX_LINE_LENGTH)).replaceAll(' ', '')
      : lineText(document, line.index)
    // The names of the two groups of columns in part four read like a title.
    if (text === '行政复议行政诉讼' && starts.at(-1)?.section === 'review_litigation') continue
    const title = titleOf(text)
    if (title !== null) {
      starts.push({ section: title.section, from: line.index, rest: title.rest })
      continue
    }
    // The title may wrap over two lines.
    const next = lines[line.index + 1]
    if (
      line.divided || next === undefined || next.divided || !/^[#*]*[一二三四五六]、/.test(text) ||
      text.length > MAX_TITLE_LENGTH
    ) continue
    const both = titleOf(text + lineText(document, next.index))
    if (both?.rest === '') starts.push({ section: both.section, from: next.index, rest: '' })
  }
  return starts.map((start, i) => ({ ...start, to: starts[i + 1]?.from ?? lines.length }))
}

function titleOf (text: string): { section: string, rest: string } | null {
  const marked = /^[#*>?\s]*(?:第?([一二三四五六七])(?:部分)?[、.:,]?|(\d)[、.])?/.exec(text)!
  const body = text.slice(marked[0].length)
  for (const [section, title] of TITLES) {
    const match = title.exec(body)
    if (match === null) continue
    const rest = body.slice(match[0].length).replace(/^\*+/, '').replace(/(?<!\*)\*+$/, '')
    // An entry of the table of contents.
    if (/^[.·…\s]*\d+$/.test(rest)) return null
    const numbered = marked[1] !== undefined || marked[2] !== undefined || text.startsWith('#')
    const ends = rest === '' || /^[:。.，,;(]/.test(rest)
    if (ends ? numbered || body.length <= MAX_TITLE_LENGTH : numbered && body.length <= MAX_TITLE_LENGTH) {
      // A sentence may begin like a title.
      if (!numbered && rest !== '') continue
      return { section, rest: rest.replace(/^[:。.，,;]+/, '') }
    }
    if (numbered && ends) return { section, rest: rest.replace(/^[:。.，,;]+/, '') }
  }
  return null
}
