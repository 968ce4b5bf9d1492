// Starts the service again after a request ended it, and says which requests were under way.

import { byLikelihood } from './canary.mjs'

/** An orderly end lets requests under way finish, for 12 seconds. */
const END_MS = 25_000
/** Steps that ended so shortly before may be the cause. */
const BEFORE_MS = 500

/** Remembers that the service is down: its process ended, or it does not listen. */
export function noticeDown (context, reason) {
  context.downSince ??= Date.now()
  context.lastDown = Date.now()
  context.reason ??= reason
}

/** The first caller starts the service again, all others wait for it. */
export async function recover (context) {
  context.recovering ??= bringBack(context).finally(() => {
    context.recovering = undefined
  })
  await context.recovering
}

/** What the service said when it ended: the error that ended it, or else its last lines. */
const findLastWords = output =>
  (/an error that nothing handled[^]*/.exec(output)?.[0] ?? output.slice(-400)).slice(0, 400)

async function bringBack (context) {
  const { service, results, log, downSince, more } = context
  const suspects = log.filter(({ at, until }) => at <= downSince && until >= downSince - BEFORE_MS)
    .sort(byLikelihood)
  const fail = kind =>
    results.fail(
      'requests',
      kind,
      `${context.reason ?? ''} ${findLastWords(service.output)}; under way: ${
        suspects.slice(0, 15).map(({ step, what }) => `${step} ${what}`).join('; ')
      }`,
      suspects.length === 0 ? '' : `--step=${suspects[0].step}${more}`
    )
  if (await service.waitEnd(END_MS)) fail('the service ended')
  else {
    fail('the service listens no more, but does not end')
    service.expectEnd()
    service.child.kill('SIGKILL')
    await service.waitEnd(END_MS)
  }
  await service.startAgain().catch(error => {
    context.isBroken = true
    results.fail('requests', 'the service did not start again', error.message)
  })
  context.canary.watch(service.child.pid)
  context.lastDown = Date.now()
  context.downSince = context.reason = undefined
}
