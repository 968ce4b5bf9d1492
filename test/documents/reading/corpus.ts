// The corpus of generated documents. The same style and seed always give the same document.
import { crc32 } from 'node:zlib'
import { type Look, randomLook } from './look.ts'
import { type Page, pageOf } from './page.ts'
import { type Random, randomFrom } from './random.ts'
import { randomReport } from './report.ts'
import type { Rendered, Style } from './styles/style.ts'

export interface Sample extends Rendered {
  style: string
  seed: number
  page: Page
}

export const lookOf = (style: Style, random: Random): Partial<Look> =>
  typeof style.look === 'function' ? style.look(random) : style.look ?? {}

export function sampleOf (style: Style, seed: number): Sample {
  // Includes the name of the style, so that a seed gives different reports in different styles.
  const random = randomFrom(crc32(style.name) + seed)
  const look = randomLook(random, lookOf(style, random))
  const page = pageOf(randomReport(random), look, random)
  return { style: style.name, seed, page, ...style.render(page, random) }
}
