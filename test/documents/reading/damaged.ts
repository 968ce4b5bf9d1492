// Damaged documents. The same damage, style and seed always give the same document; the names are part of the seed.
import { crc32 } from 'node:zlib'
import { lookOf } from './corpus.ts'
import { type Damage, type Family, withoutMarks } from './damages/damage.ts'
import { randomLook } from './look.ts'
import { type Page, pageOf } from './page.ts'
import { randomFrom } from './random.ts'
import { randomReport } from './report.ts'
import type { Rendered, Style } from './styles/style.ts'

export const FAMILIES: Record<string, Family> = {
  'pipes padded': 'bars',
  'pipes clean': 'bars',
  'pipes open': 'open bars',
  'pipes leading, blanks at the end': 'bars',
  'pipes leading, blanks in place': 'bars',
  'pipe per line': 'bar per line',
  'cell per line': 'cell per line',
  'tabs of Excel': 'tabs',
  'tabs of Word': 'tabs',
  'single spaces': 'spaces',
  markdown: 'markdown',
  aligned: 'aligned',
  html: 'html',
  'html of a site': 'html',
  'html of Word': 'html'
}

export interface Damaged extends Rendered {
  page: Page
}

/** Returns undefined if there is nothing to damage. Printed sums are correct, so that the reader can rely on them. */
export function damagedOf (damage: Damage, style: Style, seed: number): Damaged | undefined {
  const random = randomFrom(crc32(damage.name + style.name) + seed)
  const look = randomLook(random, { ...lookOf(style, random), wrongSum: false, missing: '', contents: false })
  const page = pageOf(
    randomReport(random, { size: random.pick(['county', 'county', 'township', 'city']) }),
    look,
    random
  )
  const family = FAMILIES[style.name]!
  if (damage.page && !damage.page(page, random, family)) return undefined
  const { bytes, contentType } = style.render(page, random)
  const clean = withoutMarks(bytes.toString(), family)
  const text = damage.text ? damage.text(clean, random, family, page) : clean
  return text === null ? undefined : { bytes: Buffer.from(text), contentType, page }
}
