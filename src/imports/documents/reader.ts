// Reads documents in a process of its own, one at a time, within limits of time and memory. Not in a worker thread:
// where a thread runs out of memory while it enlarges a map, an array or a string, V8 ends the whole service.
import { type ChildProcess, fork } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UnreadableFile } from '../../documents/formats/unreadable-file.ts'
import type { Reading, Refusal } from '../../documents/reading/reading.ts'
import { Forms } from '../../forms/forms.ts'
import type { ReaderAnswer, ReaderTask } from './reader-process.ts'
import { Turns } from './turns.ts'

const PROGRAM = fileURLToPath(new URL(`./reader-process${extname(import.meta.url)}`, import.meta.url))

export const READER_LIMITS = {
  /** For one document. */
  readMs: 10_000,
  /** Until a document has arrived in the process, including its start. */
  startMs: 30_000,
  /** An unused process ends after this time: its memory stays as large as the largest document made it. */
  idleMs: 60_000,
  /** Old generation of the heap. */
  memoryMb: 256,
  waiting: 8,
  waitMs: 15_000
}

/** The objects of a document soon become garbage: a large young generation only takes memory. */
const YOUNG_MB = 8

/** Options that a child must not have: a debugger listens on one port only, and a file of settings has secrets. */
const OWN_OPTION = /^--(?:inspect|watch|env-file)/

export interface ReadDocument {
  document: { text: string }
  reading: Reading | Refusal
}

/** The answer with this member. */
type Read<Member extends string> = Extract<ReaderAnswer, Record<Member, unknown>>

export class DocumentReader {
  readonly #forms: Forms
  readonly #limits: typeof READER_LIMITS
  readonly #turns: Turns
  #process: ChildProcess | undefined
  #idle: NodeJS.Timeout | undefined

  /** The process starts with the first document and does not keep this one alive. */
  constructor (forms: Forms, limits: Partial<typeof READER_LIMITS> = {}) {
    this.#forms = forms
    this.#limits = { ...READER_LIMITS, ...limits }
    this.#turns = new Turns(this.#limits.waiting, this.#limits.waitMs)
  }

  /**
   * Throws UnreadableFile if the document cannot be read within the limits, and `overloaded` if it cannot be read soon.
   * `signal` ends the wait for earlier documents, but not the reading.
   */
  async read (bytes: Buffer, contentType: string, signal?: AbortSignal): Promise<ReadDocument> {
    const { text, reading } = await this.#perform({ bytes, contentType }, signal) as Read<'text'>
    return {
      document: { text },
      reading: 'refused' in reading ? reading : { ...reading, form: this.#forms.get(reading.form) }
    }
  }

  /** Reads the first sheet of a workbook as rows of text. Throws as `read`. */
  async readSheet (sheet: Buffer, signal?: AbortSignal): Promise<string[][]> {
    const { rows } = await this.#perform({ sheet }, signal) as Read<'rows'>
    return rows
  }

  close (): void {
    clearTimeout(this.#idle)
    this.#process?.kill('SIGKILL')
    this.#process = undefined
  }

  async #perform (task: ReaderTask, signal: AbortSignal | undefined): Promise<Read<'text'> | Read<'rows'>> {
    const answer = await this.#turns.run(async () => await this.#ask(task), signal)
    if ('unreadable' in answer) throw new UnreadableFile(answer.unreadable.kind, answer.unreadable.reason)
    if ('error' in answer) {
      throw answer.isTooLarge ? this.#tooMuchMemory() : new Error('a document was not read', { cause: answer.error })
    }
    return answer
  }

  async #ask (task: ReaderTask): Promise<Exclude<ReaderAnswer, 'begun'>> {
    clearTimeout(this.#idle)
    const child = this.#process?.connected === true ? this.#process : this.#start()
    this.#process = child
    let [timer, isLate] = [undefined as NodeJS.Timeout | undefined, false]
    const endAfter = (ms: number) => {
      clearTimeout(timer)
      timer = setTimeout(() => {
        isLate = true
        child.kill('SIGKILL')
      }, ms)
    }
    setReferenced(child, true)
    endAfter(this.#limits.startMs)
    let stopListening = () => {}
    try {
      return await new Promise((resolve, reject) => {
        const onMessage = (answer: ReaderAnswer) => {
          if (answer === 'begun') endAfter(this.#limits.readMs)
          else resolve(answer)
        }
        const onExit = (code: number | null) => reject(this.#whyEnded(isLate, code))
        child.on('message', onMessage).on('exit', onExit).on('error', reject)
        stopListening = () => child.off('message', onMessage).off('exit', onExit).off('error', reject)
        child.send(task)
      })
    } finally {
      clearTimeout(timer)
      stopListening()
      setReferenced(child, false)
      this.#idle = setTimeout(() => this.close(), this.#limits.idleMs).unref()
    }
  }

  #start (): ChildProcess {
    const child = fork(PROGRAM, {
      // Files from outside are read without the secrets of the service.
      env: {},
      execArgv: [
        ...process.execArgv.filter(option => !OWN_OPTION.test(option)),
        `--max-old-space-size=${this.#limits.memoryMb}`,
        `--max-semi-space-size=${YOUNG_MB}`
      ],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc']
    })
    const forget = () => {
      if (this.#process === child) this.#process = undefined
    }
    child.on('error', forget).on('exit', forget)
    child.send({ forms: this.#forms.all.map(form => form.definition) } satisfies ReaderTask)
    return child
  }

  /** V8 aborts the process when its memory is used up; the kernel kills it when that of the machine is. */
  #whyEnded (isLate: boolean, code: number | null): Error {
    if (isLate) {
      const seconds = this.#limits.readMs / 1000
      return new UnreadableFile('too-large', {
        zh: `读取超过 ${seconds} 秒的时间上限。`,
        en: `Reading it takes longer than ${seconds} seconds.`
      })
    }
    return code === null || code > 128
      ? this.#tooMuchMemory()
      : new Error(`the process that reads documents ended with code ${code}`)
  }

  #tooMuchMemory (): UnreadableFile {
    return new UnreadableFile('too-large', {
      zh: `读取所需的内存超过 ${this.#limits.memoryMb} MB 的上限。`,
      en: `Reading it needs more than ${this.#limits.memoryMb} MB of memory.`
    })
  }
}

/** Whether the child keeps this process alive. */
function setReferenced (child: ChildProcess, isReferenced: boolean): void {
  if (isReferenced) {
    child.ref()
    child.channel?.ref()
  } else {
    child.unref()
    child.channel?.unref()
  }
}
