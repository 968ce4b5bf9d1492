import { readFileSync } from 'node:fs'
import { Type } from 'typebox'
import { AgencyChange } from '../../agencies/schemas.ts'
import { AgencyCode } from '../../http/parameters.ts'
import { ProblemBody, ref, WireFault } from '../../http/responses.ts'
import { READ_BY_CODE } from '../../http/validation.ts'
import { JOB_STATES } from '../jobs/jobs.ts'
import { WORKBOOK } from './open-file.ts'

const example = (name: string) => readFileSync(new URL(`../../../examples/${name}`, import.meta.url), 'utf8')

/** Shortened, because whole reports are long. */
const REPORT_LINES = example('reports.ndjson').trim().split('\n').map(line => {
  const { agency, year, tables: { documents } } = JSON.parse(line)
  return `${JSON.stringify({ agency, year, sections: { other_matters: '无' }, tables: { documents } })}\n`
}).join('')

const flag = (description: string) => Type.Optional(Type.Boolean({ description }))

const common = {
  dry_run: flag('Store nothing, and report what a real run would do.'),
  on_error: Type.Optional(
    Type.Enum(['abort', 'continue'], {
      type: 'string',
      description: '`abort` (default): all or nothing. `continue`: store what is valid and reject the rest.'
    })
  ),
  mode: Type.Optional(
    Type.Enum(['upsert', 'create'], {
      type: 'string',
      description: '`upsert` (default): existing content may be changed. `create`: existing content is a fault.'
    })
  )
}
export const ImportAgenciesQuery = Type.Object(common, { additionalProperties: false })
export const ImportReportsQuery = Type.Object({
  ...common,
  publish: flag('Run the checks and publish. A report whose checks fail is a fault.'),
  accept_failed_checks: flag(
    'With `publish`: also publish reports that do not add up, as they were printed; they are counted.'
  )
}, { additionalProperties: false })

/** An agency, as one NDJSON line or one CSV record. */
export const AgencyLine = Type.Object({
  ...AgencyChange.properties,
  code: AgencyCode,
  rejected: Type.Optional(Type.String())
}, { additionalProperties: false })

// The body is parsed line by line; each fault carries its line.
const byLine = { [READ_BY_CODE]: 'line' }

const text = (description: string, examples: string[]) => ({
  schema: Type.Unsafe<unknown>({ type: 'string', ...byLine, description, examples })
})

const file = {
  'multipart/form-data': {
    schema: Type.Unsafe<unknown>({
      type: 'object',
      ...byLine,
      properties: { file: { type: 'string', format: 'binary' } },
      description: 'One file, as sent by `curl -F file=@FILE`; its name ends in `.csv` or `.ndjson`.'
    })
  },
  [WORKBOOK]: {
    schema: Type.Unsafe<unknown>({
      type: 'string',
      ...byLine,
      format: 'binary',
      description: 'A workbook: its first sheet has the content of a CSV file. Recognized by its bytes under any type.'
    })
  },
  'application/octet-stream': {
    schema: Type.Unsafe<unknown>({
      type: 'string',
      ...byLine,
      format: 'binary',
      description: 'NDJSON or CSV, plain or gzip, recognized by its first bytes. So is a body without a type.'
    })
  }
}

export const REPORTS_BODY = {
  content: {
    'text/csv': text(
      'Figures: `agency,year,table,row,<columns>`, one line per table row, or `agency,year,cell,value`. The lines of one report must be adjacent; an empty field is blank; existing texts stay.',
      [example('figures.csv')]
    ),
    'application/x-ndjson': text('One report per line, as for PUT, with agency and year.', [REPORT_LINES]),
    ...file
  }
}
export const AGENCIES_BODY = {
  content: {
    'text/csv': text(
      'Columns: code, name, level, kind, parent, reporting, credit_code, division_code, since, until, successor; `code` is required. An empty parent, credit_code, division_code, since, until or successor is null.',
      [example('agencies.csv')]
    ),
    'application/x-ndjson': text('One agency per line, as for PUT, with its code.', [
      example('agencies.csv').split('\n').slice(1, -1).map(line => {
        const [code, name, level, kind, parent, reporting] = line.split(',')
        return JSON.stringify({ code, name, level, kind, parent: parent || null, reporting })
      }).join('\n') + '\n'
    ]),
    ...file
  }
}

