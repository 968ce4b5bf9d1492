import type { FastifyReply } from 'fastify'

/**
 * Sends a body whose type the response schema cannot express: text or bytes as they are, a stream as it comes, an
 * object serialized by the schema.
 */
export function sendAs<Reply extends Pick<FastifyReply, 'type'>> (reply: Reply, type: string, body: unknown): Reply {
  const untyped = reply as unknown as FastifyReply
  if (typeof body === 'string' || Buffer.isBuffer(body)) untyped.serializer((payload: string) => payload)
  untyped.type(type).send(body)
  return reply
}
