// A service whose disk is full: a small file system in memory, which only root can make.
import { execFile } from 'node:child_process'
import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual, promisify } from 'node:util'
import { makeFolder, undoAtEnd } from './cleanup.mjs'
import { findFault } from './judge.mjs'
import { verifyTotals } from './kill-checks.mjs'
import { createApi, demand, makeReport, putAgency, readForm } from './registry.mjs'
import { Service } from './service.mjs'

const run = promisify(execFile)
const MEGABYTES = 300
/** Reports with long texts, until the log of the database needs a new file and has no room for it. */
const WRITES = 120
const TEXT_CHARACTERS = 60_000
const YEAR = 2022
const READY_MS = 60_000

/** `count` is told that it was done, or why not. */
export async function runDiskFull ({ codes, random, fail, count }) {
  const disk = await mountDisk()
  if (disk === undefined) return count('full disk: skipped, no file system can be mounted')
  count('full disk')
  const service = await Service.start({ folder: disk.folder })
  try {
    await fillAndCheck(service, disk.folder, { codes, random, fail, count })
  } finally {
    await service.stop()
    await disk.unmount()
  }
}

async function mountDisk () {
  if (process.platform !== 'linux' || process.getuid() !== 0) return undefined
  const { folder, remove } = await makeFolder()
  const disk = join(folder, 'disk')
  await mkdir(disk)
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${MEGABYTES}m`, 'torture', disk])
  } catch {
    await remove()
    return undefined
  }
  const unmount = undoAtEnd(async () => {
    await run('umount', ['-l', disk])
  })
  return {
    folder: disk,
    unmount: async () => {
      await unmount()
      await remove()
    }
  }
}

/** Fills the disk with a file until only `spared` bytes are free. */
async function fillDisk (path, spared) {
  const file = await open(path, 'w')
  try {
    for (let size = 2 ** 20; size >= 4096; size /= 16) {
      const block = Buffer.alloc(size)
      while (await file.write(block).then(({ bytesWritten }) => bytesWritten === size, () => false));
    }
    await file.truncate(Math.max(0, (await file.stat()).size - spared))
  } finally {
    await file.close()
  }
}

async function fillAndCheck (service, folder, { codes, random, fail, count }) {
  const api = createApi(service.port)
  await putAgency(api, 'root')
  const codesOf = Array.from({ length: 20 }, (_, i) => `a${i}`)
  for (const code of codesOf) await putAgency(api, code, { parent: 'root' })
  const form = await readForm(api, '2021')
  const filler = join(folder, 'filler')
  const ended = []
  service.onEnd = reason => ended.push(reason)
  await fillDisk(filler, random.below(24) * 2 ** 20)
  const acknowledged = new Map()
  const sent = new Map()
  for (let i = 0; i < WRITES && service.isRunning; i++) {
    const code = random.pick(codesOf)
    const report = { ...makeReport(form, code, YEAR, i), sections: { other_matters: writeText(random) } }
    const { agency, year, ...content } = report
    sent.set(code, report)
    const answer = await api('PUT', `/v1/reports/${code}/${YEAR}`, content).catch(() => undefined)
    count(`full disk: ${answer === undefined ? 'requests without an answer' : `answers ${answer.status}`}`)
    if (answer === undefined) continue
    if (answer.status < 300) acknowledged.set(code, report)
    const fault = findFault({ ...answer, headers: { 'content-type': answer.type } }, codes)
    if (fault !== undefined) fail(fault, `PUT of a report -> ${answer.text}`)
    if (await api('GET', '/healthz').then(({ status }) => status !== 200, () => service.isRunning)) {
      fail('no answer from /healthz', 'while the disk is full')
    }
  }
  await rm(filler)
  if (ended.length > 0) count('full disk: ends of the service')
  if (service.isRunning && !await service.waitReady(READY_MS) && service.isRunning) {
    fail('not ready again once there is room', service.output.slice(-500))
    await service.kill()
  }
  if (!service.isRunning) await service.startAgain()
  await checkReports(api, acknowledged, sent, fail)
  await verifyTotals(service, fail)
}

/** Characters that do not compress, as those of a text do. */
const writeText = random =>
  Array.from({ length: TEXT_CHARACTERS }, () => String.fromCharCode(0x4e00 + random.below(20_000))).join('')

async function checkReports (api, acknowledged, sent, fail) {
  for (const [code, { tables }] of acknowledged) {
    const { json } = await api('GET', `/v1/reports/${code}/${YEAR}`)
    const possible = [tables, sent.get(code).tables]
    if (!possible.some(one => isDeepStrictEqual(one, json?.tables))) fail('an acknowledged report is not as sent', code)
  }
  const verified = await api('GET', '/v1/events/verify')
  if (verified.json?.ok !== true) fail('the audit log does not verify', verified.text)
  await demand(api, 'PUT', '/v1/agencies/after', { name: 'after', level: 'county', kind: 'department' })
    .catch(error => fail('no write succeeds once there is room', error.message))
}
