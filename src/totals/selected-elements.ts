import { type RawBuilder, sql } from 'kysely'

/** Up to this many figures are extracted from the text of a vector faster than the whole vector is parsed. */
const MAX_SPLIT = 6

/**
 * Selects elements of a stored vector. Returns an array that contains the figures at the positions, and the index of
 * each.
 */
export function selectElements (
  vector: RawBuilder<unknown>,
  positions: number[]
): { array: RawBuilder<unknown>, indexOf: (position: number) => number } {
  if (positions.length > MAX_SPLIT) return { array: sql`${vector}::bigint[]`, indexOf: position => position }
  // The vector of another form may be shorter: missing elements are null.
  const figure = (position: number) =>
    sql`nullif(nullif(btrim(split_part(${vector}, ',', ${sql.lit(position)}), '{}'), ''), 'null')::bigint`
  return { array: sql`array[${sql.join(positions.map(figure))}]`, indexOf: position => positions.indexOf(position) + 1 }
}
