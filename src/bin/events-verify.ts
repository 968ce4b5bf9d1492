// npm run events:verify -- FILE...: verifies the hashes of exported events: pages of GET /v1/events, one per line.
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { type ExportedEvent, verifyExported } from '../audit/events/verify-export.ts'

const files = process.argv.slice(2)
if (files.length === 0) {
  console.error(
    'Usage: npm run events:verify -- FILE...    pages of GET /v1/events as they came, one a line, or one event a line'
  )
  process.exit(2)
}

async function* eventsOf (files: string[]): AsyncGenerator<ExportedEvent> {
  for (const file of files) {
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
      if (line.trim() === '') continue
      const read = JSON.parse(line) as ExportedEvent | { items: ExportedEvent[] }
      yield* Array.isArray(read['items']) ? read['items'] as ExportedEvent[] : [read as ExportedEvent]
    }
  }
}

const { events, faults, checkpoint } = await verifyExported(eventsOf(files))
for (const fault of faults) console.error(fault)
console.log(
  `${events} events, ${faults.length} faults${
    checkpoint === null ? '' : `; up to ${checkpoint.seq} the running hash is ${checkpoint.hash}`
  }`
)
process.exitCode = faults.length > 0 ? 1 : 0
