import compress from '@fastify/compress'
import type { FastifyInstance, onSendAsyncHookHandler } from 'fastify'

/** Smaller responses would hardly shrink. */
const MIN_BYTES = 2048
const SUFFIX = '-gzip"'

/** Returns the ETag of the compressed response: its bytes need a strong ETag of their own. */
export const gzipTag = (etag: string): string => `${etag.slice(0, -1)}${SUFFIX}`

/** Returns the ETag of the uncompressed response, which identifies the stored state. */
export const plainTag = (etag: string): string => etag.endsWith(SUFFIX) ? `${etag.slice(0, -SUFFIX.length)}"` : etag

/** Compresses responses. Register after the hooks that decide on 304, which need the uncompressed response. */
export async function compressResponses (app: FastifyInstance): Promise<void> {
  await app.register(compress, {
    global: true,
    globalDecompression: false,
    threshold: MIN_BYTES,
    encodings: ['gzip', 'identity'],
    customTypes:
      /^(application\/([\w.+-]+\+)?(json|yaml|x-ndjson|javascript)|text\/(html|css|csv|plain|markdown|javascript)|image\/svg\+xml)\b/
  })
  // The plugin compresses in a hook of each route, which runs after the hooks of the app, so this has to be a hook of
  // the route too.
  app.addHook('onRoute', route => {
    route.onSend = [route.onSend ?? [], setGzipTag].flat() as onSendAsyncHookHandler[]
  })
}

const setGzipTag: onSendAsyncHookHandler = async (_, reply, payload) => {
  const etag = reply.getHeader('etag')
  if (reply.getHeader('content-encoding') === 'gzip' && typeof etag === 'string' && !etag.startsWith('W/')) {
    reply.header('etag', gzipTag(plainTag(etag)))
  }
  return payload
}
