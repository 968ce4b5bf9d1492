// Rules for new names of agencies, which other people read in lists and open in spreadsheets.
import { INVISIBLE } from '../http/schemas.ts'
import type { Fault } from '../problems/fault.ts'

/** Some spreadsheets take the fullwidth forms for the others. */
const FORMULA = /^[=+\-@＝＋－＠]/
const UNSEEN = new RegExp(`[${INVISIBLE}]`, 'gu')

/** Returns the change with its name in NFC: an accented letter may be typed as one character or as two. */
export const composeName = <Change extends { name?: string | undefined }>(change: Change): Change =>
  change.name === undefined ? change : { ...change, name: change.name.normalize('NFC') }

/** Returns the faults of a new name by rules that stored names may break. */
export function findNameFaults (name: string): Fault[] {
  const unseen = [
    ...new Set(
      name.match(UNSEEN)?.map(character => `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`)
    )
  ]
  return [
    ...FORMULA.test(name)
      ? [{
        pointer: '/name',
        found: name,
        expected: {
          en: 'a name that does not begin with =, +, - or @, which spreadsheets take for a formula',
          zh: '不以 =、+、-、@ 开头的名称（电子表格会将其视为公式）'
        }
      }]
      : [],
    ...unseen.length > 0
      ? [{
        pointer: '/name',
        found: name,
        expected: {
          en: `a name without invisible control characters: it has ${unseen.join(', ')}`,
          zh: `不含不可见控制字符的名称：其中有 ${unseen.join('、')}`
        }
      }]
      : []
  ]
}
