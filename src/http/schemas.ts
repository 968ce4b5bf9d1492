// Small schemas that many features use.
import { type Static, type TSchema, Type } from 'typebox'

interface Scalars {
  string: string
  integer: number
  number: number
  boolean: boolean
}

/** A value of that type, or null. */
export const orNull = <Name extends keyof Scalars>(type: Name, description?: string) =>
  Type.Unsafe<Scalars[Name] | null>({ type: [type, 'null'], ...(description === undefined ? {} : { description }) })

/** A named schema, or null. */
export const refOrNull = <S extends TSchema & { $id?: string }>(schema: S, description: string) =>
  Type.Unsafe<Static<S> | null>({ anyOf: [Type.Ref(schema.$id!), { type: 'null' }], description })

/** A text in both languages. */
export const bilingual = (description?: string) =>
  Type.Object({ zh: Type.String(), en: Type.String() }, description === undefined ? {} : { description })
