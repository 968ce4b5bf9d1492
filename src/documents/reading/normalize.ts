// Normalizes text so that labels and figures compare equal however they are written.
import { Converter } from 'opencc-js/t2cn'

const convert = Converter({ from: 't', to: 'cn' })
const simplified = new Map<string, string>()

/** Converts character by character, so that the result does not depend on the context of a label. */
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

/** Pinyin that mirror sites put after characters: 動(dòng), 公(gong), (he)國(guo). */
const PINYIN = /\(\s*[a-zāáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜńňǹḿêɡ]+[\s']*[a-zāáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜńňǹḿêɡ]*\s*\)/g

/** Converts to half-width and simplified characters, removes pinyin, collapses every kind of space into one space. */
export function normalizeText (text: string): string {
  const narrow = text.normalize('NFKC').replace(/[\u200b-\u200f\u2060\ufeff\u00ad]/g, '').replace(/\s+/g, ' ')
  return simplify(narrow.includes('(') ? narrow.normalize('NFC').replace(PINYIN, '') : narrow).trim()
}

const ENUMERATOR =
  /^(?:\(\s*(?:[一二三四五六七八九十]{1,2}|\d{1,2})\s*\)|[一二三四五六七八九十]{1,2}\s*[、.,:]|\d{1,2}\s*[、.,:)]|\d{1,2}(?=\s*[一-鿿]))\s*[、.,:]?\s*/

/** The key of a label: its characters without enumerator, explanations in brackets, spaces and punctuation. */
export function labelKey (text: string): string {
  return keyOf(
    normalizeText(text).replace(/\([^()]*\)/g, (all, at: number) => at === 0 ? all : '').replace(/\([^()]*$/, '')
  )
}

/** Like `labelKey`, but keeps the words in brackets. */
export const fullKey = (text: string): string => keyOf(normalizeText(text))

function keyOf (text: string): string {
  let key = text.replace(/^[\s#*>?·•]+/, '')
  for (let i = 0; i < 2; i++) key = key.replace(ENUMERATOR, '')
  return bare(key)
}

/** Keeps only letters, digits and Chinese characters. */
export const bare = (text: string): string => text.replace(/[^\p{L}\p{N}]/gu, '')
