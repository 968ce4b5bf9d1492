// Finds the lines of a text that are page numbers, which stand between the rows of tables.
import type { Document } from '../../document.ts'

/** A longer line is none. */
const MAX_LENGTH = 400

/** `- 5 -`, `第 5 页 共 9 页`, `5 / 9`, `Page 5 of 9`. */
const MARKED =
  /^(?:([-—–－―─])+ ?\d{1,3} ?\1+|[-—–－]? ?第 ?\d{1,3} ?页(?:[ ,，/／、]*共 ?\d{1,3} ?页)? ?[-—–－]?|共 ?\d{1,3} ?页[ ,，/／、]*第 ?\d{1,3} ?页|page \d{1,3}(?: of \d{1,3})?)$/i
/** Between words of a page number; wider gaps separate cells. */
const WIDE_GAP = /\s{3}/
const OF_ALL = /^(\d{1,3}) ?[/／] ?(\d{1,3})(?: ?页)?$/

/** Fewer numbers without a mark may be digits of wrapped figures, unless a form feed follows each but the last. */
const MIN_PAGES = 3
/** Page numbers without a mark are far from each other and from the margin. */
const MIN_LINES = 20
const MIN_INDENT = 10
const SLACK = 2

export function findPageNumbers (document: Document): Set<number> {
  const found = new Set<number>()
  const plain: { index: number, number: number, at: number }[] = []
  document.lines.forEach((line, index) => {
    if (line.fields !== null || line.end - line.start > MAX_LENGTH) return
    const raw = document.text.slice(line.start, line.end)
    if (WIDE_GAP.test(raw.trim())) return
    const text = raw.trim().replace(/\s+/g, ' ')
    const ofAll = OF_ALL.exec(text)
    if (MARKED.test(text) || (ofAll !== null && Number(ofAll[1]) >= 1 && Number(ofAll[1]) <= Number(ofAll[2]))) {
      found.add(index)
    } else if (/^\d{1,3}$/.test(text) && raw.indexOf(text) >= MIN_INDENT) {
      plain.push({ index, number: Number(text), at: raw.indexOf(text) + text.length / 2 })
    }
  })
  // A number alone may be the rest of a figure: only all such numbers together, counting up, are page numbers.
  const [first] = plain
  const endsPage = ({ index }: { index: number }) =>
    /^\s*\f/.test(document.text.slice(document.lines[index]!.end, document.lines[index]!.end + MAX_LENGTH))
  const begins = first !== undefined && (first.number === 1 || first.number === 2) &&
    (plain.length >= MIN_PAGES || (plain.length >= 2 && plain.slice(0, -1).every(endsPage)))
  const isSeries = begins &&
    plain.slice(1).every((other, i) =>
      other.number === plain[i]!.number + 1 && other.index - plain[i]!.index >= MIN_LINES &&
      Math.abs(other.at - plain[i]!.at) <= SLACK
    )
  if (isSeries) { for (const { index } of plain) found.add(index) }
  return found
}
