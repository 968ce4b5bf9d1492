// Parses the XML of Office files by events. Removes namespace prefixes, which differ between writers.
import { Parser } from 'saxen'
import { checkLimit, LIMITS } from '../limits.ts'
import { damaged, tooDeep } from '../unreadable-file.ts'

export interface XmlHandlers {
  open?: (name: string, attributes: () => Record<string, string>) => void
  close?: (name: string) => void
  text?: (text: string) => void
}

const local = (name: string) => name.slice(name.indexOf(':') + 1)

export function readXml (xml: string, { open, close, text }: XmlHandlers): void {
  let depth = 0
  let elements = 0
  const parser = new Parser()
    .on('openTag', (name, attributes, decode) => {
      if (++depth > LIMITS.depth) throw tooDeep()
      checkLimit('xmlElements', ++elements)
      open?.(
        local(name),
        () => Object.fromEntries(Object.entries(attributes()).map(([key, value]) => [local(key), decode(value)]))
      )
    })
    .on('closeTag', name => {
      depth--
      close?.(local(name))
    })
    .on('text', (value, decode) => text?.(decode(value)))
    .on('cdata', value => text?.(value))
    .on('error', cause => {
      throw damaged({ zh: 'XML 有错误', en: 'its XML is invalid' }, cause)
    })
  parser.parse(xml)
}
