// The few lines that are written at every LOG_LEVEL: where the service listens, the first administrator's key, and
// what ended the process. Without the first two it is of no use, and the last must be found. On a terminal they are
// plain text; in a pipe they are lines of the log like all others, with the address and the key in fields.
import { type DestinationStream, pino } from 'pino'
import { openOutput, type Stream } from './log.ts'

export interface Notices {
  /** The last lines of a start. `key` is undefined unless it was made just now. */
  started(version: string, address: string, key: string | undefined): void
  /** One line; with the stack on demand. */
  failed(error: Error, withStack: boolean): void
}

export function openNotices (
  stream: Stream,
  errors: Stream,
  output: DestinationStream = openOutput(stream)
): Notices {
  // Not the logger of the service, which hides keys.
  const log = pino({ level: 'info' }, output)
  return {
    started (version, address, key) {
      if (stream.isTTY === true) {
        stream.write(`\nGongkai ${version} listens on ${address}\nSwagger UI: ${address}/docs\n`)
        if (key !== undefined) stream.write(`Administrator key, shown this once: ${key}\n`)
        stream.write('\n')
        return
      }
      log.info({ address }, `Gongkai ${version} listens on ${address}, Swagger UI: ${address}/docs`)
      if (key !== undefined) log.info({ key }, 'Administrator key, shown this once')
    },
    failed (error, withStack) {
      log.fatal(withStack ? { err: error } : {}, error.message)
      // Whoever sends the log elsewhere still sits before the terminal.
      if (stream.isTTY !== true && errors.isTTY === true) errors.write(`${error.message}\n`)
    }
  }
}
