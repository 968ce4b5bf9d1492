import { deflateSync } from 'node:zlib'

/** Unpacks twice to 100 MB. */
export const zlibBomb = (): Buffer => deflateSync(deflateSync(Buffer.alloc(100_000_000), { level: 9 }), { level: 9 })
