// Copies the template database for each test file and builds the service on it without listening on a port.
import { sql } from 'kysely'
import { randomBytes } from 'node:crypto'
import { type AppOptions, buildApp } from '../../src/app.ts'
import { openDatabase } from '../../src/database/connection.ts'
import { Forms } from '../../src/forms/forms.ts'
import { readForms, readRates } from '../../src/forms/load-forms.ts'
import { adminUrl, template, urlOf } from './database.ts'

/** The part of tap's test object used here. */
interface Test {
  teardown(work: () => Promise<void>): void
}

export const ADMIN_KEY = 'test-'.padEnd(40, 'k')

export async function freshDatabase (t: Test, from = template) {
  const name = `test_${randomBytes(6).toString('hex')}`
  const admin = openDatabase(adminUrl(), 1, () => {})
  await sql`create database ${sql.id(name)} template ${sql.id(from)}`.execute(admin)
  const db = openDatabase(urlOf(name), 5, () => {})
  t.teardown(async () => {
    await db.destroy()
    await sql`drop database ${sql.id(name)} with (force)`.execute(admin)
    await admin.destroy()
  })
  return { db, url: urlOf(name) }
}

export interface Answer {
  status: number
  headers: Record<string, string>
  text: string
  json: any
}

export interface CallOptions {
  headers?: Record<string, string>
  key?: string | null
}

export async function freshApp (t: Test, options: Partial<AppOptions> = {}) {
  const { db, url } = await freshDatabase(t)
  const forms = options.forms ?? new Forms(await readForms(), await readRates())
  const app = await buildApp({ db, forms, adminKey: ADMIN_KEY, ...options })
  t.teardown(async () => await app.close())
  /** Sends the administrator key by default; `key: null` sends none. */
  const call = async (
    method: string,
    path: string,
    body?: unknown,
    { headers = {}, key = ADMIN_KEY }: CallOptions = {}
  ): Promise<Answer> => {
    const answer = await app.inject({
      method: method as 'GET',
      url: path,
      headers: { ...(key === null ? {} : { authorization: `Bearer ${key}` }), ...headers },
      ...(body === undefined ? {} : { payload: body as string })
    })
    const text = answer.body
    return {
      status: answer.statusCode,
      headers: answer.headers as Record<string, string>,
      text,
      json: /^application\/(problem\+)?json/.test(String(answer.headers['content-type'])) ? answer.json() : undefined
    }
  }
  return { app, db, url, forms, call }
}
