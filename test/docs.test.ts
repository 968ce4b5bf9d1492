// Tests of the README and the pages of docs/. The commands of each ```sh block are executed and their output is
// compared with the block without a language directly below, in which `…` matches variable text. A page of docs/
// continues the walkthrough of the README in its language. ```console blocks need more than the service, such as a
// container engine, and are not executed.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { Config } from '../src/config.ts'
import { ADMIN_KEY, freshApp } from './support/app.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const read = async (page: string) => await readFile(join(root, page), 'utf8')
const READMES = ['README.md', 'README.zh-CN.md']
const docs = (await readdir(join(root, 'docs'), { recursive: true })).filter(name => name.endsWith('.md')).sort()
  .map(name => join('docs', name))
const pages = [...READMES, ...docs]
const OTHERS = ['CONTRIBUTING.md', 'CHANGELOG.md', 'bench/README.md', 'torture/README.md']
const MAX_README_BYTES = 8192

const isChinese = (page: string) => page.includes('zh-CN')
const readmeOf = (page: string) => READMES[isChinese(page) ? 1 : 0]!
const englishOf = (page: string) => page.replace('.zh-CN', '').replace('zh-CN/', '')

const FENCE = /^```(\w*)\n([\s\S]*?)^```$/gm
const withoutFences = (text: string) => text.replace(FENCE, '')
const codeSpans = (text: string) => [...withoutFences(text).matchAll(/`([^`\n]+)`/g)].map(([, span]) => span!)

interface Block {
  commands: string
  answer: string
}

const blocksOf = async (page: string): Promise<Block[]> =>
  [...(await read(page)).matchAll(/^```sh\n([\s\S]*?)^```\n(?:```\n([\s\S]*?)^```\n)?/gm)].map(
    ([, commands, answer = '']) => ({ commands: commands!, answer })
  )

/** A folder with the files of the project in which a page can write its own: pages run at the same time. */
async function folderOf (t: { teardown(work: () => Promise<void>): void }): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gongkai-docs-'))
  t.teardown(async () => await rm(folder, { recursive: true, force: true }))
  for (const name of await readdir(root)) await symlink(join(root, name), join(folder, name))
  return folder
}

/** Removes the lines that set the address and start the service, because the test does both. */
const runnable = (commands: string) =>
  commands.replace(/^export BASE=.*$/m, '').replace(/^(DEFAULT_LANGUAGE=zh )?npm (ci|start)$/gm, '')

/** The Chinese walkthrough starts the service in Chinese. */
const languageOf = (page: string) => isChinese(page) ? 'zh' : 'en'

function answerPattern (answer: string): RegExp {
  const escaped = answer.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${escaped.replaceAll('…', '[^\\n]*?')}$`)
}

