// The Chinese texts of summaries and descriptions: openapi/zh has a file for each folder of src/ with texts.
import { readdirSync, readFileSync } from 'node:fs'

const FOLDER = new URL('../../../openapi/zh/', import.meta.url)

const CHINESE = new Map(
  readdirSync(FOLDER).filter(name => name.endsWith('.json')).flatMap(name =>
    Object.entries(JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as Record<string, string>)
  )
)

/** Returns the Chinese text; the English one if there is none. */
export const chineseOf = (english: string): string => CHINESE.get(english) ?? english
