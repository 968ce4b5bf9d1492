// The log: JSON lines, and never a key or a token in them, wherever a caller may have put it.
import { type DestinationStream, type Logger, pino } from 'pino'

const KEY = 'gk_[\\w-]{20,}'
const TOKEN = 'eyJ[\\w-]+\\.[\\w-]+\\.[\\w-]*'

/** `secret` is one more text that is hidden: `ADMIN_API_KEY` may look like anything. */
export function openLog (level: string, secret?: string, destination?: DestinationStream): Logger {
  const hidden = new RegExp(
    [KEY, TOKEN, ...secret === undefined ? [] : [JSON.stringify(secret).slice(1, -1).replace(/[^\w]/g, '\\$&')]].join(
      '|'
    ),
    'g'
  )
  const options = { level, hooks: { streamWrite: (line: string) => line.replace(hidden, '(hidden)') } }
  return destination === undefined ? pino(options) : pino(options, destination)
}
