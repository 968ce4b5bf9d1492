import accepts from 'accepts'
import type { FastifyRequest } from 'fastify'
import type { Language } from '../problems/fault.ts'

/** English, unless the caller would rather have Chinese. */
export const languageOf = (request: FastifyRequest): Language =>
  accepts(request.raw).language(['en', 'zh']) === 'zh' ? 'zh' : 'en'
