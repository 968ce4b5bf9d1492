// Splits a stream of bytes into lines of text and detects their encoding: UTF-8, GB18030, or UTF-16 with a byte order
// mark, which is converted to UTF-8 first.
import { isAscii, isUtf8 } from 'node:buffer'
import { problem } from '../../problems/problem.ts'

export type Encoding = 'UTF-8' | 'GB18030' | 'UTF-16'

export class Line {
  /** From 1, blank lines counted. */
  readonly number: number
  /** Valid until the next lines are requested. */
  readonly bytes: Buffer
  /** Position in the file. */
  readonly encoding: Encoding
  readonly #decode: (line: Buffer) => string | null

  constructor (number: number, bytes: Buffer, { of, encoding }: Decoded) {
    this.number = number
    this.bytes = bytes
    this.encoding = encoding
    this.#decode = of
  }

  /** True if the bytes are UTF-8 or its subset ASCII: a byte below 128 is one character. */
  get isUtf8 (): boolean {
    return this.encoding !== 'GB18030'
  }

  /** Null if the bytes are not valid in the encoding of the file. */
  get text (): string | null {
    return this.#decode(this.bytes)
  }
}

const NEWLINE = 0x0a
const RETURN = 0x0d
const MARKS: [number[], string][] = [[[0xEF, 0xBB, 0xBF], 'utf-8'], [[0x84, 0x31, 0x95, 0x33], 'gb18030']]
const UTF16_MARKS: Record<number, string> = { 0xFFFE: 'utf-16le', 0xFEFF: 'utf-16be' }

/**
 * Yields the lines that are not blank, in one array for each piece of the stream that completes any. `limit` is the
 * maximum length of a line in bytes. In both encodings no byte of a multi-byte character is a line feed, so the file is
 * split before it is decoded.
 */
export async function* readLines (
  pieces: AsyncIterable<Buffer>,
  limit: number,
  charset: string | undefined
): AsyncGenerator<Line[]> {
  let encoding: Encoding = 'UTF-8'
  let decode = decoder(charset, encoding)
  const utf8 = convertUtf16(pieces, () => {
    encoding = 'UTF-16'
    decode = decoder('utf-8', encoding)
  })
  let number = 0
  let rest: Buffer[] = []
  let length = 0
  for await (const piece of withLineFeeds(utf8)) {
    const end = piece.lastIndexOf(NEWLINE) + 1
    if (end > 0) {
      // Joins only the line that began in the previous piece: copying the whole piece would cost more than reading it.
      const begin = rest.length === 0 ? 0 : piece.indexOf(NEWLINE) + 1
      const joined = begin === 0 ? undefined : Buffer.concat([...rest, piece.subarray(0, begin)])
      const whole = piece.subarray(begin, end)
      // Only the first bytes of the file can be a byte order mark. After them, the longer text is decoded first,
      // because it detects the encoding better.
      if (joined !== undefined && number > 0) decode(whole, false)
      if (joined !== undefined) yield divide(joined)
      yield divide(whole)
      rest = []
      length = 0
    }
    // A copy, because the reader of the file reuses its buffer for the next piece.
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

/** Converts UTF-16 with a byte order mark to UTF-8, and calls `onUtf16` first. Passes on all else as it is. */
async function* convertUtf16 (pieces: AsyncIterable<Buffer>, onUtf16: () => void): AsyncGenerator<Buffer> {
  let head: Buffer | undefined
  let isKnown = false
  let convert: ((bytes?: Buffer) => Buffer) | undefined
  for await (const piece of pieces) {
    const bytes = head === undefined ? piece : Buffer.concat([head, piece])
    head = undefined
    if (!isKnown && bytes.length < 2) {
      head = Buffer.from(bytes)
      continue
    }
    if (!isKnown) {
      isKnown = true
      const charset = UTF16_MARKS[bytes.readUInt16BE()]
      if (charset !== undefined) {
        convert = utf16Converter(charset)
        onUtf16()
      }
    }
    yield convert === undefined ? bytes : convert(bytes)
  }
  if (head !== undefined) yield head
  if (convert !== undefined) yield convert()
}

/** Returns a function that converts piece by piece; without a piece it ends the text. Throws `text-undecodable`. */
function utf16Converter (charset: string): (bytes?: Buffer) => Buffer {
  const decoder = new TextDecoder(charset, { fatal: true })
  return bytes => {
    try {
      return Buffer.from(bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true }))
    } catch {
      throw problem('text-undecodable', { charset })
    }
  }
}

/** Spreadsheet programs on the Mac end lines with a carriage return alone; these become line feeds. */
async function* withLineFeeds (pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let replaces: boolean | undefined
  let isHeld = false
  for await (const piece of pieces) {
    let bytes = isHeld ? Buffer.concat([Buffer.of(RETURN), piece]) : piece
    isHeld = false
    if (replaces === undefined) {
      const at = bytes.indexOf(RETURN)
      if (bytes.includes(NEWLINE)) replaces = false
      else if (at >= 0 && at < bytes.length - 1) replaces = true
      else if (at >= 0) {
        // The next piece may begin with its line feed.
        isHeld = true
        bytes = bytes.subarray(0, at)
      }
    }
    yield replaces === true ? Buffer.from(bytes.map(byte => byte === RETURN ? NEWLINE : byte)) : bytes
  }
  if (isHeld) yield Buffer.of(RETURN)
}

const NAMES_OF_CHARSETS = 'utf-8, gb18030 or utf-16 with a byte order mark'

interface Decoded {
  /** Offset of the text in the block, after any byte order mark. */
  start: number
  encoding: Encoding
  of(line: Buffer): string | null
}

/**
 * Returns a decoder of blocks. A declared charset decides, or else a byte order mark. Without either, the first block
 * with a non-ASCII character decides: Excel in China writes GB18030 and declares it nowhere.
 */
function decoder (
  declared: string | undefined,
  encoding: Encoding
): (block: Buffer, isFirst: boolean) => Decoded {
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
    // Text in UTF-16 without a byte order mark.
    if (isFirst && block.includes(0)) throw problem('text-undecodable', { charset: NAMES_OF_CHARSETS })
    charset ??= mark?.[1]
    if (charset === undefined && !isAscii(block)) charset = guess(block)
    return {
      start: mark?.[0].length ?? 0,
      encoding: charset === 'gb18030' ? 'GB18030' : encoding,
      of: charset === undefined ? line => line.toString('latin1') : decoders[charset]!
    }
  }
}

/**
 * Guesses the encoding of most lines. Two bytes of GB18030 may happen to be one character of UTF-8, such as a Greek or
 * Arabic letter; Chinese characters have three bytes in UTF-8.
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
