import accepts from 'accepts'
import type { FastifyRequest } from 'fastify'
import type { Language } from '../problems/fault.ts'

/** Returns English unless the caller prefers Chinese. */
export const languageOf = (request: FastifyRequest): Language =>
  accepts(request.raw).language(['en', 'zh']) === 'zh' ? 'zh' : 'en'
