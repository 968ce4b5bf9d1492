// Elements and texts of an SVG. All that people wrote is escaped, and what XML does not allow is replaced.
import { escapeXml } from '../escape-xml.ts'

export const FONT_SIZE = 13
export const LINE_HEIGHT = 18

type Attributes = Record<string, string | number | undefined>

export function element (name: string, attributes: Attributes, content = ''): string {
  const written = Object.entries(attributes).filter(([, value]) => value !== undefined).map(([key, value]) =>
    ` ${key}="${escapeXml(typeof value === 'number' ? round(value) : value!)}"`
  )
  return content === '' ? `<${name}${written.join('')}/>` : `<${name}${written.join('')}>${content}</${name}>`
}

/** Two decimals of a pixel are enough, and keep the bytes the same everywhere. */
export const round = (value: number): string => String(Math.round(value * 100) / 100)

/** Chinese characters and full-width marks are as wide as they are high; the others about 0.58 of that. */
export const widthOf = (written: string, size = FONT_SIZE): number =>
  [...written].reduce((sum, character) => sum + (character > '\u2e7f' ? 1 : 0.58), 0) * size

/** Breaks a text into lines of at most `width` pixels: at spaces, between Chinese characters, else anywhere. */
export function wrap (written: string, width: number, size = FONT_SIZE): string[] {
  const lines = ['']
  for (const word of written.split(/(?<=[\s\u2e80-\uffff])|(?=[\u2e80-\uffff])/u)) {
    for (const part of widthOf(word, size) > width ? [...word] : [word]) {
      if (widthOf(lines.at(-1)! + part.trimEnd(), size) > width && lines.at(-1) !== '') lines.push('')
      lines[lines.length - 1] += part
    }
  }
  return lines.map(line => line.trim())
}

/** Truncates a text to `most` lines, with an ellipsis. */
export function wrapShort (written: string, width: number, most: number): string[] {
  const lines = wrap(written, width)
  if (lines.length <= most) return lines
  const kept = lines.slice(0, most)
  const last = [...kept.at(-1)!]
  while (widthOf(`${last.join('')}…`) > width) last.pop()
  return [...kept.slice(0, -1), `${last.join('')}…`]
}
