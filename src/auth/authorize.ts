// The table of rules held against every request: the role before the body is read, the subtree once all is parsed.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Kysely } from 'kysely'
import type { Database } from '../database/types.ts'
import { addProblems } from '../http/responses.ts'
import { problem } from '../problems/problem.ts'
import { type Actor, hasRole, type Role, WHOLE_REGISTRY } from './actor.ts'
import { covers, outsideSubtree } from './coverage.ts'
import { type Rule, RULES } from './rules.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    rule?: Rule
  }
  interface FastifyRequest {
    /** The caller reads of the report in the path what the public reads: what is published. */
    isPublic: boolean
  }
}

const A_KEY = [{ api_key: [] }, { jwt: [] }]

/** Throws `outside-subtree` unless an agency stands below the caller's, before the change of it and after. */
export type RequirePlacement = (db: Kysely<Database>, actor: Actor, code: string, change: unknown) => Promise<void>

/** Comes after `authenticate`, and before the routes. */
export function holdRules (app: FastifyInstance, db: Kysely<Database>, requirePlacement: RequirePlacement): void {
  app.decorateRequest('isPublic', true)
  app.addHook('onRoute', route => {
    const { schema, url } = route
    const rule = RULES[schema?.operationId ?? '']
    if (rule === undefined) {
      if (url.startsWith('/v1/')) throw new Error(`no rule in src/auth/rules.ts for ${schema?.operationId ?? url}`)
      return
    }
    route.config = { ...route.config, rule }
    if (rule.least === 'anyone' && rule.of === null) return
    schema!.security = rule.least === 'anyone' ? [{}, ...A_KEY] : A_KEY
    if (rule.least === 'anyone') return
    addProblems(schema!.response as object, [
      'key-required',
      ...rule.least === 'filer' ? [] : ['role-insufficient'] as const,
      ...rule.of === null ? [] : ['outside-subtree'] as const
    ])
  })
  app.addHook('onRequest', async request => {
    if (request.refusal !== null) throw request.refusal
    const { actor, routeOptions: { config: { rule } } } = request
    if (rule === undefined || rule.least === 'anyone') return
    if (actor === null) throw problem('key-required')
    refuseRole(actor, rule.least)
  })
  app.addHook('preHandler', async request => {
    const { actor, routeOptions: { config: { rule } } } = request
    if (actor === null || rule === undefined || rule.of === null || rule.of === 'each') return
    if (rule.of === 'standing') {
      const { code } = askedOf(request, rule.of)
      return await requirePlacement(db, actor, code ?? '', request.body)
    }
    await holdSubtree(db, request, actor, rule)
  })
}

async function holdSubtree (
  db: Kysely<Database>,
  request: FastifyRequest,
  actor: Actor,
  { least, of }: Rule
): Promise<void> {
  const { agency, year } = askedOf(request, of)
  const covered = await covers(db, actor, { agency: agency ?? WHOLE_REGISTRY, year })
  request.isPublic = !covered
  if (!covered && least !== 'anyone') throw outsideSubtree(actor, { agency: agency ?? WHOLE_REGISTRY, year })
}

function askedOf (request: FastifyRequest, of: Rule['of']): { agency?: string, year?: number, code?: string } {
  const { params, query, body } = request as Record<'params' | 'query' | 'body', object>
  return of === 'path' ? params : of === 'query' ? query : of === 'body' ? body : { ...body, ...params }
}

/** Throws `role-insufficient` unless the caller has that role or one above it. */
export function refuseRole (actor: Actor, least: Role): void {
  if (!hasRole(actor, least)) throw problem('role-insufficient', { least, role: actor.role })
}
