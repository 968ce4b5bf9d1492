// Checks every request against the table of rules: the role before the body is read, the subtree after parsing.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Kysely } from 'kysely'
import type { Database } from '../database/types.ts'
import { addProblems } from '../http/responses.ts'
import { problem } from '../problems/problem.ts'
import { type Actor, hasRole, type Role, WHOLE_REGISTRY } from './actor.ts'
import { isInSubtree, outsideSubtree } from './coverage.ts'
import { type Rule, RULES } from './rules.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    rule?: Rule
  }
  interface FastifyRequest {
    /** The caller sees only what is published of the report in the path, as the public does. */
    seesPublishedOnly: boolean
  }
}

const A_KEY = [{ api_key: [] }, { jwt: [] }]

/** Throws `outside-subtree` unless the agency is in the caller's subtree before and after the change. */
export type RequirePlacement = (db: Kysely<Database>, actor: Actor, code: string, change: unknown) => Promise<void>

/** Authorizes every request. Register after `authenticate` and before the routes. */
export function authorizeRequests (
  app: FastifyInstance,
  db: Kysely<Database>,
  requirePlacement: RequirePlacement
): void {
  app.decorateRequest('seesPublishedOnly', true)
  app.addHook('onRoute', route => {
    const { schema, url } = route
    const rule = RULES[schema?.operationId ?? '']
    if (rule === undefined) {
      if (url.startsWith('/v1/')) throw new Error(`no rule in src/auth/rules.ts for ${schema?.operationId ?? url}`)
      return
    }
    route.config = { ...route.config, rule }
    schema!.security ??= rule.minimumRole !== 'anyone' ? A_KEY : rule.scope === null ? [] : [{}, ...A_KEY]
    if (rule.minimumRole === 'anyone') return
    addProblems(schema!.response as object, [
      'key-required',
      ...rule.minimumRole === 'reader' ? [] : ['role-insufficient'] as const,
      ...rule.scope === null ? [] : ['outside-subtree'] as const
    ])
  })
  app.addHook('onRequest', async request => {
    if (request.authenticationError !== null) throw request.authenticationError
    const { actor, routeOptions: { config: { rule } } } = request
    if (rule === undefined || rule.minimumRole === 'anyone') return
    if (actor === null) throw problem('key-required')
    requireRole(actor, rule.minimumRole)
  })
  app.addHook('preHandler', async request => {
    const { actor, routeOptions: { config: { rule } } } = request
    if (actor === null || rule === undefined || rule.scope === null || rule.scope === 'each') return
    if (rule.scope === 'standing') {
      const { code } = targetOf(request, rule.scope)
      return await requirePlacement(db, actor, code ?? '', request.body)
    }
    await requireSubtree(db, request, actor, rule)
  })
}

async function requireSubtree (
  db: Kysely<Database>,
  request: FastifyRequest,
  actor: Actor,
  { minimumRole, scope: of }: Rule
): Promise<void> {
  const { agency, year } = targetOf(request, of)
  const covered = await isInSubtree(db, actor, { agency: agency ?? WHOLE_REGISTRY, year })
  request.seesPublishedOnly = !covered
  if (!covered && minimumRole !== 'anyone') throw outsideSubtree(actor, { agency: agency ?? WHOLE_REGISTRY, year })
}

function targetOf (request: FastifyRequest, of: Rule['scope']): { agency?: string, year?: number, code?: string } {
  const { params, query, body } = request as Record<'params' | 'query' | 'body', object>
  return of === 'registry'
    ? {}
    : of === 'path'
    ? params
    : of === 'query'
    ? query
    : of === 'body'
    ? body
    : { ...body, ...params }
}

/** Throws `role-insufficient` unless the caller has that role or one above it. */
export function requireRole (actor: Actor, minimumRole: Role): void {
  if (!hasRole(actor, minimumRole)) throw problem('role-insufficient', { minimumRole, role: actor.role })
}
