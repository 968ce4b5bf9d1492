import { type Kysely, sql } from 'kysely'
import t from 'tap'
import { openDatabase } from '../../src/database/connection.ts'
import { migrate, migrationStatus } from '../../src/database/migrations.ts'
import type { Database } from '../../src/database/types.ts'
import { readVector, writeVector } from '../../src/form/vector.ts'
import { freshDatabase } from '../support/app.ts'

/** Describes all columns, constraints, indexes, views, triggers and functions from the system catalogs. */
async function schemaOf (db: Kysely<Database>) {
  const { rows } = await sql<{ line: string }>`
    select format('%s %s %s %s %s', table_name, column_name, data_type, is_nullable, column_default) as line from information_schema.columns where table_schema = 'public'
    union all select format('%s %s', conname, pg_get_constraintdef(oid)) from pg_constraint where connamespace = 'public'::regnamespace
    union all select indexdef from pg_indexes where schemaname = 'public'
    union all select pg_get_viewdef(oid) from pg_class where relkind = 'v' and relnamespace = 'public'::regnamespace
    union all select pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
    union all select pg_get_functiondef(oid) from pg_proc where pronamespace = 'public'::regnamespace
    order by 1`.execute(db)
  return rows.map(row => row.line)
}

const ALL = [
  'Up 0001_registry',
  'Up 0002_documents',
  'Up 0004_keys',
  'Up 0005_versions',
  'Up 0006_events',
  'Up 0007_retries',
  'Up 0010_imports',
  'Up 0011_chains',
  'Up 0012_vectors',
  'Up 0013_references',
  'Up 0014_foreign_keys',
  'Up 0015_key_makers',
  'Up 0016_version_readings',
  'Up 0017_deadlines',
  'Up 0018_names',
  'Up 0019_explanations',
  'Up 0021_readers',
  'Up 0023_composed_names',
  'Up 0024_tree_clock',
  'Up 0025_add_vectors',
  'Up 0026_published_on'
]

t.test('removes everything on down and restores the same schema on up', async t => {
  const { db } = await freshDatabase(t)
  const first = await schemaOf(db)
  t.ok(first.length > 100)
  for (let i = (await migrationStatus(db)).length; i > 0; i--) t.match(await migrate(db, 'down'), [/^Down /])
  t.same((await schemaOf(db)).filter(line => !line.startsWith('kysely_') && !line.includes('public.kysely_')), [])
  t.ok((await migrationStatus(db)).every(migration => migration.executedAt === undefined))
  t.same(await migrate(db, 'up'), ALL)
  t.same(await schemaOf(db), first)
  t.same(await migrate(db, 'up'), [], 'a second up applies nothing')
})

t.test('preserves vectors when they are migrated to text and back to arrays', async t => {
  const { db } = await freshDatabase(t)
  while (
    (await migrationStatus(db)).some(({ name, executedAt }) => name === '0012_vectors' && executedAt !== undefined)
  ) await migrate(db, 'down')
  await sql`insert into agency (code, name) values ('a', 'a')`.execute(db)
  await sql`insert into report (agency, year, form, status, version, figures, notes, sections)
    values ('a', 2022, '2021', 'published', 1, null, null, null), ('a', 2023, '2021', 'draft', null, '{0,NULL,-12,999999999999999}', '{}', '{}')`
    .execute(db)
  await sql`insert into report_version (agency, year, version, form, figures, notes, sections, revision, published_at) values ('a', 2022, 1, '2021', '{NULL,7,NULL}', '{}', '{}', 1, now())`
    .execute(db)
  const both = sql<
    { year: number, figures: unknown }
  >`select year, figures from report_version union all select year, figures from report where figures is not null order by year`
  const before = (await both.execute(db)).rows
  await migrate(db, 'up')
  const { rows } = await both.execute(db)
  t.same(rows, [{ year: 2022, figures: '{null,7,null}' }, { year: 2023, figures: '{0,null,-12,999999999999999}' }])
  t.same(rows.map(row => readVector(row.figures as string)), before.map(row => row.figures))
  t.same(rows.map(row => writeVector(readVector(row.figures as string))), rows.map(row => row.figures))
  while (
    (await migrationStatus(db)).some(({ name, executedAt }) => name === '0012_vectors' && executedAt !== undefined)
  ) await migrate(db, 'down')
  t.same((await both.execute(db)).rows, before)
})

