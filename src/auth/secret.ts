// The format of a key: `gk_` and 43 random characters. A key is stored as its hash and found by its first characters.
import { createHash, randomBytes } from 'node:crypto'

const PREFIX_LENGTH = 12

export const createSecret = () => `gk_${randomBytes(32).toString('base64url')}`
/** Returns the hash of a key. Keys are long and random, so one round of a plain hash is enough. */
export const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest()
/**
 * Returns the start of a key, with nine random characters: enough to tell keys apart, useless for guessing the other
 * 34.
 */
export const prefixOf = (secret: string): string => secret.slice(0, PREFIX_LENGTH)