const count = (description: string) => Type.Integer({ description })
const Counts = Type.Object({
  created: count('Number created.'),
  updated: count('Number changed.'),
  unchanged: count('Number that already existed with equal content.'),
  rejected: count('Number rejected.')
}, { $id: 'ImportCounts', description: 'Counts of reports or agencies.' })
const FaultKind = Type.Object({
  code: Type.Optional(Type.String({ description: 'Problem code, if there is one.' })),
  check: Type.Optional(Type.String({ description: 'Id of the failed check.' })),
  pointer: WireFault.properties.pointer,
  column: WireFault.properties.column,
  expected: Type.String({ description: 'What was expected.' }),
  count: count('Number of occurrences.'),
  lines: Type.Array(Type.Integer(), { description: 'The first ten line numbers.' })
}, { $id: 'FaultKind', description: 'Faults of one kind.' })

export const ImportResult = Type.Object({
  dry_run: Type.Boolean({ description: 'Whether this was a dry run: nothing is stored.' }),
  read: count('Number of reports or agencies in the file.'),
  counts: ref(Counts),
  failed_checks: Type.Optional(Type.Object({
    reports: count('Accepted although checks failed.'),
    checks: Type.Array(Type.Object({ check: Type.String(), reports: Type.Integer() }), {
      description: 'Number by check.'
    })
  }, { description: 'Present with `accept_failed_checks`.' })),
  errors: Type.Array(ref(WireFault), { description: 'The first faults: at most ten of a kind and a hundred in all.' }),
  more_errors: Type.Optional(count('Number of faults that are not listed.')),
  kinds: Type.Optional(Type.Array(ref(FaultKind), { description: 'All faults by kind, at most a hundred kinds.' }))
}, {
  $id: 'ImportResult',
  description: 'The result of an import.',
  examples: [{
    dry_run: false,
    read: 3,
    counts: { created: 2, updated: 0, unchanged: 0, rejected: 1 },
    errors: [{
      line: 2,
      pointer: '/tables/requests/granted/total',
      found: 'x',
      expected: 'an integer from 0 to 999999999999, or null for blank'
    }],
    kinds: [{
      pointer: '/tables/requests/granted/total',
      expected: 'an integer from 0 to 999999999999, or null for blank',
      count: 1,
      lines: [2]
    }]
  }]
})

export const ImportJob = Type.Object({
  id: Type.Integer({ description: 'Number of the import.' }),
  kind: Type.Enum(['reports', 'agencies'], { type: 'string', description: 'What is imported.' }),
  state: Type.Enum([...JOB_STATES], {
    type: 'string',
    description:
      '`succeeded`: stored or, in a dry run, examined. An import that failed, was cancelled or was interrupted has stored nothing.'
  }),
  dry_run: Type.Boolean({ description: 'Whether it is a dry run: nothing is stored.' }),
  size: count('Bytes of the file as received.'),
  read: count('Number of reports or agencies read so far.'),
  seconds: Type.Number({ description: 'Seconds since the file was received.' }),
  per_second: count('Number read per second.'),
  started_at: Type.String({ description: 'ISO 8601, UTC.' }),
  finished_at: Type.Unsafe<string | null>({
    type: ['string', 'null'],
    description: 'ISO 8601, UTC; null while it is running.'
  }),
  result: Type.Optional(ref(ImportResult)),
  problem: Type.Optional(ref(ProblemBody)),
  rejects: Type.Unsafe<string | null>({
    type: ['string', 'null'],
    description: 'Path of the file of rejects.'
  })
}, {
  $id: 'ImportJob',
  description: 'An import that continues after the response.',
  examples: [{
    id: 1,
    kind: 'reports',
    state: 'running',
    dry_run: false,
    size: 104857600,
    read: 12500,
    seconds: 1.4,
    per_second: 8928,
    started_at: '2026-03-31T01:30:00.000Z',
    finished_at: null,
    rejects: null
  }]
})

export const bulkSchemas = [Counts, FaultKind, ImportResult, ImportJob]
