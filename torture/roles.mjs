// Walks over operations × callers × agencies and years: does each rule of src/auth/rules.ts hold for every operation of
// the OpenAPI document? An operation without a rule, or without a request that can be made from its examples, fails.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { findFault, readCode, readCodes } from './judge.mjs'
import { buildRequest, readOperations } from './operations.mjs'
import { createApi, createKey, demand, makeReport, putAgency, readForm } from './registry.mjs'
import { ADMIN_KEY, ROOT, Service } from './service.mjs'

/**
 * The agency `moved` is below `mine` since 2022 and was below `other` before. `inside` tells whether the target is in
 * the subtree of `mine`.
 */
const TARGETS = [
  { name: 'an agency inside', agency: 'bureau', year: 2022, inside: true },
  { name: 'the agency itself', agency: 'mine', year: 2022, inside: true, isOwn: true },
  { name: 'an agency outside', agency: 'other', year: 2022, inside: false },
  { name: 'an agency that is nowhere', agency: 'nobody', year: 2022, inside: false },
  { name: 'a moved agency before it came', agency: 'moved', year: 2021, inside: false },
  { name: 'a moved agency since it came', agency: 'moved', year: 2022, inside: true }
]
const WHOLE = { name: 'the whole registry', inside: false }

/** Loads a module of the service: rules and roles are data. */
async function loadSource (path) {
  const built = process.features.typescript ? `src/${path}.ts` : `dist/${path}.js`
  return await import(pathToFileURL(join(ROOT, built)).href)
}

export async function walkRoles ({ results }) {
  const service = await Service.start({})
  const api = createApi(service.port)
  const { RULES } = await loadSource('auth/rules')
  const { ROLES } = await loadSource('auth/actor')
  await fillTree(api)
  const context = {
    results,
    port: service.port,
    codes: await readCodes(service.port),
    ranks: ['anyone', ...ROLES],
    callers: await makeCallers(api, ROLES),
    serial: 0
  }
  const operations = await readOperations(service.port)
  // What reads first: nothing is published yet, and who is outside must see nothing.
  const ordered = [...operations].sort((a, b) => Number(a.method !== 'GET') - Number(b.method !== 'GET'))
  for (const operation of ordered) await walkOperation(context, operation, RULES[operation.id])
  const known = new Set(operations.map(({ id }) => id))
  for (const id of Object.keys(RULES)) {
    if (!known.has(id)) results.fail('roles', 'a rule without an operation', id)
  }
  results.set('roles', 'operations', operations.length)
  results.set('roles', 'callers', context.callers.length)
  await service.stop()
}

async function fillTree (api) {
  await putAgency(api, 'city', { reporting: 'consolidated' })
  for (const code of ['mine', 'other']) await putAgency(api, code, { parent: 'city' })
  await putAgency(api, 'bureau', { parent: 'mine' })
  await putAgency(api, 'moved', { parent: 'other' })
  await putAgency(api, 'moved', { parent: 'mine', since: 2022 })
  const form = await readForm(api, '2021')
  for (const code of ['bureau', 'mine', 'other', 'moved']) {
    for (const year of [2021, 2022]) await demand(api, 'POST', '/v1/reports', makeReport(form, code, year, year))
  }
}

/** A caller of each role for `mine`, of each role that may have it for the whole registry, one without, one wrong. */
async function makeCallers (api, roles) {
  const callers = [
    { name: 'no key', role: 'anyone', key: null },
    { name: 'a wrong key', role: 'wrong', key: 'gk_wrong' },
    { name: 'ADMIN_API_KEY', role: 'admin', key: ADMIN_KEY, isWhole: true }
  ]
  // The numbers of the examples belong to keys of nobody.
  for (let i = 0; i < 3; i++) await createKey(api, 'filer', 'other')
  for (const role of roles) {
    callers.push({ name: `${role} of mine`, role, key: await createKey(api, role, 'mine') })
    const whole = await api('POST', '/v1/keys', { role, label: 'whole' })
    if (whole.status === 201) callers.push({ name: `${role} of all`, role, key: whole.json.key, isWhole: true })
  }
  return callers
}

async function walkOperation (context, operation, rule) {
  if (rule === undefined) return context.results.fail('roles', 'an operation without a rule', operation.id)
  const isAimed = isAimedAt(operation)
  for (const target of isAimed ? TARGETS : [WHOLE]) {
    for (const caller of context.callers) {
      let request
      try {
        request = makeRequest(context, operation, rule, target)
      } catch (error) {
        return context.results.fail('roles', 'no request can be made', error.message)
      }
      const answer = await createApi(context.port, caller.key)(
        request.method,
        request.path,
        request.body,
        request.headers
      )
      context.results.count('roles', 'requests')
      judge(context, { operation, rule, target, caller, request, answer })
    }
  }
}

