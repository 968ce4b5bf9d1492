import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { ADMIN_KEY } from './app.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

export async function freePort (): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

/**
 * Starts the service, or another program, as a child process with only `env` as its environment. `said` waits until
 * the output of stdout and stderr matches a pattern.
 */
export function spawnService (
  env: Record<string, string>,
  [program, ...args]: [string, ...string[]] = [process.execPath, 'dist/server.js']
) {
  const child: ChildProcess = spawn(program, args, {
    cwd: root,
    env: { PATH: process.env.PATH, LOG_LEVEL: 'warn', ...env },
    stdio: 'pipe'
  })
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]!.setEncoding('utf8').on('data', data => {
      output[name] += data
    })
  }
  const ended = once(child, 'close') as Promise<[code: number | null]>
  const all = () => output.stdout + output.stderr
  const said = async (text: RegExp) => {
    for (let i = 0; i < 600 && !text.test(all()); i++) {
      if (child.exitCode !== null) break
      await new Promise(resolve => setTimeout(resolve, 50))
    }
    const match = text.exec(all())
    if (match === null) throw new Error(`not said: ${text}\n${all()}`)
    return match
  }
  /** The lines of stdout, parsed as JSON. */
  const lines = (): Record<string, any>[] => output.stdout.split('\n').filter(Boolean).map(line => JSON.parse(line))
  return { child, ended, said, lines, output: all, stderr: () => output.stderr }
}

/** Starts the service on a database with `ADMIN_KEY` as its administrator key, and waits until it is ready. */
export async function service (t: { teardown(work: () => Promise<void>): void }, url: string) {
  const { child, ended, said, lines } = spawnService(
    { DATABASE_URL: url, PORT: '0', ADMIN_API_KEY: ADMIN_KEY },
    [process.execPath, '--max-old-space-size=160', 'dist/server.js']
  )
  t.teardown(async () => {
    child.kill('SIGKILL')
    await ended
  })
  await said(/listens on/)
  return { child, ended, base: lines().at(-1)!.address as string }
}
