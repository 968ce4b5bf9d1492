// Documents of the corpus: a style and a seed give always the same one.
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
  // Otherwise the same seed would draw the same report in every style.
  const random = randomFrom(crc32(style.name) + seed)
  const look = randomLook(random, lookOf(style, random))
  const page = pageOf(randomReport(random), look, random)
  return { style: style.name, seed, page, ...style.render(page, random) }
}
