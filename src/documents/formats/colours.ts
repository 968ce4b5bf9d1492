// Colours of text and of the ground behind it.

export type Colour = readonly [red: number, green: number, blue: number]

export const WHITE: Colour = [255, 255, 255]
export const BLACK: Colour = [0, 0, 0]

/** Names of colours so light that they are hardly seen on white, and the usual dark ones. */
const NAMES: Record<string, string> = {
  white: 'ffffff',
  snow: 'fffafa',
  ivory: 'fffff0',
  ghostwhite: 'f8f8ff',
  whitesmoke: 'f5f5f5',
  floralwhite: 'fffaf0',
  mintcream: 'f5fffa',
  azure: 'f0ffff',
  aliceblue: 'f0f8ff',
  honeydew: 'f0fff0',
  seashell: 'fff5ee',
  linen: 'faf0e6',
  oldlace: 'fdf5e6',
  beige: 'f5f5dc',
  lavender: 'e6e6fa',
  lavenderblush: 'fff0f5',
  lightyellow: 'ffffe0',
  lightcyan: 'e0ffff',
  cornsilk: 'fff8dc',
  lemonchiffon: 'fffacd',
  yellow: 'ffff00',
  gainsboro: 'dcdcdc',
  lightgray: 'd3d3d3',
  lightgrey: 'd3d3d3',
  silver: 'c0c0c0',
  darkgray: 'a9a9a9',
  gray: '808080',
  grey: '808080',
  black: '000000',
  red: 'ff0000',
  green: '008000',
  lime: '00ff00',
  blue: '0000ff',
  navy: '000080',
  darkblue: '00008b',
  darkred: '8b0000',
  darkgreen: '006400',
  maroon: '800000',
  purple: '800080',
  teal: '008080',
  orange: 'ffa500',
  cyan: '00ffff',
  aqua: '00ffff',
  magenta: 'ff00ff',
  fuchsia: 'ff00ff',
  windowtext: '000000',
  window: 'ffffff'
}

/** Parses `fff`, `ffffff`, `FFffffff` (with the alpha first, as Excel writes it); null if it is none. */
export function colourOfHex (hex: string): Colour | null {
  const long = /^[\da-f]{3}$/i.test(hex) ? hex.replace(/./g, '$&$&') : hex.slice(-6)
  if (!/^(?:[\da-f]{3}|[\da-f]{6}|[\da-f]{8})$/i.test(hex)) return null
  return [parseInt(long.slice(0, 2), 16), parseInt(long.slice(2, 4), 16), parseInt(long.slice(4, 6), 16)]
}

/** Parses a colour of CSS or HTML: `alpha` is 1 if it is opaque. Null if it is none that is known. */
export function parseColour (value: string): { colour: Colour, alpha: number } | null {
  const text = value.trim().toLowerCase()
  if (text === 'transparent') return { colour: WHITE, alpha: 0 }
  const hex = NAMES[text] ?? /^#?([\da-f]{3}|[\da-f]{6})$/.exec(text)?.[1]
  if (hex !== undefined) return { colour: colourOfHex(hex)!, alpha: 1 }
  const channels = /^rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)(?:[\s,/]+([\d.]+)(%?))?\s*\)$/.exec(text)
  if (channels === null) return null
  const [, red, green, blue, alpha = '1', percent = ''] = channels
  return {
    colour: [Number(red), Number(green), Number(blue)],
    alpha: Number(alpha) / (percent === '' ? 1 : 100)
  }
}

function luminance (colour: Colour): number {
  const [red, green, blue] = colour.map(channel => {
    const part = Math.min(channel, 255) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** From 1 to 21, as WCAG defines it. */
export function contrast (a: Colour, b: Colour): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

/** Text with less contrast is not seen; below the second bound it is not certain that it is. */
export const UNSEEN_CONTRAST = 1.25
export const UNCERTAIN_CONTRAST = 1.7
