// Runs the commands of the READMEs as they stand, against a fresh service, and holds each answer against the printed
// one.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { ADMIN_KEY, freshApp } from './support/app.ts'

const root = new URL('../', import.meta.url)

/** The blocks of commands, each with the answer printed under it. */
function walkOf (readme: string) {
  return [...readme.matchAll(/```sh\n([\s\S]*?)```\n(?:```\n([\s\S]*?)```\n)?/g)].map(([, commands, answer = '']) => ({
    commands: commands!,
    answer
  }))
}

/** The reader's own address and key, and the two commands that need a network, come from elsewhere. */
const runnable = (commands: string) => commands.replace(/^export BASE=.*$/m, '').replace(/^npm (ci|start)$/gm, '')

async function bash (script: string, env: Record<string, string>) {
  const shell = spawn('bash', ['-eu'], {
    cwd: fileURLToPath(root),
    env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', ...env }
  })
  let output = ''
  for (const stream of [shell.stdout, shell.stderr]) {
    stream.on('data', data => {
      output += data
    })
  }
  shell.stdin.end(script)
  const [code] = await once(shell, 'close')
  return { code, output }
}

for (const name of ['README.md', 'README.zh-CN.md']) {
  t.test(name, async t => {
    const { app } = await freshApp(t)
    const base = await app.listen({ host: '127.0.0.1', port: 0 })
    const walk = walkOf(await readFile(new URL(name, root), 'utf8'))
    t.ok(walk.length > 8)
    const mark = '=== next ==='
    const { code, output } = await bash(
      walk.map(({ commands }) => `${runnable(commands)}\necho '${mark}'\n`).join(''),
      { BASE: base, KEY: ADMIN_KEY }
    )
    t.equal(code, 0, output)
    const answers = output.split(`${mark}\n`)
    for (const [i, { commands, answer }] of walk.entries()) t.equal(answers[i], answer, commands)
  })
}

t.test('both READMEs walk the same way', async t => {
  const [english, chinese] = await Promise.all(
    ['README.md', 'README.zh-CN.md'].map(name => readFile(new URL(name, root), 'utf8'))
  )
  t.same(walkOf(chinese!), walkOf(english!))
})