/** Returns whether the request can name an agency. */
const isAimedAt = ({ parameters, bodies }) =>
  parameters.some(({ name }) => ['agency', 'code', 'under'].includes(name)) ||
  ['agency', 'code'].some(name => memberOf(bodies, name) !== undefined)

const memberOf = (bodies, name) => {
  const example = bodies.find(({ type }) => type === 'application/json')?.example
  return Array.isArray(example) ? undefined : example?.[name]
}

function makeRequest (context, operation, rule, { agency, year }) {
  const given = agency === undefined ? {} : { agency, code: agency, under: agency, year }
  const body = operation.bodies.find(({ type }) => type === 'application/json') ?? operation.bodies[0]
  if (typeof body?.example !== 'object' || Array.isArray(body.example)) {
    return buildRequest(operation, { given, body })
  }
  const example = { ...body.example }
  for (const name of ['agency', 'under', 'year']) {
    if (name in example && agency !== undefined) example[name] = given[name]
  }
  if (rule.scope === 'body' && agency !== undefined) example.agency = agency
  if (rule.scope === 'standing') aimStanding(context, operation, example, given)
  // The role of a new key must not exceed that of the caller: the least one tells of the rule only.
  if ('role' in example) example.role = context.ranks[1]
  return buildRequest(operation, { given, body: { ...body, example } })
}

/** A new agency stands below the target; a known one changes from that year on. */
function aimStanding (context, operation, example, { agency, year }) {
  if (operation.parameters.some(({ name }) => name === 'code')) Object.assign(example, { since: year })
  else Object.assign(example, { code: `new-${context.serial++}`, parent: agency, since: year })
  delete example.credit_code
}

// ---- what is expected ----

/** Returns the expected refusal as `status code`, `may` for anything but 401 and 403, or undefined for either. */
function expectOutcome ({ ranks }, { operation, rule, target, caller }) {
  if (caller.role === 'wrong') return '401 key-invalid'
  if (ranks.indexOf(caller.role) < ranks.indexOf(rule.minimumRole)) {
    return caller.role === 'anyone' ? '401 key-required' : '403 role-insufficient'
  }
  if (rule.minimumRole === 'anyone' || rule.scope === null || caller.isWhole || isInside(operation, rule, target)) {
    return isStandingOfOwn(operation, rule, target) && !caller.isWhole ? '403 outside-subtree' : 'may'
  }
  if (rule.scope === 'each') return undefined
  return rule.scope === 'standing' && target.agency === 'nobody' ? undefined : '403 outside-subtree'
}

/** Without a year in the request, the latest one counts, in which the agency that moved has come. */
const isInside = ({ parameters, bodies }, { scope }, { agency, inside }) =>
  inside || (agency === 'moved' && scope !== 'standing' && !parameters.some(({ name }) => name === 'year') &&
    memberOf(bodies, 'year') === undefined)

/** Only those above an agency may change it. */
const isStandingOfOwn = (operation, rule, target) =>
  rule.scope === 'standing' && target.isOwn === true && operation.parameters.some(({ name }) => name === 'code')

function judge (context, { operation, rule, target, caller, request, answer }) {
  const { results, codes } = context
  const code = answer.status >= 400 ? readCode(answer.text) : undefined
  const outcome = [401, 403].includes(answer.status) ? `${answer.status} ${code}` : 'may'
  const expected = expectOutcome(context, { operation, rule, target, caller })
  const told = `${operation.id}, ${caller.name}, ${target.name} ${
    target.year ?? ''
  }: ${request.method} ${request.path} ${String(request.body ?? '').slice(0, 200)} -> ${answer.status} ${
    answer.text.slice(0, 200)
  }`
  if (expected !== undefined && outcome !== expected) {
    results.fail('roles', `${operation.id}: ${outcome} instead of ${expected}`, told)
  }
  const fault = findFault({ ...answer, headers: { 'content-type': answer.type } }, codes)
  if (fault !== undefined) results.fail('roles', `${operation.id}: ${fault}`, told)
  if (!isOpen(operation, rule, target, caller) && answer.status < 300) {
    results.fail('roles', `${operation.id} shows a draft to those outside`, told)
  }
}

/** All reports are drafts while reads are walked: of those, callers outside must see nothing. */
const isOpen = (operation, rule, target, caller) =>
  operation.method !== 'GET' || rule.minimumRole !== 'anyone' || rule.scope !== 'path' || caller.isWhole ||
  (target.inside && !['anyone', 'wrong'].includes(caller.role))
