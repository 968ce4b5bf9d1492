import { type RawBuilder, sql } from 'kysely'

/** So many figures are sooner found in the text of a vector than all of it is read. */
const MAX_SPLIT = 6

/** Of a stored vector, an array that has the figures at the positions, and where in it each of them is. */
export function selectElements (
  vector: RawBuilder<unknown>,
  positions: number[]
): { array: RawBuilder<unknown>, indexOf: (position: number) => number } {
  if (positions.length > MAX_SPLIT) return { array: sql`${vector}::bigint[]`, indexOf: position => position }
  // Nothing stands where the vector of another form is shorter.
  const figure = (position: number) =>
    sql`nullif(nullif(btrim(split_part(${vector}, ',', ${sql.lit(position)}), '{}'), ''), 'null')::bigint`
  return { array: sql`array[${sql.join(positions.map(figure))}]`, indexOf: position => positions.indexOf(position) + 1 }
}
