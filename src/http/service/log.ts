// The log: JSON lines, or text on a terminal. It never contains a key or a token, wherever a caller may have put one.
import { type DestinationStream, type Logger, pino } from 'pino'

const KEY = 'gk_[\\w-]{20,}'
const TOKEN = 'eyJ[\\w-]+\\.[\\w-]+\\.[\\w-]*'

/** The members of a terminal or pipe that are used here. */
export interface Stream {
  isTTY?: boolean
  fd?: number
  write(text: string): unknown
}

/** Longer URLs are truncated in the log. */
const MAX_URL = 300

/** Serializes a request for the log. */
const formatRequest = (
  { method, url = '', host, ip }: { method?: string, url?: string, host?: string, ip?: string }
) => ({
  method,
  url: url.length > MAX_URL ? `${url.slice(0, MAX_URL)}… (${url.length} characters)` : url,
  host,
  remoteAddress: ip
})

/** Opens the destination of the log: JSON lines, or text on a terminal. */
export function openOutput (stream: Stream): DestinationStream {
  if (stream.isTTY !== true) return pino.destination({ dest: stream.fd ?? 1, sync: false })
  return { write: line => stream.write(formatLine(line)) }
}

/** Opens the log. `secrets` are further texts to redact: settings such as `ADMIN_API_KEY` may have any form. */
export function openLog (level: string, secrets: string[] = [], output?: DestinationStream): Logger {
  const hidden = new RegExp(
    [KEY, TOKEN, ...secrets.map(secret => JSON.stringify(secret).slice(1, -1).replace(/[^\w]/g, '\\$&'))].join('|'),
    'g'
  )
  const options = {
    level,
    serializers: { req: formatRequest },
    hooks: { streamWrite: (line: string) => line.replace(hidden, '(hidden)') }
  }
  return output === undefined ? pino(options) : pino(options, output)
}

/** Formats a log line for people: time, level, message, other fields, and the stack on lines of its own. */
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
