// Writes a figure as agencies do, with what the reader is expected to make of it.
import type { Cell } from '../../../src/form/form.ts'
import type { Look } from './look.ts'
import type { Expected } from './page.ts'
import type { Random } from './random.ts'

export const fullWidth = (text: string) =>
  text.replace(/[0-9]/g, digit => String.fromCharCode(digit.charCodeAt(0) + 0xFEE0)).replace('.', '．')
export const numerals = (year: number) => String(year).replace(/\d/g, digit => '〇一二三四五六七八九'[Number(digit)]!)

const CHANGES: Record<Look['change'], (figure: number) => string> = {
  plain: figure => String(figure),
  plus: figure => figure > 0 ? `+${figure}` : String(figure),
  'full width': figure => figure > 0 ? `＋${figure}` : `－${-figure}`,
  'minus sign': figure => figure > 0 ? String(figure) : `−${-figure}`,
  arrows: figure => `${figure > 0 ? '↑' : '↓'}${Math.abs(figure)}`,
  words: figure => `${figure > 0 ? '增加' : '减少'}${Math.abs(figure)}`
}

export function writeFigure (
  cell: Cell,
  figure: number,
  look: Look,
  random: Random
): { text: string, expected: Expected } {
  const asZero = figure === 0 && !(look.totalsPrinted && cell.total) && random.chance(look.zeroShare)
  if (asZero && look.zero !== '0') return { text: look.zero, expected: look.zero === '' ? 'blank' : 'not_applicable' }
  const { text, expected } = cell.money
    ? money(cell, figure, look)
    : { text: count(cell, figure, look), expected: figure }
  return { text: (look.digits === 'full' ? fullWidth(text) : text) + (random.chance(0.8) ? look.trail : ''), expected }
}

function count (cell: Cell, figure: number, look: Look): string {
  const text = cell.signed && figure !== 0 ? CHANGES[look.change](figure) : String(figure)
  return grouped(text, look) + (look.countUnits ? cell.unit : '')
}

/** The amount of purchases has no unit in the form, fees are in 万元. */
function money (cell: Cell, figure: number, look: Look): { text: string, expected: Expected } {
  if (cell.unit === '万元') {
    return {
      text: grouped(String(figure), look) + (look.moneyUnits.startsWith('cell') ? '万元' : ''),
      expected: figure
    }
  }
  switch (look.moneyUnits) {
    case 'none':
      return { text: grouped(String(figure), look), expected: figure === 0 ? 0 : 'unit_unknown' }
    case 'cell':
      return { text: `${grouped(String(figure), look)}元`, expected: figure }
    case 'cell 万元':
      return { text: `${grouped(String(figure / 10_000), look)}万元`, expected: figure }
    case 'header':
      return { text: grouped(String(figure / 10_000), look), expected: figure }
  }
}

const grouped = (text: string, look: Look) =>
  text.replace(/(?<![.\d])\d{4,}/, digits => digits.replace(/\B(?=(\d{3})+$)/g, look.thousands))
