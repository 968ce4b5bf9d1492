// Detects headers, footers and page numbers, which are lines near an edge of the page.
import type { PdfLine, PdfPage } from './page.ts'

/** Parts of the height of the page. */
const HEADER = 0.09
const FOOTER = 0.9

const PAGE_NUMBER =
  /^(?:[-—–―·•\s]*\d{1,3}[-—–―·•\s]*|第?\s*\d{1,3}\s*页?\s*[/,，共|\s]*\s*(?:共?\s*\d{1,3}\s*页?)?|page\s*\d{1,3}(?:\s*of\s*\d{1,3})?)$/i

/** Removes them from the blocks of the pages. */
export function removeFurniture (pages: PdfPage[]): void {
  const counts = new Map<string, number>()
  const edgeLines = (page: PdfPage) =>
    page.blocks.filter((block): block is PdfLine =>
      block.kind === 'line' && (block.bottom < page.height * HEADER || block.top > page.height * FOOTER)
    )
  const keyOf = ({ text, top }: PdfLine) => `${Math.round(top / 6)} ${text.replace(/\d+/g, '#')}`
  for (const page of pages) {
    for (const key of new Set(edgeLines(page).map(keyOf))) counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  for (const page of pages) {
    const furniture = new Set(
      edgeLines(page).filter(line => PAGE_NUMBER.test(line.text.trim()) || counts.get(keyOf(line))! > 1)
    )
    page.blocks = page.blocks.filter(block => block.kind === 'table' || !furniture.has(block))
  }
}
