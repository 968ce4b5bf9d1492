// npm run import -- reports|agencies FILE: sends a file to a running service and shows the progress. Exits with 0 if
// everything is stored, with 1 if anything was rejected or failed, with 2 if the file could not be sent.
import { createReadStream } from 'node:fs'
import { stat, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { Static } from 'typebox'
import type { ImportJob, ImportResult } from '../imports/bulk/schemas.ts'

const USAGE =
  `npm run import -- reports FILE [--publish] [--accept-failed-checks] [--dry-run] [--on-error=continue] [--mode=create] [--rejects=FILE]
npm run import -- agencies FILE [--dry-run] [--on-error=continue] [--mode=create] [--rejects=FILE]
The service and the key: BASE (http://127.0.0.1:8080 when not set) and KEY.`

const POLL_MS = 500
const base = process.env.BASE ?? 'http://127.0.0.1:8080'
const headers = {
  authorization: `Bearer ${process.env.KEY ?? ''}`,
  'accept-language': process.env.LANG?.startsWith('zh') ? 'zh' : 'en'
}

type Job = Static<typeof ImportJob>
/** The members of an import or a problem that are shown. */
type Answer = Partial<Pick<Static<typeof ImportResult>, 'counts' | 'errors' | 'more_errors'>> & { detail?: string }

async function main (): Promise<number> {
  const { values, positionals: [kind, file, ...more] } = parseArgs({
    allowPositionals: true,
    options: {
      publish: { type: 'boolean' },
      'accept-failed-checks': { type: 'boolean' },
      'dry-run': { type: 'boolean' },
      'on-error': { type: 'string' },
      mode: { type: 'string' },
      rejects: { type: 'string' }
    }
  })
  if ((kind !== 'reports' && kind !== 'agencies') || file === undefined || more.length > 0) throw new Error(USAGE)
  const { rejects, ...options } = values
  const query = new URLSearchParams(
    Object.entries(options).map(([name, value]): [string, string] => [name.replaceAll('-', '_'), String(value)])
  )
  const { size } = await stat(file)
  const answer = await fetch(
    `${base}/v1/imports/${kind}?${query}`,
    {
      method: 'POST',
      headers: { ...headers, 'content-type': typeOf(file), 'content-length': String(size), prefer: 'respond-async' },
      body: pieces(file, size),
      duplex: 'half'
    } as never
  )
  if (answer.status !== 202) throw new Error(formatAnswer(await answer.json() as Answer))
  // The address may be the public one, which need not be reachable from here.
  const job = await ended(pathOf(answer.headers.get('location')!))
  show('')
  if (job.rejects !== null && rejects !== undefined) {
    await writeFile(rejects, Buffer.from(await (await fetch(base + pathOf(job.rejects), { headers })).arrayBuffer()))
    console.log(`What was rejected is in ${rejects}`)
  }
  const { result, problem } = job
  console.log(
    result === undefined
      ? problem === undefined ? `The import was ${job.state}: nothing is stored.` : formatAnswer(problem)
      : formatAnswer(result)
  )
  return result !== undefined && result.counts.rejected === 0 ? 0 : 1
}

async function* pieces (file: string, size: number) {
  let sent = 0
  for await (const piece of createReadStream(file)) {
    yield piece as Buffer
    show(`${mb(sent += piece.length)} of ${mb(size)} MB sent`)
  }
}

async function ended (path: string): Promise<Job> {
  for (;;) {
    const answer = await fetch(base + path, { headers })
    const job = await answer.json() as Job & { detail?: string }
    if (!answer.ok) throw new Error(job.detail)
    if (job.state !== 'running') return job
    show(`${job.read} read, ${job.per_second} a second`)
    await new Promise(resolve => setTimeout(resolve, POLL_MS))
  }
}

function formatAnswer ({ detail, counts, errors = [], more_errors: more }: Answer): string {
  const places = errors.map(({ line, column, pointer, check, found, expected }) =>
    `  line ${line ?? '?'} ${column ?? pointer ?? check ?? ''}: ${
      found === undefined ? '' : `found ${JSON.stringify(found)}, `
    }expected ${expected}`
  )
  return [
    ...(detail === undefined ? [] : [detail]),
    ...(counts === undefined ? [] : [Object.entries(counts).map(([name, count]) => `${name} ${count}`).join(', ')]),
    ...places,
    ...(more === undefined ? [] : [`  … and ${more} more`])
  ].join('\n')
}

const pathOf = (address: string) => address.slice(address.indexOf('/v1/imports/'))

const mb = (bytes: number) => (bytes / 1e6).toFixed(1)

const typeOf = (file: string) =>
  /\.csv(\.gz)?$/i.test(file)
    ? 'text/csv'
    : /\.(ndjson|jsonl)(\.gz)?$/i.test(file)
    ? 'application/x-ndjson'
    : 'application/octet-stream'

/** Overwrites one line of a terminal; writes nothing to a file or pipe. */
function show (text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error((error as Error & { cause?: Error }).cause?.message ?? (error as Error).message)
  process.exitCode = 2
}
