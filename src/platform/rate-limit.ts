// How much one caller may ask of this process: by key or token, and without a valid one by address. A count of our own:
// @fastify/rate-limit took 11 µs of each request, a tenth of a total.
import { isIPv6 } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { problem } from './problem.ts'

const WINDOW_MS = 60_000
/** So many callers in a minute are an attack that changes its address; to forget them all keeps the memory small. */
const MOST_CALLERS = 100_000

/** Comes after `authenticate`, which only notes a wrong key: so guessing keys is limited, too. 404s count as well. */
export function limitRates (app: FastifyInstance, perMinute: number): void {
  const counts = new Map<string, number>()
  let ends = 0
  app.addHook('onRequest', (request, reply, done) => {
    if (request.routeOptions.config.always) return done()
    const now = performance.now()
    if (now >= ends || counts.size >= MOST_CALLERS) {
      counts.clear()
      ends = now + WINDOW_MS
    }
    const caller = request.actor?.name ?? networkOf(request.ip)
    const count = (counts.get(caller) ?? 0) + 1
    counts.set(caller, count)
    const seconds = Math.ceil((ends - now) / 1000)
    reply.header('ratelimit-limit', perMinute).header('ratelimit-remaining', Math.max(0, perMinute - count)).header('ratelimit-reset', seconds)
    if (count <= perMinute) return done()
    reply.header('retry-after', seconds)
    done(problem('rate-limited', { max: perMinute, seconds }))
  })
}

/** An IPv4 address as it is; of IPv6 the first 64 bits, as one subscriber has all addresses that begin so. */
export function networkOf (address: string): string {
  if (!isIPv6(address)) return address
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? []
  if (mapped !== undefined) return mapped
  const [head = '', tail] = address.toLowerCase().replace(/%.*$/, '').split('::')
  const first = head === '' ? [] : head.split(':')
  const last = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - first.length - last.length }, () => '0')
  return [...first, ...zeros, ...last].slice(0, 4).map(part => part.replace(/^0+(?=.)/, '')).join(':')
}