t.test('gives the names of today to all years, and keeps those of the latest years on down', async t => {
  const { db } = await freshDatabase(t)
  const down = async () => {
    while (
      (await migrationStatus(db)).some(({ name, executedAt }) => name === '0018_names' && executedAt !== undefined)
    ) await migrate(db, 'down')
  }
  await down()
  await sql`insert into agency (code, name) values ('a', '文化局')`.execute(db)
  await sql`
    insert into agency_period (agency, since, until, parent, level, kind, reporting)
    values ('a', 0, 2020, null, 'county', 'department', 'own'), ('a', 2021, 9999, null, 'county', 'office', 'own')`
    .execute(db)
  await migrate(db, 'up')
  const periods = async () =>
    (await sql<{ name: string }>`select name from agency_period order by since`.execute(db)).rows.map(row => row.name)
  t.same(await periods(), ['文化局', '文化局'])
  await sql`update agency_period set name = '文旅局' where since = 2021`.execute(db)
  await sql`update agency set name = '文旅局'`.execute(db)
  await down()
  await migrate(db, 'up')
  t.same(await periods(), ['文旅局', '文旅局'])
})

t.test('enforces foreign keys from versions to reports and from reports to agencies', async t => {
  const { db } = await freshDatabase(t)
  const version = (agency: string, year: number, n = 1) =>
    sql`(${agency}::text, ${year}::integer, ${n}::integer, '2021', '{}', '{}'::jsonb, '{}'::jsonb, 1, now())`
  const versions = (...rows: ReturnType<typeof version>[]) =>
    sql`insert into report_version (agency, year, version, form, figures, notes, sections, revision, published_at) values ${
      sql.join(rows)
    }`.execute(db)
  await sql`insert into agency (code, name) values ('a', 'a'), ('b', 'b'), ('c', 'c')`.execute(db)
  await sql`insert into report (agency, year, form, status, version) values ('a', 2022, '2021', 'published', 1), ('a', 2023, '2021', 'published', 1)`
    .execute(db)
  await versions(version('a', 2022))
  const refused: [string, () => Promise<unknown>][] = [
    [
      'report_agency_fkey',
      () =>
        sql`insert into report (agency, year, form, status, version) values ('b', 2022, '2021', 'published', 1), ('nobody', 2022, '2021', 'published', 1)`
          .execute(db)
    ],
    ['report_agency_fkey', () => sql`delete from agency where code in ('a', 'c')`.execute(db)],
    ['report_agency_fkey', () => sql`update agency set code = 'd' where code = 'a'`.execute(db)],
    ['report_version_report_fkey', () => versions(version('a', 2023), version('a', 2024))],
    ['report_version_report_fkey', () => sql`delete from report`.execute(db)],
    ['report_version_report_fkey', () => sql`update report set year = 2021 where year = 2022`.execute(db)],
    ['report_version_report_fkey', () => sql`update report_version set year = 2021`.execute(db)],
    ['report_version_report_fkey', () => sql`update report_version set agency = 'b'`.execute(db)]
  ]
  for (const [constraint, change] of refused) await t.rejects(change(), { code: '23503', constraint })
  const { rows } = await sql<
    { rows: number }
  >`select count(*)::integer as rows from report union all select count(*)::integer from report_version union all select count(*)::integer from agency`
    .execute(db)
  t.same(rows.map(({ rows }) => rows), [2, 1, 3], 'no row was changed')
  await sql`delete from report where year = 2023`.execute(db)
  await sql`delete from agency where code = 'c'`.execute(db)
  await sql`update agency set code = 'd' where code = 'b'`.execute(db)
})

t.test('applies migrations once when several services start concurrently', async t => {
  const { url } = await freshDatabase(t, 'template0')
  const services = Array.from({ length: 4 }, () => openDatabase(url, 2, () => {}))
  t.teardown(async () => {
    await Promise.all(services.map(db => db.destroy()))
  })
  const done = await Promise.all(services.map(db => migrate(db, 'up')))
  t.same(done.flat(), ALL)
})

t.test('prefixes every constraint name with its table', async t => {
  const { db } = await freshDatabase(t)
  const { rows } = await sql<{ conname: string, relname: string }>`
    select conname, relname from pg_constraint c join pg_class r on r.oid = conrelid where relnamespace = 'public'::regnamespace and contype <> 'n' and relname not like 'kysely%'`
    .execute(db)
  for (const { conname, relname } of rows) t.match(conname, new RegExp(`^${relname}_\\w*(pkey|fkey|key|check)$`))
})
