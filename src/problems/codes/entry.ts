// One problem code: its status, its texts in both languages, and an example.
import type { Fault, Text } from '../fault.ts'

/** A value in the sentence of a problem. */
export type Fact = string | number | Text

/** The names in braces in a sentence. */
export type Placeholders<Sentence extends string> = Sentence extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never

/** A case of the problem, for documentation. */
export interface Example {
  /** The request that meets the problem: its first line, and the body after an empty line. */
  request?: string
  facts?: Record<string, Fact>
  errors?: Fault[]
}

/** `Detail` is the English sentence as a literal type: the names of its facts are checked where a problem is raised. */
export interface Entry<Detail extends string> {
  status: number
  title: Text
  detail: { en: Detail, zh: string }
  /** What the caller does about it; code in backticks. */
  remedy: Text
  example: Example
}

/** An example names all facts of the sentence. */
type ExampleOf<Detail extends string> = [Placeholders<Detail>] extends [never] ? [example?: Omit<Example, 'facts'>]
  : [example: Omit<Example, 'facts'> & { facts: Record<Placeholders<Detail>, Fact> }]

type Texts<Detail extends string> = readonly [title: string, detail: Detail, remedy: string]

export const entry = <const Detail extends string>(
  status: number,
  [title, detail, remedy]: Texts<Detail>,
  [titleZh, detailZh, remedyZh]: Texts<string>,
  ...[example = {}]: ExampleOf<Detail>
): Entry<Detail> => ({
  status,
  title: { en: title, zh: titleZh },
  detail: { en: detail, zh: detailZh },
  remedy: { en: remedy, zh: remedyZh },
  example
})
