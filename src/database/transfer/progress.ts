// Prints the progress of a copy.
import type { Part, Registry, TablePart } from './contents.ts'

/** Interval of progress lines for a large table. */
const INTERVAL_MS = 5000

/** Wraps a registry so that reading it prints a line for each table, and several for a large one. */
export function withProgress ({ migrations, parts }: Registry, log: (line: string) => void): Registry {
  return { migrations, parts: report(parts, log) }
}

async function* report (parts: AsyncIterable<Part>, log: (line: string) => void): AsyncGenerator<Part> {
  for await (const part of parts) yield part.kind === 'table' ? { ...part, rows: count(part, log) } : part
}

async function* count ({ name, rows }: TablePart, log: (line: string) => void): AsyncGenerator<Buffer> {
  let bytes = 0
  let next = Date.now() + INTERVAL_MS
  for await (const piece of rows) {
    bytes += piece.length
    if (Date.now() >= next) {
      log(`${name}: ${megabytes(bytes)} so far`)
      next = Date.now() + INTERVAL_MS
    }
    yield piece
  }
  log(`${name}: ${megabytes(bytes)}`)
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`
