// A .docx as a document, by way of HTML.
import mammoth from 'mammoth'
import type { Document } from '../../reading/document.ts'
import type { Parts } from './archive.ts'
import { documentOfHtml } from './html.ts'
import { damaged, tooDeep } from './unreadable.ts'

/** Pictures are not looked at; without `externalFileAccess` nothing outside is, either. */
const OPTIONS = {
  convertImage: mammoth.images.imgElement(async () => ({ src: '' })),
  includeEmbeddedStyleMap: false,
  externalFileAccess: false,
  transformDocument: withoutHeaderRows
}

export async function documentOfWord (parts: Parts): Promise<Document> {
  return documentOfHtml(await htmlOf(parts))
}

async function htmlOf (parts: Parts): Promise<string> {
  // mammoth would unpack the archive again; it takes one that is already open, which its types do not say.
  const file = {
    exists: (name: string) => parts.has(name),
    read: async (name: string) => asMammothLikes(parts.get(name) ?? '')
  }
  try {
    return (await mammoth.convertToHtml({ file } as unknown as { buffer: Buffer }, OPTIONS)).value
  } catch (cause) {
    if (cause instanceof RangeError) throw tooDeep(cause)
    throw damaged({ zh: '不是有效的 Word 文档', en: 'it is no valid Word document' }, cause)
  }
}

/**
 * mammoth gives up all merges of a table with a bookmark between its cells, drops simple fields, shows hidden text, and
 * does not know of rows that begin some columns further right.
 */
function asMammothLikes (xml: string): string {
  const plain = xml.replace(/<w:bookmark(?:Start|End)\b[^<>]*>/g, '').replace(/<(\/?)w:fldSimple\b/g, '<$1w:smartTag')
  const seen = eachEnd(plain, 'w:r', run => HIDDEN.test(run) && /<w:t[ >]/.test(run) && !run.includes('<w:fldChar') ? '' : run)
  return eachEnd(seen, 'w:trPr', properties => {
    const columns = /<w:gridBefore\s+w:val="(\d{1,3})"/.exec(properties)?.[1]
    return columns === undefined || columns === '0' ? properties : `${properties}<w:tc><w:tcPr><w:gridSpan w:val="${columns}"/></w:tcPr><w:p/></w:tc>`
  })
}

const HIDDEN = /<w:vanish(?:\s+w:val="(?:1|true|on)")?\s*\/>/

/** Each element of this name that holds none of its own, in time that grows with the text whatever the text is. */
function eachEnd (xml: string, name: string, change: (element: string) => string): string {
  const end = `</${name}>`
  const pieces = xml.split(end)
  const last = pieces.pop()!
  return pieces.map(piece => {
    const start = Math.max(piece.lastIndexOf(`<${name}>`), piece.lastIndexOf(`<${name} `))
    return start < 0 ? piece + end : piece.slice(0, start) + change(piece.slice(start) + end)
  }).join('') + last
}

/** A header row becomes one like the others: in HTML no cell could reach from a header into the rows below. */
function withoutHeaderRows (element: { isHeader?: boolean, children?: object[] }): object {
  if (element.isHeader === true) element.isHeader = false
  element.children?.forEach(withoutHeaderRows)
  return element
}
