// The styles of a .docx, with what they inherit from the styles that they are based on.
import { readXml } from '../xml.ts'
import { type Format, isOn, setFormat } from './format.ts'

export interface Styles {
  defaults: Format
  paragraph(id: string | null): Format
  character(id: string | null): Format
  /** What the style of a table sets for all its text; `odd` if it does so for a part of the table. */
  table(id: string): Format
}

interface Style {
  basedOn: string | null
  own: Format
}

/** Parts of a table whose formatting concerns headings only. */
const HEADINGS = /^(?:firstRow|firstCol|nwCell|neCell|swCell|seCell)$/
const MAX_BASES = 20

export function readStyles (xml: string): Styles {
  const styles = new Map<string, Style>()
  const defaults: Format = {}
  let usual: string | null = null
  let style: Style | null = null
  let part: Format | null = null
  const path: string[] = []
  const openStyle = ({ styleId = '', type, default: isDefault = '0' }: Record<string, string>) => {
    styles.set(styleId, style = { basedOn: null, own: {} })
    if (type === 'paragraph' && isOn(isDefault)) usual = styleId
  }
  readXml(xml, {
    open (name, attributes) {
      const parent = path.at(-1)
      path.push(name)
      if (name === 'style') openStyle(attributes())
      else if (name === 'basedOn' && style !== null) style.basedOn = attributes().val ?? null
      else if (name === 'tblStylePr') part = HEADINGS.test(attributes().type ?? '') ? null : {}
      else if (parent === 'rPr' && path.includes('rPrDefault')) setFormat(defaults, name, attributes())
      else if (style !== null && path.includes('tblStylePr')) {
        if (part !== null && (parent === 'rPr' || parent === 'tcPr')) setFormat(part, name, attributes())
      } else if (style !== null && isFormatting(name, parent)) setFormat(style.own, name, attributes())
    },
    close (name) {
      path.pop()
      if (name === 'tblStylePr' && style !== null && part !== null && isOdd(part)) style.own.odd = true
      if (name === 'style') style = null
    }
  })
  const resolved = new Map<string, Format>()
  const resolve = (id: string | null): Format => {
    if (id === null) return {}
    const known = resolved.get(id)
    if (known !== undefined) return known
    const chain: Format[] = []
    let found = styles.get(id)
    for (let steps = 0; found !== undefined && steps < MAX_BASES; steps++) {
      chain.unshift(found.own)
      found = styles.get(found.basedOn ?? '')
    }
    const format: Format = Object.assign({}, ...chain)
    resolved.set(id, format)
    return format
  }
  return { defaults, paragraph: id => resolve(id ?? usual), character: resolve, table: resolve }
}

const isFormatting = (name: string, parent: string | undefined) =>
  parent === 'rPr' || (name === 'numId' && parent === 'numPr') ||
  (name === 'shd' && (parent === 'pPr' || parent === 'tcPr'))

const isOdd = ({ vanish, strike, dstrike, vertAlign, colour, odd }: Format) =>
  vanish === true || strike === true || dstrike === true || odd === true ||
  (vertAlign !== undefined && vertAlign !== 'baseline') ||
  (Array.isArray(colour) && Math.min(...colour as number[]) > 200)
