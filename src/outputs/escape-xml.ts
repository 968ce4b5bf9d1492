// Escapes texts in XML, HTML and SVG.
const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Characters that XML 1.0 cannot contain, in whatever form: control characters but for tab and line breaks. */
const NOT_IN_XML = /(?![\t\n\r])\p{Cc}(?<![\x7f-\x9f])|[\ufffe\uffff]/gu

export const escapeXml = (text: string): string =>
  text.toWellFormed().replace(NOT_IN_XML, '\ufffd').replace(/[&<>"]/g, character => ENTITIES[character]!)
