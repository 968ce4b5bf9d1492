// The language of a response: English or Chinese.
import accepts from 'accepts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { IncomingMessage } from 'node:http'
import { Type } from 'typebox'
import type { Language } from '../problems/fault.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** The language for callers whose Accept-Language names neither English nor Chinese. */
    defaultLanguage: Language
  }
}

export function setDefaultLanguage (app: FastifyInstance, language: Language): void {
  app.decorate('defaultLanguage', language)
}

/** Returns the language that Accept-Language prefers. */
export const languageOf = (request: FastifyRequest): Language =>
  acceptedLanguage(request.raw, request.server.defaultLanguage)

/** Returns the same for a request that has not reached Fastify. */
export function acceptedLanguage (request: IncomingMessage, defaultLanguage: Language): Language {
  const accepted = accepts(request).language(defaultLanguage === 'zh' ? ['zh', 'en'] : ['en', 'zh'])
  return accepted === 'en' || accepted === 'zh' ? accepted : defaultLanguage
}

/** The query parameter of a document or page in both languages. */
export const LanguageQuery = Type.Object({
  lang: Type.Optional(
    Type.Enum(['zh', 'en'], {
      type: 'string',
      description: 'Language of the texts, Chinese (`zh`) or English (`en`); by default that of `Accept-Language`.'
    })
  )
}, { additionalProperties: false })

/** Headers of a response that Accept-Language chooses. */
export const languageHeaders = (language: Language) => ({ 'content-language': language, vary: 'Accept-Language' })

/** The value of the attribute `lang` in HTML. */
export const htmlLanguage = (language: Language): string => language === 'zh' ? 'zh-CN' : 'en'
