// Checks of Dockerfile and docker-compose.yml that need no container engine.
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

t.test('includes exactly the files that the Dockerfile copies in the build context', async t => {
  const sources = of('COPY').filter(copy => !copy.startsWith('--from=')).flatMap(copy => copy.split(/ +/).slice(0, -1))
  t.same(sources.filter(source => !existsSync(new URL(source, root))), [])
  const [all, ...sent] = (await text('.dockerignore')).split('\n').filter(line => line !== '' && !line.startsWith('#'))
  t.equal(all, '*')
  t.same(sent.sort(), [...new Set(sources)].map(source => `!${source}`).sort())
})

t.test('pins images, runs the service without root and passes signals to it', async t => {
  const images = [...of('FROM').map(from => from.split(' ')[0]!), services.postgres.image]
  t.same(images.filter(image => !EXACT.test(image)), [])
  t.equal(new Set(of('FROM').map(from => from.split(' ')[0])).size, 1, 'all stages use the same base image')
  t.ok(of('LABEL')[0]?.includes(`base.name="docker.io/library/${images[0]}"`))
  t.same(of('USER'), ['node'])
  t.same(JSON.parse(of('CMD').at(-1)!), ['node', 'dist/server.js'])
})

t.test('labels the image with the version and license of package.json', async t => {
  t.ok(of('LABEL')[0]?.includes(`image.version="${version}"`))
  t.ok(of('LABEL')[0]?.includes(`image.licenses="${license}"`))
})

t.test('sets only known settings in compose and lists its variables in .env.example', async t => {
  const known = [...Object.keys(Config.properties), 'PGPASSWORD']
  t.same(Object.keys(services.gongkai.environment).filter(name => !known.includes(name)), [])
  const asked = (await text('docker-compose.yml')).matchAll(/\$\{(\w+):/g)
  const example = (await text('.env.example')).matchAll(/^#?(\w+)=/gm)
  t.same(
    [...new Set([...example].map(match => match[1]))].sort(),
    [...new Set([...asked].map(match => match[1]))].sort()
  )
})

t.test('uses the same health check in compose and in the image', async t => {
  const command = JSON.parse(/CMD (\[.*)/.exec(of('HEALTHCHECK')[0]!)![1]!)
  t.same(services.gongkai.healthcheck.test, ['CMD', ...command])
})
