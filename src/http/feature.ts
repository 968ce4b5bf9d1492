import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyPluginAsync } from 'fastify'
import type { TSchema } from 'typebox'

/**
 * What a feature adds to the service: its named schemas, and its routes, which may refer to the schemas of any feature.
 */
export interface Feature {
  schemas: TSchema[]
  routes: (FastifyPluginAsync | FastifyPluginAsyncTypebox)[]
}
