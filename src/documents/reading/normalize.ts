// Normalizes text so that labels and figures compare equal however they are written.
import { Converter } from 'opencc-js/t2cn'

const convert = Converter({ from: 't', to: 'cn' })
const simplified = new Map<string, string>()
/** More characters than any report has; a file with all of Unicode must not fill the memory for the next ones. */
const MAX_SIMPLIFIED = 30_000
/** Characters that are appended one by one before they become a piece: an appended character takes 32 bytes. */
const PIECE_LENGTH = 4096

/** Converts character by character, so that the result does not depend on the context of a label. */
function simplify (text: string): string {
  const pieces: string[] = []
  let out = ''
  for (const char of text) {
    if (out.length > PIECE_LENGTH) {
      pieces.push(out)
      out = ''
    }
    if (char < '一') {
      out += char
      continue
    }
    const known = simplified.get(char)
    const simple = known ?? convert(char)
    if (known === undefined && simplified.size < MAX_SIMPLIFIED) simplified.set(char, simple)
    out += simple
  }
  return pieces.length === 0 ? out : pieces.join('') + out
}

/** Pinyin that mirror sites put after characters: 動(dòng), 公(gong), (he)國(guo). */
const PINYIN = /\(\s*[a-zāáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜńňǹḿêɡ]{1,40}[\s']*[a-zāáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜńňǹḿêɡ]{0,40}\s*\)/g

/** Sorting the combining characters of one base takes quadratic time; no text has more than 30 (Unicode, UAX #15). */
const COMBINING = /([\p{M}\uFF9E\uFF9F]{30})[\p{M}\uFF9E\uFF9F]+/gu

/** Converts to half-width and simplified characters, removes pinyin, collapses every kind of space into one space. */
export function normalizeText (text: string): string {
  const narrow = text.replace(COMBINING, '$1\uFFFD').normalize('NFKC').replace(/[\u200b-\u200f\u2060\ufeff\u00ad]/g, '')
    .replace(/\s+/g, ' ')
  return simplify(narrow.includes('(') ? narrow.normalize('NFC').replace(PINYIN, '') : narrow).trim()
}

const ENUMERATOR =
  /^(?:\(\s*(?:[一二三四五六七八九十]{1,2}|\d{1,2})\s*\)|[一二三四五六七八九十]{1,2}\s*[、.,:]|\d{1,2}\s*[、.,:)]|\d{1,2}(?=\s*[一-鿿]))\s*[、.,:]?\s*/

/** A footnote mark at the end of a label. */
const LABEL_MARK = /(?<=[\p{Script=Han})）”’"》」])\s?[⁰¹²³⁴-⁹①-⑳]+\s*$/u

/** The key of a label: its characters without enumerator, explanations in brackets, spaces and punctuation. */
export function labelKey (text: string): string {
  return keyOf(
    normalizeText(text.replace(LABEL_MARK, '')).replace(/\([^()]*\)/g, (all, at: number) => at === 0 ? all : '')
      .replace(/\([^()]*$/, '')
  )
}

/** Like `labelKey`, but keeps the words in brackets. */
export const fullKey = (text: string): string => keyOf(normalizeText(text.replace(LABEL_MARK, '')))

function keyOf (text: string): string {
  let key = text.replace(/^[\s#*>?·•]+/, '')
  for (let i = 0; i < 2; i++) key = key.replace(ENUMERATOR, '')
  return bare(key)
}

/** Keeps only letters, digits and Chinese characters. */
export const bare = (text: string): string => text.replace(/[^\p{L}\p{N}]/gu, '')

const SUFFIX = /(?<=.)(?:件数|数量|件|数)$/

/** The key of a column label, equal for its variants: 合计 for 总计, 本年制发数 for 本年制发件数. */
export const columnKey = (key: string): string => key === '合计' ? '总计' : key.replace(SUFFIX, '')
