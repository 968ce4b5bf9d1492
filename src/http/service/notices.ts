// The few lines that are written at every LOG_LEVEL: the address of the service, the first administrator's key, and the
// error that ended the process. The service cannot be used without the first two, and the last must be found. On a
// terminal they are plain text; in a pipe they are log lines like all others, with the address and the key in fields.
import { type DestinationStream, pino } from 'pino'
import { openOutput, type Stream } from './log.ts'

export interface Notices {
  /** Writes the last lines of a start. `key` is undefined unless it was created by this start. */
  started(version: string, address: string, key: string | undefined): void
  /** Writes one line, with the stack if `withStack` is true. */
  failed(error: Error, withStack: boolean): void
}

export function openNotices (
  stream: Stream,
  errors: Stream,
  output: DestinationStream = openOutput(stream)
): Notices {
  // Not the logger of the service, which redacts keys.
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
      // A user who redirects the log still watches the terminal.
      if (stream.isTTY !== true && errors.isTTY === true) errors.write(`${error.message}\n`)
    }
  }
}
