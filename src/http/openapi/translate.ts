// Translates the OpenAPI document. The English texts are in the code, the Chinese ones in openapi/zh.
import { PROBLEMS } from '../../problems/codes.ts'
import { problemExamples } from './examples.ts'
import { chineseOf } from './translations.ts'

/** The line of a problem code in the description of an error response: its link and its title. */
const PROBLEM_LINE = /^(- \[`([\w-]+)`\]\([^)]*\)): .*$/gm

const isProblemList = (text: string): boolean => text.startsWith('- [`')

/** Members that hold data of clients, not texts of the document. */
const DATA = new Set(['example', 'default', 'enum', 'const'])

/** Calls `replace` for each text of a document to be read by people, and returns a copy with the results. */
function mapTexts (node: unknown, replace: (text: string) => string, isNames = false): unknown {
  if (Array.isArray(node)) return node.map(item => mapTexts(item, replace))
  if (typeof node !== 'object' || node === null) return node
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => {
      if (isNames) return [key, mapTexts(value, replace)]
      if (typeof value === 'string') return [key, key === 'summary' || key === 'description' ? replace(value) : value]
      if (DATA.has(key) || (key === 'examples' && Array.isArray(value))) return [key, value]
      return [key, mapTexts(value, replace, key === 'properties')]
    })
  )
}

interface Document {
  components: { examples: Record<string, object> }
}

/** Lists the texts of a document that need a translation; the texts of problem codes are in their own table. */
export function textsOf (document: object): Set<string> {
  const texts = new Set<string>()
  mapTexts(withExamples(document, {}), text => {
    if (!isProblemList(text)) texts.add(text)
    return text
  })
  return texts
}

/** Returns the document in Chinese. A text without a translation stays English. */
export function translateDocument (document: object): object {
  const codes = Object.keys((document as Document).components.examples)
  const all = problemExamples('zh')
  const examples = Object.fromEntries(codes.map(code => [code, all[code]!]))
  const translated = mapTexts(
    withExamples(document, {}),
    text => isProblemList(text) ? translateProblemList(text) : chineseOf(text)
  )
  return withExamples(translated as object, examples)
}

const withExamples = (document: object, examples: Record<string, object>): object => ({
  ...document,
  components: { ...(document as Document).components, examples }
})

const translateProblemList = (text: string): string =>
  text.replace(
    PROBLEM_LINE,
    (line, link: string, code: string) =>
      code in PROBLEMS ? `${link}：${PROBLEMS[code as keyof typeof PROBLEMS].title.zh}` : line
  )
