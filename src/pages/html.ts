// A template for HTML that escapes what it contains.
import { escapeXml } from '../outputs/escape-xml.ts'

/** Markup. Only `html` and `trusted` make it, so that no text is taken for markup. */
export class Html {
  readonly markup: string

  constructor (markup: string) {
    this.markup = markup
  }
}

type Content = Html | string | number | null | undefined | Content[]

/** Escapes texts and numbers; keeps markup; leaves out null and undefined; joins the items of arrays. */
export const html = (parts: TemplateStringsArray, ...contents: Content[]): Html =>
  new Html(String.raw({ raw: parts }, ...contents.map(write)))

/** Markup that another writer has escaped. */
export const trusted = (markup: string): Html => new Html(markup)

function write (content: Content): string {
  if (content === null || content === undefined) return ''
  if (Array.isArray(content)) return content.map(write).join('')
  return content instanceof Html ? content.markup : escapeXml(String(content))
}
