// Archives: usual ones, and ones that unpack to far more than they are.
import { strToU8, zipSync } from 'fflate'
import { constants, crc32, deflateRawSync, deflateSync } from 'node:zlib'

const MEGABYTE = 2 ** 20

export const zip = files =>
  Buffer.from(zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)]))))

/** Deflated bytes that unpack to `megabytes` times a block of that text; a block is deflated once only. */
function inflateTo (megabytes, text) {
  const block = Buffer.alloc(MEGABYTE, text)
  const flushed = deflateRawSync(block, { finishFlush: constants.Z_FULL_FLUSH, level: 9 })
  return Buffer.concat([...Array(megabytes).fill(flushed), deflateRawSync(Buffer.alloc(0))])
}

export function gzipBomb (megabytes, text) {
  const block = Buffer.alloc(MEGABYTE, text)
  const trailer = Buffer.alloc(8)
  let sum = 0
  for (let i = 0; i < megabytes; i++) sum = crc32(block, sum)
  trailer.writeUInt32LE(sum, 0)
  trailer.writeUInt32LE(megabytes * MEGABYTE % 2 ** 32, 4)
  return Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]), inflateTo(megabytes, text), trailer])
}

/** A ZIP archive of deflated entries, which says of each whatever size it is told to say. */
function zipRaw (entries) {
  const locals = []
  const central = []
  let offset = 0
  for (const { name, deflated, size } of entries) {
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt16LE(8, 4)
    fields.writeUInt32LE(deflated.length, 14)
    fields.writeUInt32LE(size >>> 0, 18)
    fields.writeUInt16LE(name.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, Buffer.from(name), deflated])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    central.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), fields, tail, Buffer.from(name)]))
    locals.push(local)
    offset += local.length
  }
  const directory = Buffer.concat(central)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...locals, directory, end])
}

/** `claimed` is the size that the archive says the file has. */
export const zipBomb = (name, megabytes, claimed) =>
  zipRaw([{ name: '[Content_Types].xml', deflated: deflateRawSync('<Types/>'), size: 8 }, {
    name,
    deflated: inflateTo(megabytes, ' '),
    size: claimed
  }])

/** Bytes in the format of zlib, as in PDF. */
export const zlibBomb = megabytes =>
  Buffer.concat([deflateSync(Buffer.alloc(0)).subarray(0, 2), inflateTo(megabytes, ' ')])
