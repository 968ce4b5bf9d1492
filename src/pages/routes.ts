// Pages for people. They show what is public, whoever asks, and need no script.
import accepts from 'accepts'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { Kysely } from 'kysely'
import type { Database } from '../database/types.ts'
import { Forms } from '../forms/forms.ts'
import { cachedResponse, PUBLIC_CACHE, sendCached } from '../http/cached-response.ts'
import { acceptedLanguage } from '../http/language.ts'
import { AGENCY_CODE } from '../http/parameters.ts'
import type { Language } from '../problems/fault.ts'
import { agencyPage } from './agency.ts'
import { homePage } from './home.ts'
import { Html } from './html.ts'
import { layOutPage, notFound, PAGE_POLICY, type Site } from './layout.ts'
import { reportPage } from './report.ts'
import { STYLE, STYLE_ADDRESS } from './style.ts'
import { WORDS } from './words.ts'

const HTML = 'text/html; charset=utf-8'
const MAX_QUERY = 100
/** The address has a digest of the content. */
const FOR_EVER = 'public, max-age=31536000, immutable'

const hidden = { schema: { hide: true } }

export const pageRoutes = (db: Kysely<Database>, forms: Forms): FastifyPluginAsync => async app => {
  const style = cachedResponse('text/css; charset=utf-8', STYLE)
  app.get(STYLE_ADDRESS, hidden, async (request, reply) => await sendCached(request, reply, style, FOR_EVER))

  app.get('/', hidden, async (request, reply) => {
    const { publicUrl } = app
    if (accepts(request.raw).type(['application/json', 'text/html']) !== 'text/html') {
      return reply.header('vary', 'Accept').send({
        name: 'Gongkai',
        pages: `${publicUrl}/`,
        documentation: `${publicUrl}/docs`,
        openapi: `${publicUrl}/openapi.json`,
        catalog: `${publicUrl}/v1/catalog`,
        publications: `${publicUrl}/v1/publications`
      })
    }
    const site = siteOf(request)
    const q = textOf(request, 'q')?.trim().slice(0, MAX_QUERY) || undefined
    const content = await homePage(db, forms, site, q)
    return await send(request, reply, site, { status: 200, title: WORDS[site.language].name, content })
  })

  app.get<{ Params: { code: string } }>('/agencies/:code', hidden, async (request, reply) => {
    const site = siteOf(request)
    const { code } = request.params
    const page = AGENCY_CODE.test(code) ? await agencyPage(db, site, code) : undefined
    return await send(request, reply, site, page === undefined ? missing(site, code) : { status: 200, ...page })
  })

  app.get<{ Params: { agency: string, year: string } }>('/reports/:agency/:year', hidden, async (request, reply) => {
    const site = siteOf(request)
    const { agency, year } = request.params
    const version = textOf(request, 'version')
    const isAddress = AGENCY_CODE.test(agency) && /^\d{4}$/.test(year) &&
      (version === undefined || /^[1-9]\d{0,8}$/.test(version))
    const page = isAddress
      ? await reportPage(db, forms, site, {
        id: { agency, year: Number(year) },
        version: version === undefined ? undefined : Number(version)
      })
      : malformed(site)
    return await send(request, reply, site, page)
  })
}

const missing = (site: Site, code: string) => ({
  status: 404,
  title: WORDS[site.language].notFoundTitle,
  content: notFound(site, WORDS[site.language].noAgency(code))
})
const malformed = (site: Site) => ({
  status: 404,
  title: WORDS[site.language].notFoundTitle,
  content: notFound(site, WORDS[site.language].malformed)
})

/** Returns a parameter of the query; the first one if it is repeated. */
function textOf ({ query }: FastifyRequest, name: string): string | undefined {
  const value = [(query as Record<string, string | string[] | undefined>)[name]].flat()[0]
  return value?.replaceAll('\0', '')
}

/** Chinese, unless `lang` or Accept-Language asks for English. */
function siteOf (request: FastifyRequest): Site {
  const asked = textOf(request, 'lang')
  const language: Language = asked === 'zh' || asked === 'en' ? asked : acceptedLanguage(request.raw, 'zh')
  const [path, query] = request.url.split('?')
  const other = new URLSearchParams(query)
  other.set('lang', language === 'zh' ? 'en' : 'zh')
  const { publicUrl } = request.server
  return { language, publicUrl, otherLanguage: `${publicUrl}${path}?${other}` }
}

async function send (
  request: FastifyRequest,
  reply: FastifyReply,
  site: Site,
  { status, title, content }: { status: number, title: string, content: Html }
): Promise<FastifyReply> {
  reply.code(status).headers({ 'content-security-policy': PAGE_POLICY, 'content-language': site.language })
  const page = cachedResponse(HTML, layOutPage(site, title, content))
  return await sendCached(request, reply, page, PUBLIC_CACHE, 'Accept, Accept-Language')
}
