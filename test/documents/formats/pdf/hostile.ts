import { deflateSync } from 'node:zlib'

/** Unpacks twice to 200 MB. */
export const zlibBomb = (): Buffer => deflateSync(deflateSync(Buffer.alloc(200_000_000), { level: 9 }), { level: 9 })
