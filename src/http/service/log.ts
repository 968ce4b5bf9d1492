// The log: JSON lines, on a terminal text for people; and never a key or a token in it, wherever a caller may have put
// it.
import { type DestinationStream, type Logger, pino } from 'pino'

const KEY = 'gk_[\\w-]{20,}'
const TOKEN = 'eyJ[\\w-]+\\.[\\w-]+\\.[\\w-]*'

/** What of a terminal or a pipe is needed here. */
export interface Stream {
  isTTY?: boolean
  fd?: number
  write(text: string): unknown
}

/** Where the log goes: JSON lines as they are, to a terminal as text. */
export function openOutput (stream: Stream): DestinationStream {
  if (stream.isTTY !== true) return pino.destination({ dest: stream.fd ?? 1, sync: false })
  return { write: line => stream.write(formatLine(line)) }
}

/** `secret` is one more text that is hidden: `ADMIN_API_KEY` may look like anything. */
export function openLog (level: string, secret?: string, output?: DestinationStream): Logger {
  const hidden = new RegExp(
    [KEY, TOKEN, ...secret === undefined ? [] : [JSON.stringify(secret).slice(1, -1).replace(/[^\w]/g, '\\$&')]].join(
      '|'
    ),
    'g'
  )
  const options = { level, hooks: { streamWrite: (line: string) => line.replace(hidden, '(hidden)') } }
  return output === undefined ? pino(options) : pino(options, output)
}

/** A line of the log for people: time, level, message, what else there is, and on lines of its own the stack. */
export function formatLine (line: string): string {
  const { level, time, msg = '', err, pid: _pid, hostname: _hostname, ...fields } = JSON.parse(line)
  const words = [
    new Date(time).toTimeString().slice(0, 8),
    (pino.levels.labels[level] ?? String(level)).padEnd(5),
    msg,
    ...Object.keys(fields).length === 0 ? [] : [JSON.stringify(fields)]
  ]
  return `${words.join(' ')}\n${err === undefined ? '' : `${err.stack ?? JSON.stringify(err)}\n`}`
}
