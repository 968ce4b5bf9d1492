// The public URL of a service behind a proxy, whose host and path the requests do not contain.
import type { FastifyInstance } from 'fastify'

declare module 'fastify' {
  interface FastifyInstance {
    /** Prefix of every URL in a response, such as https://example.org/gongkai; empty if `PUBLIC_URL` is not set. */
    publicUrl: string
  }
}

/** Decorates the app with `publicUrl` and adds it to the Location header of each response. */
export function setPublicUrl (app: FastifyInstance, url = ''): void {
  const publicUrl = url.replace(/\/+$/, '')
  app.decorate('publicUrl', publicUrl)
  if (publicUrl === '') return
  app.addHook('onSend', async (_, reply) => {
    const location = reply.getHeader('location')
    if (typeof location === 'string' && location.startsWith('/')) reply.header('location', publicUrl + location)
  })
}
