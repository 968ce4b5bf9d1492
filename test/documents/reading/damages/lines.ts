// Damages to lines: cut, removed, duplicated or joined.
import type { Random } from '../random.ts'
import type { Family } from './damage.ts'

/** The range of lines from the first table to the last. */
function tableLines (text: string): { lines: string[], from: number, to: number } {
  const lines = text.split('\n')
  const from = lines.findIndex(line => /二、主动公开|三、收到|第二十条/.test(line))
  const to = lines.findIndex(line => /五、.*问题/.test(line))
  return { lines, from: Math.max(0, from), to: to < 0 ? lines.length : to }
}

const changeLine =
  (change: (lines: string[], at: number, random: Random, family: Family) => boolean) =>
  (text: string, random: Random, family: Family): string | null => {
    const { lines, from, to } = tableLines(text)
    for (let tries = 0; tries < 20; tries++) {
      if (change(lines, from + random.int(to - from), random, family)) return lines.join('\n')
    }
    return null
  }

const CLOSED: Family[] = ['bars', 'markdown', 'bar per line']

export const cutLine = changeLine((lines, at, random, family) => {
  const line = lines[at]!
  if (line.length < 2) return false
  const cut = 1 + random.int(line.length - 1)
  const inNumber = /\d$/.test(line.slice(0, cut).normalize('NFKC')) &&
    /^[.,]?\d/.test(line.slice(cut).normalize('NFKC'))
  if (inNumber && !CLOSED.includes(family)) return false
  // Nothing marks the end of a row: the part cut off might have been blank.
  if (family === 'tabs' && !/\S/.test(line.slice(cut))) return false
  lines[at] = line.slice(0, cut)
  return true
})

export const deleteLine = changeLine((lines, at) => {
  lines.splice(at, 1)
  return true
})
export const duplicateLine = changeLine((lines, at) => {
  lines.splice(at, 0, lines[at]!)
  return true
})
/** Exchanges two neighbouring names in the heading of part four. */
export const swapGroupHeadings = (text: string, random: Random): string | null => {
  const [from, to] = random.pick(
    [
      ['结果维持', '结果纠正'],
      ['其他结果', '尚未审结'],
      ['尚未审结', '总计'],
      ['维持', '纠正'],
      ['未经复议直接起诉', '复议后起诉']
    ] as const
  )
  const at = text.lastIndexOf('四、')
  const [before, part] = [text.slice(0, at), text.slice(at)]
  // Elsewhere than on one line the names stand above the figures that they name.
  if (at < 0 || !part.split('\n').some(line => line.includes(from) && line.includes(to))) return null
  return before + part.replaceAll(from, '\uE002').replaceAll(to, from).replaceAll('\uE002', to)
}

/** Moves the last digits of a figure to a line below, with up to two empty lines between them. */
export const wrapDigits = changeLine((lines, at, random) => {
  const line = lines[at]!
  const figures = [...line.matchAll(/(?<=[|\t ] ?)\d{2,}(?=\s|$)/g)]
  if (figures.length === 0 || !/[一-鿿]/.test(line.slice(0, figures[0]!.index))) return false
  const figure = random.pick(figures)
  const cut = figure.index + 1 + random.int(figure[0].length - 1)
  const end = figure.index + figure[0].length
  const blank = (part: string) => part.replace(/[^|\t ]/g, ' ')
  const rest = blank(line.slice(0, figure.index)) + line.slice(cut, end)
  lines[at] = line.slice(0, cut) + ' '.repeat(end - cut) + line.slice(end)
  lines.splice(at + 1, 0, ...Array<string>(random.int(3)).fill(''), `${rest}${blank(line.slice(end))}`)
  return true
})

export const joinLines = changeLine((lines, at, random) => {
  const next = lines[at + 1]
  if (next === undefined || lines[at] === '' || next === '') return false
  lines.splice(at, 2, lines[at]! + random.pick(['', ' ']) + next)
  return true
})

export const cutEnd = (text: string, random: Random, family: Family): string => {
  const from = family === 'html'
    ? text.indexOf('二、主动公开')
    : text.split('\n').slice(0, tableLines(text).from).join('\n').length
  return text.slice(0, from + random.int(Math.max(1, text.length - from)))
}
