// Areas of a sheet: their addresses, and what is shown over their cells.
import { damaged } from '../../unreadable-file.ts'
import type { Parts } from '../archive.ts'
import { relationsOf } from '../relations.ts'
import { readXml } from '../xml.ts'

/** Rows and columns count from 0. */
export interface Area {
  top: number
  left: number
  bottom: number
  right: number
}

/** Parses an address such as `BC12`; throws if it cannot be one of Excel. */
export function addressOf (address: string): { row: number, column: number } {
  const [, letters = '', digits = ''] = /^\$?([A-Z]{1,3})\$?(\d{1,7})$/.exec(address) ?? []
  if (letters === '') throw damaged({ zh: '单元格地址有错误', en: 'a cell has an invalid address' })
  return {
    row: numberedFrom1(digits, 0),
    column: [...letters].reduce((column, letter) => column * 26 + letter.charCodeAt(0) - 64, 0) - 1
  }
}

export function areaOf (area: string): Area[] {
  const [from, to] = area.split(':').map(addressOf)
  return from === undefined || to === undefined
    ? []
    : [{
      top: Math.min(from.row, to.row),
      left: Math.min(from.column, to.column),
      bottom: Math.max(from.row, to.row),
      right: Math.max(from.column, to.column)
    }]
}

/** Returns the index of a row or column that is numbered from 1. */
export function numberedFrom1 (text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1) throw damaged({ zh: '行号有错误', en: 'a row has an invalid number' })
  return number - 1
}

/** The areas of a list such as `A1:B2 C3`. Leaves out what is no address: whole rows and columns have none. */
export const areasOf = (list: string): Area[] =>
  list.split(' ').slice(0, MAX_AREAS).flatMap(item => {
    const ends = item.split(':')
    if (!ends.every(end => /^\$?[A-Z]{1,3}\$?[1-9]\d{0,6}$/.test(end))) return []
    return areaOf(ends.length === 1 ? `${item}:${item}` : item)
  })

const MAX_AREAS = 1000
/** Lines are drawn through cells that do not apply. */
const SHAPES = new Set(['pic', 'sp', 'graphicFrame', 'grpSp', 'contentPart'])

/** The cells that pictures and shapes of a sheet lie over. */
export function drawnAreas (parts: Parts, sheet: string): Area[] {
  const areas: Area[] = []
  for (const { type, target } of relationsOf(parts, sheet)) {
    const xml = type === 'drawing' ? parts.get(target) : undefined
    if (xml === undefined) continue
    const at = new Map<string, number>()
    let shows = false
    const path: string[] = []
    readXml(xml, {
      open (name, attributes) {
        path.push(name)
        if (name.endsWith('Anchor')) {
          at.clear()
          shows = false
        } else if (SHAPES.has(name)) shows = true
        else if (name === 'cNvPr' && /^(?:1|true)$/.test(attributes().hidden ?? '')) shows = false
      },
      text (text) {
        if (/^(?:from|to)$/.test(path.at(-2) ?? '')) at.set(`${path.at(-2)!} ${path.at(-1)!}`, Number(text))
      },
      close (name) {
        path.pop()
        if (!name.endsWith('Anchor') || !shows || areas.length >= MAX_AREAS) return
        const [top = 0, left = 0] = [at.get('from row'), at.get('from col')]
        // The last row and column are touched only if the anchor lies within them.
        const end = (axis: string, from: number) =>
          Math.max(from, (at.get(`to ${axis}`) ?? from) - (at.get(`to ${axis}Off`) === 0 ? 1 : 0))
        areas.push({ top, left, bottom: end('row', top), right: end('col', left) })
      }
    })
  }
  return areas
}
