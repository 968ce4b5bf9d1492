import fc from 'fast-check'
import { sql } from 'kysely'
import t from 'tap'
import { CopyRows, readCopied } from '../../src/database/copy-rows.ts'
import { copyInto } from '../../src/database/copy.ts'
import { freshDatabase } from '../support/app.ts'

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.stringMatching(/^[\\\t\n\r"{}N,]*$/),
  fc.constantFrom('', '\\N', '\\.', 'x'.repeat(40_000), '无'.repeat(9000))
)
  .map(said => said.replaceAll('\0', ''))
const figure = fc.oneof(
  fc.nat(9),
  fc.constant(NaN),
  fc.integer(),
  fc.constantFrom(Number.MAX_SAFE_INTEGER, -1, 10, 99, 999_999_999_999_999)
)
const row = fc.record({ said: fc.option(text), vector: fc.array(figure, { maxLength: 300 }), number: fc.integer() })

t.test('writes rows that PostgreSQL and readCopied read back unchanged', async t => {
  const { db } = await freshDatabase(t)
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 1, maxLength: 20 }),
      fc.array(row, { minLength: 1, maxLength: 3 }),
      async (rows, before) => {
        const copied = new CopyRows()
        for (const { said, vector, number } of before) copied.add([said, Float64Array.from(vector), number])
        copied.clear()
        const ends = rows.map(({ said, vector, number }) => {
          const from = copied.length
          copied.add([said, Float64Array.from(vector), number])
          return [from, copied.length] as const
        })
        const expected = rows.map(({ said, vector, number }) => ({
          said,
          vector: vector.map(figure => Number.isNaN(figure) ? null : figure),
          number
        }))
        const texts = ends.map(([from, to]) => readCopied(copied.part(from, to - 1).toString()))
        t.same(
          texts.map(([said, vector, number]) => ({
            said,
            vector: JSON.parse(`[${vector!.slice(1, -1)}]`),
            number: Number(number)
          })),
          expected
        )
        await db.transaction().execute(async trx => {
          await sql`create temporary table copied (i integer generated always as identity, said text, vector text, number integer) on commit drop`
            .execute(trx)
          await copyInto(trx, 'copied', ['said', 'vector', 'number'], copied.bytes)
          const { rows: stored } = await sql<
            { said: string | null, vector: (number | null)[], number: number }
          >`select said, vector::bigint[] as vector, number from copied order by i`.execute(trx)
          t.same(stored, expected)
        })
        return t.passing()
      }
    ),
    { numRuns: 60, endOnFailure: true }
  )
})

t.test('copies no rows from an empty buffer', async t => {
  const { db } = await freshDatabase(t)
  await db.transaction().execute(async trx => await copyInto(trx, 'agency', ['code', 'name'], new CopyRows().bytes))
  t.same(await db.selectFrom('agency').selectAll().execute(), [])
})
