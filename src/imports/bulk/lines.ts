// A stream of bytes as lines of text, in whichever encoding the file is.
import { isAscii, isUtf8 } from 'node:buffer'
import { problem } from '../../problems/problem.ts'

export class Line {
  /** From 1, blank lines counted. */
  readonly number: number
  /** Good until the next lines are asked for. */
  readonly bytes: Buffer
  /** UTF-8 and its part ASCII: one byte is one character where it is below 128. */
  readonly isUtf8: boolean
  readonly #decode: (line: Buffer) => string | null

  constructor (number: number, bytes: Buffer, { of, isUtf8 }: Decoded) {
    this.number = number
    this.bytes = bytes
    this.isUtf8 = isUtf8
    this.#decode = of
  }

  /** Null: not valid in the encoding of the file. */
  get text (): string | null {
    return this.#decode(this.bytes)
  }
}

const NEWLINE = 0x0a
const RETURN = 0x0d
const MARKS: [number[], string][] = [[[0xEF, 0xBB, 0xBF], 'utf-8'], [[0x84, 0x31, 0x95, 0x33], 'gb18030'], [[
  0xFF,
  0xFE
], 'utf-16'], [[0xFE, 0xFF], 'utf-16']]

/**
 * The lines that are not blank, as many at once as a piece of the stream completes. `limit` is in bytes. In both
 * encodings no byte of a longer character is a line feed, so the file is divided before it is decoded.
 */
export async function* readLines (
  pieces: AsyncIterable<Buffer>,
  limit: number,
  charset: string | undefined
): AsyncGenerator<Line[]> {
  const decode = decoder(charset)
  let number = 0
  let rest: Buffer[] = []
  let length = 0
  for await (const piece of pieces) {
    const end = piece.lastIndexOf(NEWLINE) + 1
    if (end > 0) {
      // Only the line that began in the piece before is put together: to copy the whole piece would cost more than to
      // read it.
      const begin = rest.length === 0 ? 0 : piece.indexOf(NEWLINE) + 1
      const joined = begin === 0 ? undefined : Buffer.concat([...rest, piece.subarray(0, begin)])
      const whole = piece.subarray(begin, end)
      // A byte order mark is at the start of the file; without one, longer text detects the encoding better.
      if (joined !== undefined && number > 0) decode(whole, false)
      if (joined !== undefined) yield divide(joined)
      yield divide(whole)
      rest = []
      length = 0
    }
    // A copy: the reader of a file uses its memory again for the next piece.
    if (end < piece.length) rest.push(Buffer.from(piece.subarray(end)))
    length += piece.length - end
    if (length > limit) throw problem('line-too-long', { line: number + 1, limit })
  }
  if (length > 0) yield divide(Buffer.concat(rest))

  function divide (block: Buffer): Line[] {
    const text = decode(block, number === 0)
    const lines: Line[] = []
    for (let start = text.start, end; start < block.length; start = end + 1) {
      end = block.indexOf(NEWLINE, start)
      if (end < 0) end = block.length
      number++
      if (end - start > limit) throw problem('line-too-long', { line: number, limit })
      const line = block.subarray(start, block[end - 1] === RETURN ? end - 1 : end)
      if (line.length > 0) lines.push(new Line(number, line, text))
    }
    return lines
  }
}

interface Decoded {
  /** Where the text begins in the block, behind a byte order mark. */
  start: number
  isUtf8: boolean
  of(line: Buffer): string | null
}

/**
 * What is declared holds, or a byte order mark. Else the first block with a character that is not ASCII decides: Excel
 * in China writes GB18030 and says so nowhere.
 */
function decoder (declared: string | undefined): (block: Buffer, isFirst: boolean) => Decoded {
  let charset = declared
  const gb18030 = new TextDecoder('gb18030', { fatal: true })
  const decoders: Record<string, (line: Buffer) => string | null> = {
    'utf-8': line => isUtf8(line) ? line.toString() : null,
    gb18030: line => {
      try {
        return gb18030.decode(line)
      } catch {
        return null
      }
    }
  }
  return (block, isFirst) => {
    const mark = isFirst ? MARKS.find(([bytes]) => bytes.every((byte, i) => block[i] === byte)) : undefined
    if (mark?.[1] === 'utf-16') throw problem('text-undecodable', { charset: 'utf-8 or gb18030' })
    charset ??= mark?.[1]
    if (charset === undefined && !isAscii(block)) charset = guess(block)
    return {
      start: mark?.[0].length ?? 0,
      isUtf8: charset !== 'gb18030',
      of: charset === undefined ? line => line.toString('latin1') : decoders[charset]!
    }
  }
}

/**
 * What most lines are. Two bytes of GB18030 may by chance be one character of UTF-8, as Greek or Arabic; Chinese in
 * UTF-8 has three.
 */
function guess (block: Buffer): string {
  let votes = 0
  for (let start = 0, end; start < block.length; start = end + 1) {
    end = block.indexOf(NEWLINE, start)
    if (end < 0) end = block.length
    const line = block.subarray(start, end)
    if (!isUtf8(line)) votes--
    else if (line.some(byte => byte >= 0xe0)) votes++
  }
  return votes > 0 ? 'utf-8' : 'gb18030'
}
