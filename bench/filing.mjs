// One report from nothing to published, in four steps: through the service, and by the bare SQL that each step needs.
import { request } from './client.mjs'

export const STEPS = ['create', 'append', 'submit', 'publish']
const APPENDED = 'requests'

/** A draft without one table, and the rows of that table. */
function parts (report) {
  const { [APPENDED]: appended, ...tables } = report.tables
  return { draft: { ...report, tables }, rows: Object.entries(appended).map(([row, values]) => ({ row, values })) }
}

/** Gives what a connection does to file a report, and how long each step took, in ms. */
export function throughService (key) {
  return async (connection, report) => {
    const { draft, rows } = parts(report)
    const path = `/v1/reports/${report.agency}/${report.year}`
    // Made before the clock starts: the client's work is not the service's.
    const bytes = [
      request('POST', '/v1/reports', { key, body: draft }),
      request('POST', `${path}/tables/${APPENDED}/rows`, { key, body: rows }),
      request('POST', `${path}/submit`, { key }),
      request('POST', `${path}/publish`, { key })
    ]
    return await timed(bytes.map(message => () => connection.send(message)))
  }
}

/** The same with nothing but the statements that cannot be left out: one transaction a step. */
export function bySql (pool, form) {
  const vectorOf = tables =>
    `{${
      form.cells.map(cell => {
        const value = tables[cell.table]?.[cell.row]?.[cell.column]
        return value === undefined ? null : Math.round(value * cell.scale)
      }).map(String).join()
    }}`
  return async (_, report) => {
    const { agency, year } = report
    const draft = vectorOf(parts(report).draft.tables)
    const whole = vectorOf(report.tables)
    const sections = JSON.stringify(report.sections)
    const step = work => async () => {
      const client = await pool.connect()
      try {
        await client.query('begin')
        await work((name, values) => client.query({ name, text: SQL[name], values }))
        await client.query('commit')
      } finally {
        client.release()
      }
    }
    return await timed([
      step(async run => {
        await run('hold', [agency])
        await run('insert', [agency, year, form.id, draft, sections])
      }),
      step(async run => {
        await run('lock', [agency, year])
        await run('content', [agency, year, whole])
      }),
      step(async run => {
        await run('lock', [agency, year])
        await run('submitted', [agency, year])
      }),
      step(async run => {
        await run('lock', [agency, year])
        await run('hold', [agency])
        await run('totals', [agency, year, form.id, whole])
        await run('version', [agency, year])
        await run('published', [agency, year])
      })
    ])
  }
}

const SQL = {
  hold:
    'select p.level, p.kind from agency a join agency_period p on p.agency = a.code where a.code = $1 for share of a',
  insert:
    'insert into report (agency, year, form, status, figures, notes, sections) values ($1, $2, $3, \'draft\', $4, \'{}\', $5)',
  lock: 'select figures, notes, sections from report where agency = $1 and year = $2 for update',
  content:
    'update report set figures = $3, revision = revision + 1, updated_at = now() where agency = $1 and year = $2',
  submitted:
    'update report set status = \'submitted\', revision = revision + 1, updated_at = now() where agency = $1 and year = $2',
  version: `
    with moment as (update clock set at = greatest(at + interval '1 microsecond', clock_timestamp()) returning at)
    insert into report_version (agency, year, version, form, figures, notes, sections, revision, published_at)
    select agency, year, 1, form, figures, notes, sections, revision + 1, moment.at from report, moment where agency = $1 and year = $2`,
  published:
    'update report set status = \'published\', version = 1, figures = null, notes = null, sections = null, revision = revision + 1, updated_at = now() where agency = $1 and year = $2',
  totals: `
    insert into total as t (agency, year, form, level, kind, reports, figures, present)
    select a.ancestor, $2, $3, g.level, g.kind, 1, f.figures, f.present
    from agency_ancestor a
    join agency_period p on p.agency = a.agency and p.since <= $2 and p.until >= $2
    cross join lateral (values (p.level, p.kind), ('', '')) as g (level, kind)
    cross join (select array_agg(coalesce(x, 0) order by i) as figures, array_agg((x is not null)::integer::bigint order by i) as present
                from unnest($4::bigint[]) with ordinality as u (x, i)) as f
    where a.agency = $1 and a.since <= $2 and a.until >= $2
    order by a.ancestor desc, g.level, g.kind
    on conflict on constraint total_pkey do update set
      reports = t.reports + excluded.reports,
      figures = add_vectors(t.figures, excluded.figures),
      present = add_vectors(t.present, excluded.present)`
}

async function timed (steps) {
  const times = []
  for (const step of steps) {
    const start = performance.now()
    await step()
    times.push(performance.now() - start)
  }
  return times
}

/**
 * Files the reports, each connection one at a time; gives the times of each report's steps and how long all took, in
 * ms.
 */
export async function fileAll (connections, file, reports) {
  const left = [...reports]
  const times = []
  const start = performance.now()
  await Promise.all(connections.map(async connection => {
    for (let report; (report = left.pop()) !== undefined;) times.push(await file(connection, report))
  }))
  return { times, took: performance.now() - start }
}
