// Verifies the hashes of exported events without a database, for holders of a copy.
import { EMPTY_HASH, eventHash, nextRunningHash } from '../hash.ts'

export interface ExportedEvent {
  seq: number
  n: number
  at: string
  agency: string | null
  previous: string
  hash: string
  [member: string]: unknown
}

export interface ExportedFaults {
  events: number
  faults: string[]
  /** The running hash, if the export starts at the first event and has no gap; else null. */
  checkpoint: { seq: number, hash: string } | null
}

/**
 * Verifies exported events, which must be in the order of the feed. In a part of the feed (e.g. one agency) each chain
 * must be complete from its first exported event.
 */
export async function verifyExported (
  events: AsyncIterable<ExportedEvent> | Iterable<ExportedEvent>
): Promise<ExportedFaults> {
  const ends = new Map<string, { n: number, hash: string }>()
  const faults: string[] = []
  let count = 0
  let running: Buffer | null = EMPTY_HASH
  let last = 0
  for await (const event of events) {
    const { seq, n, at, previous, hash, ...body } = event
    const where = `event ${seq} (${event.agency ?? 'no agency'}, ${n})`
    count++
    const computed = eventHash(previous, n, at, JSON.stringify(body)).toString('hex')
    if (computed !== hash) faults.push(`${where}: it was changed: its hash is ${hash}, computed ${computed}`)
    const end = ends.get(event.agency ?? '')
    if (end === undefined ? n === 1 && previous !== '' : end.n + 1 !== n || end.hash !== previous) {
      faults.push(
        `${where}: it does not follow ${end === undefined ? 'the beginning' : `number ${end.n}`} of its chain`
      )
    }
    if (seq <= last) faults.push(`${where}: it stands behind event ${last}`)
    ends.set(event.agency ?? '', { n, hash })
    running = running === null || seq !== last + 1 ? null : nextRunningHash(running, Buffer.from(hash, 'hex'))
    last = seq
  }
  return {
    events: count,
    faults,
    checkpoint: running === null || count === 0 ? null : { seq: last, hash: running.toString('hex') }
  }
}
