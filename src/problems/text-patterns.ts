// Patterns of texts that people type and others read.
import type { Text } from './fault.ts'

/** Characters that change the direction of the text after them: what people see is not what is stored. */
const DIRECTION = '\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069'

/** Control characters and characters without width or form, as the members of a character class. */
export const INVISIBLE =
  '\\x00-\\x1f\\x7f-\\x9f\\u00ad\\u061c\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb'

const CLEAN = `[^\\x00-\\x08\\x0e-\\x1f\\x7f-\\x9f${DIRECTION}]*`

/** Patterns of texts that people type and others read: one line, and one or more lines. */
export const ONE_LINE = `^[^${INVISIBLE}]*$`
export const LINES = `^${CLEAN}$`
export const LINES_NOT_BLANK = `^(?=\\s*\\S)${CLEAN}$`

/** What each of these patterns expects. */
export const PATTERN_TEXTS: Record<string, Text> = {
  [ONE_LINE]: {
    en: 'one line of text without control characters, also invisible ones such as U+200B or U+202E',
    zh: '一行文字，不含控制字符，也不含 U+200B、U+202E 等不可见字符'
  },
  [LINES]: {
    en: 'a text without control characters, also those of direction such as U+202E; it may have line breaks',
    zh: '文字，可以换行，不含控制字符，也不含 U+202E 等改变文字方向的字符'
  },
  [LINES_NOT_BLANK]: {
    en:
      'a text, not blank, without control characters, also those of direction such as U+202E; it may have line breaks',
    zh: '非空白的文字，可以换行，不含控制字符，也不含 U+202E 等改变文字方向的字符'
  }
}