async function bash (folder: string, script: string, env: Record<string, string>) {
  const shell = spawn('bash', ['-eu'], {
    cwd: folder,
    // Skip the pre-scripts of package.json, which have run before the tests.
    env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', npm_config_ignore_scripts: 'true', ...env }
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

t.test('runs the commands of every page and compares their output', async t => {
  t.jobs = 3
  for (const page of pages) {
    const own = await blocksOf(page)
    // The programs of this page write English only, and the answers of the API in it have no texts.
    if (own.length === 0 || page === 'docs/zh-CN/operations.md') continue
    t.test(page, { buffered: true }, async t => {
      const walk = READMES.includes(page) ? [] : await blocksOf(readmeOf(page))
      const { app, url } = await freshApp(t, { defaultLanguage: languageOf(page) })
      const base = await app.listen({ host: '127.0.0.1', port: 0 })
      const mark = '=== next ==='
      const { code, output } = await bash(
        await folderOf(t),
        [...walk, ...own].map(({ commands }) => `${runnable(commands)}\necho '${mark}'\n`).join(''),
        { BASE: base, KEY: ADMIN_KEY, DATABASE_URL: url }
      )
      t.equal(code, 0, output)
      const answers = output.split(`${mark}\n`).slice(walk.length)
      for (const [i, { commands, answer }] of own.entries()) {
        if (!answerPattern(answer).test(answers[i] ?? '')) t.equal(answers[i], answer, commands)
      }
    })
  }
})

t.test('keeps each README under 8 kB with the same walkthrough', async t => {
  for (const page of READMES) {
    t.ok(Buffer.byteLength(await read(page)) <= MAX_README_BYTES, page)
    t.ok((await blocksOf(page)).length >= 6, page)
  }
  const chinese = (await blocksOf('README.zh-CN.md')).map(({ commands }) =>
    commands.replace('DEFAULT_LANGUAGE=zh ', '').replace('"zh":"[^"]*相差', '"en":"[^"]*difference')
  )
  const english = (await blocksOf('README.md')).map(({ commands }) => commands)
  t.same(chinese, english, 'both READMEs have the same commands')
})

t.test('has the same commands and answers on the operations pages, of which only the English one is run', async t => {
  t.same(await blocksOf('docs/zh-CN/operations.md'), await blocksOf('docs/operations.md'))
})

t.test('executes every command block that is not marked as console', async t => {
  for (const page of pages) {
    for (const [, language, text] of (await read(page)).matchAll(FENCE)) {
      t.ok(['sh', 'console', '', 'text', 'json', 'yaml', 'ini'].includes(language!), `${page}: ${language}`)
      if (language === 'console') t.match(text, /^\$ /, page)
      if (language === 'text' || language === '') t.notMatch(text, /^(curl|npm|docker|node) /m, page)
    }
  }
})

/** The anchor that GitHub generates for a heading. */
const anchorOf = (heading: string) => heading.toLowerCase().replace(/[^\p{L}\p{M}\p{N}_\- ]/gu, '').replaceAll(' ', '-')
const anchorsOf = async (page: string) =>
  [...withoutFences(await read(page)).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading!))

t.test('links only to existing files and headings', async t => {
  for (const page of [...pages, ...OTHERS]) {
    for (const [, target] of withoutFences(await read(page)).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target!)) continue
      const [path, anchor] = target!.split('#') as [string, string?]
      const file = path === '' ? page : join(dirname(page), path)
      t.ok(existsSync(join(root, file)), `${page}: ${target}`)
      if (anchor !== undefined) t.ok((await anchorsOf(file)).includes(anchor), `${page}: ${target}`)
    }
  }
  for (const page of docs) t.match(await read(readmeOf(page)), `](${page})`, `${readmeOf(page)} links to ${page}`)
})

t.test('names the same settings, endpoints and fields in both languages', async t => {
  for (const page of pages.filter(isChinese)) {
    const english = englishOf(page)
    t.ok(pages.includes(english), `${english} exists`)
    const names = async (page: string) => {
      const spans = codeSpans(await read(page)).filter(span => /^\p{ASCII}+$/u.test(span))
      return [...new Set(spans)].sort()
    }
    t.same(await names(page), await names(english), page)
  }
})

t.test('names only endpoints of the OpenAPI document', async t => {
  const { paths } = JSON.parse(await read('openapi/openapi.json')) as { paths: Record<string, Record<string, unknown>> }
  for (const page of [...pages, ...OTHERS]) {
    for (const span of codeSpans(await read(page))) {
      const [, method, path] = /^(GET|POST|PUT|PATCH|DELETE) (\/[^?]*)/.exec(span) ?? []
      if (path !== undefined) t.ok(paths[path]?.[method!.toLowerCase()], `${page}: ${span}`)
    }
  }
})

t.test('names only scripts of package.json', async t => {
  const { scripts } = JSON.parse(await read('package.json')) as { scripts: Record<string, string> }
  for (const page of [...pages, ...OTHERS]) {
    for (const [, name] of (await read(page)).matchAll(/\bnpm run (?:--silent )?([\w:]+)/g)) {
      t.ok(scripts[name!], `${page}: npm run ${name}`)
    }
  }
})

t.test('lists every setting with its default on the configuration pages', async t => {
  for (const [page, none] of [['docs/configuration.md', 'none'], ['docs/zh-CN/configuration.md', '无']] as const) {
    const rows = [...(await read(page)).matchAll(/^\| `([A-Z_]+)` \| ([^|]*) \|/gm)].map((
      [, name, value]
    ) => [name, value])
    const settings = Object.entries(Config.properties as Record<string, { default?: unknown }>)
    t.same(
      rows,
      settings.map(([name, setting]) => [name, setting.default === undefined ? none : `\`${setting.default}\``]),
      page
    )
  }
})

t.test('lists every folder of src on the architecture page', async t => {
  const folders = (await readdir(join(root, 'src'), { withFileTypes: true })).filter(entry => entry.isDirectory())
  const named = [...(await read('docs/architecture.md')).matchAll(/^\| `(\w+)\/` \|/gm)].map(([, name]) => name)
  t.same(named.sort(), folders.map(({ name }) => name).sort())
})
