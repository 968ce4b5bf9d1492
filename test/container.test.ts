// What can be said of the image and of compose without an engine.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import t from 'tap'
import { parse } from 'yaml'
import { Config } from '../src/config.ts'

const root = new URL('../', import.meta.url)
const text = (file: string) => readFile(new URL(file, root), 'utf8')
const dockerfile = (await text('Dockerfile')).replaceAll('\\\n', ' ')
const of = (instruction: string) =>
  [...dockerfile.matchAll(new RegExp(`^ *${instruction} +(.*)$`, 'gm'))].map(match => match[1]!)
const { version, license } = JSON.parse(await text('package.json'))
const { services } = parse(await text('docker-compose.yml'))
const EXACT = /^[a-z]+:\d+\.\d+(\.\d+)?-[a-z-]+$/

t.test('the build context has every file that the Dockerfile copies', async t => {
  const sources = of('COPY').filter(copy => !copy.startsWith('--from=')).flatMap(copy => copy.split(/ +/).slice(0, -1))
  t.same(sources.filter(source => !existsSync(new URL(source, root))), [])
  const [all, ...sent] = (await text('.dockerignore')).split('\n').filter(line => line !== '' && !line.startsWith('#'))
  t.equal(all, '*')
  t.same(sent.sort(), [...new Set(sources)].map(source => `!${source}`).sort())
})

t.test('images are pinned, and the service runs without root and receives signals', async t => {
  const images = [...of('FROM').map(from => from.split(' ')[0]!), services.postgres.image]
  t.same(images.filter(image => !EXACT.test(image)), [])
  t.equal(new Set(of('FROM').map(from => from.split(' ')[0])).size, 1, 'one image for all stages')
  t.ok(of('LABEL')[0]?.includes(`base.name="docker.io/library/${images[0]}"`))
  t.same(of('USER'), ['node'])
  t.same(JSON.parse(of('CMD').at(-1)!), ['node', 'dist/server.js'])
})

t.test('the image labels match package.json', async t => {
  t.ok(of('LABEL')[0]?.includes(`image.version="${version}"`))
  t.ok(of('LABEL')[0]?.includes(`image.licenses="${license}"`))
})

t.test('compose sets known settings, and .env.example those that compose requires', async t => {
  const known = [...Object.keys(Config.properties), 'PGPASSWORD']
  t.same(Object.keys(services.gongkai.environment).filter(name => !known.includes(name)), [])
  const asked = (await text('docker-compose.yml')).matchAll(/\$\{(\w+):/g)
  const example = (await text('.env.example')).matchAll(/^#?(\w+)=/gm)
  t.same(
    [...new Set([...example].map(match => match[1]))].sort(),
    [...new Set([...asked].map(match => match[1]))].sort()
  )
})

t.test('compose and the image use the same health check', async t => {
  const command = JSON.parse(/CMD (\[.*)/.exec(of('HEALTHCHECK')[0]!)![1]!)
  t.same(services.gongkai.healthcheck.test, ['CMD', ...command])
})
