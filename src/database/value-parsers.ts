import pg from 'pg'
import { problem } from '../problems/problem.ts'

const BIGINT = 20
const BIGINT_ARRAY = 1016
/** Parses figures and sums as numbers. Throws on a sum that a double cannot hold exactly; never rounds. */
function parseExactInteger (text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw problem('total-overflow', { where: text })
  return value
}

/** Parses an array of sums as PostgreSQL prints it, `{0,NULL,12}`. */
function parseVector (text: string): (number | null)[] {
  return text === '{}' ? [] : text.slice(1, -1).split(',').map(part => part === 'NULL' ? null : parseExactInteger(part))
}
export const VALUE_PARSERS = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === BIGINT
      ? parseExactInteger
      : oid === BIGINT_ARRAY
      ? parseVector
      : pg.types.getTypeParser(oid, format as 'text')
} as pg.CustomTypesConfig
