// 统一社会信用代码, GB 32100-2015: 17 characters and a check character over an alphabet of 31.

const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY'
export const CREDIT_CODE_PATTERN = `^[${ALPHABET}]{2}[0-9]{6}[${ALPHABET}]{10}$`

/** Returns the check character for the first 17: the weights are the powers of 3 modulo 31. */
export function creditCodeCheck (code: string): string {
  let sum = 0
  let weight = 1
  for (const character of code.slice(0, 17)) {
    sum += ALPHABET.indexOf(character) * weight
    weight = weight * 3 % 31
  }
  return ALPHABET[(31 - sum % 31) % 31]!
}
