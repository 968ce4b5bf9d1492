// Text made comparable: one form for what is written in several ways.
import { Converter } from 'opencc-js/t2cn'

const convert = Converter({ from: 't', to: 'cn' })
const simplified = new Map<string, string>()

/** Character by character, so that labels of a form and of a document come out alike whatever stands beside them. */
function simplify (text: string): string {
  let out = ''
  for (const char of text) {
    if (char < '一') {
      out += char
      continue
    }
    let simple = simplified.get(char)
    if (simple === undefined) simplified.set(char, simple = convert(char))
    out += simple
  }
  return out
}

/** Readings that mirror sites put after characters: 動(dòng), 公(gong), (he)國(guo). */
const PINYIN = /\(\s*[a-zāáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜńňǹḿêɡ]+[\s']*[a-zāáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜńňǹḿêɡ]*\s*\)/g

/** Full-width to half-width, no readings, simplified characters, every kind of space as one space. */
export function normalizeText (text: string): string {
  const narrow = text.normalize('NFKC').replace(/[\u200b-\u200f\u2060\ufeff\u00ad]/g, '').replace(/\s+/g, ' ')
  return simplify(narrow.includes('(') ? narrow.normalize('NFC').replace(PINYIN, '') : narrow).trim()
}

const ENUMERATOR =
  /^(?:\(\s*(?:[一二三四五六七八九十]{1,2}|\d{1,2})\s*\)|[一二三四五六七八九十]{1,2}\s*[、.,:]|\d{1,2}\s*[、.,:)]|\d{1,2}(?=\s*[一-鿿]))\s*[、.,:]?\s*/

/** What remains of a label: its characters, without enumerator, brackets with their explanations, spaces and signs. */
export function labelKey (text: string): string {
  return keyOf(
    normalizeText(text).replace(/\([^()]*\)/g, (all, at: number) => at === 0 ? all : '').replace(/\([^()]*$/, '')
  )
}

/** The same with the words in brackets. */
export const fullKey = (text: string): string => keyOf(normalizeText(text))

function keyOf (text: string): string {
  let key = text.replace(/^[\s#*>?·•]+/, '')
  for (let i = 0; i < 2; i++) key = key.replace(ENUMERATOR, '')
  return bare(key)
}

/** Nothing but letters, digits and Chinese characters. */
export const bare = (text: string): string => text.replace(/[^\p{L}\p{N}]/gu, '')
