// Where clients reach the service: behind a proxy, under an address and a path that it does not see in requests.
import type { FastifyInstance } from 'fastify'

declare module 'fastify' {
  interface FastifyInstance {
    /** Stands before every address that the service gives, such as https://example.org/gongkai; empty if not set. */
    publicUrl: string
  }
}

/** Decorates the service with `PUBLIC_URL`, and completes the header Location. */
export function setPublicUrl (app: FastifyInstance, url = ''): void {
  const publicUrl = url.replace(/\/+$/, '')
  app.decorate('publicUrl', publicUrl)
  if (publicUrl === '') return
  app.addHook('onSend', async (_, reply) => {
    const location = reply.getHeader('location')
    if (typeof location === 'string' && location.startsWith('/')) reply.header('location', publicUrl + location)
  })
}
