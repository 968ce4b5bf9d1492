// The error for files that cannot be read, with the reason in both languages.

export type UnreadableKind = 'unsupported' | 'damaged' | 'encrypted' | 'undecodable' | 'too-large' | 'empty'

export class UnreadableFile extends Error {
  readonly kind: UnreadableKind
  readonly reason: { zh: string, en: string }

  constructor (kind: UnreadableKind, reason: { zh: string, en: string }, options?: ErrorOptions) {
    super(reason.en, options)
    this.name = 'UnreadableFile'
    this.kind = kind
    this.reason = reason
  }
}

export const empty = () => new UnreadableFile('empty', { zh: '文件是空的。', en: 'The file is empty.' })

export const tooDeep = (cause?: unknown) =>
  new UnreadableFile(
    'too-large',
    { zh: '文件中的元素嵌套过深。', en: 'The elements of the file are nested too deep.' },
    { cause }
  )

export const tooMany = (what: { zh: string, en: string }, limit: number) =>
  new UnreadableFile('too-large', { zh: `${what.zh}超过 ${limit} 的上限。`, en: `More than ${limit} ${what.en}.` })

export const damaged = (what: { zh: string, en: string }, cause?: unknown) =>
  new UnreadableFile('damaged', { zh: `文件已损坏：${what.zh}。`, en: `The file is damaged: ${what.en}.` }, { cause })
