// Small schemas shared by many features.
import { type Static, type TSchema, Type } from 'typebox'

export { INVISIBLE, LINES, LINES_NOT_BLANK, ONE_LINE, PATTERN_TEXTS } from '../problems/text-patterns.ts'

interface Scalars {
  string: string
  integer: number
  number: number
  boolean: boolean
}

/** Returns the schema of a value of that type, or null. */
export const orNull = <Name extends keyof Scalars>(type: Name, description?: string) =>
  Type.Unsafe<Scalars[Name] | null>({ type: [type, 'null'], ...(description === undefined ? {} : { description }) })

/** Returns a reference to a named schema, or null. */
export const refOrNull = <S extends TSchema & { $id?: string }>(schema: S, description: string) =>
  Type.Unsafe<Static<S> | null>({ anyOf: [Type.Ref(schema.$id!), { type: 'null' }], description })

/** Returns the schema of a text in both languages. */
export const bilingual = (description?: string) =>
  Type.Object({ zh: Type.String(), en: Type.String() }, description === undefined ? {} : { description })
