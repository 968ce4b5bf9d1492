// Office files are Zip archives of XML parts. The same parts give the same bytes: the deflate algorithm comes with
// fflate, not with Node, and every entry has the same date.
import { Zip, ZipDeflate } from 'fflate'

/** Returns the earliest date of a Zip archive. An archive stores local time, whatever the time zone is by now. */
const earliestDate = () => new Date(1980, 0, 1)

export const XML_HEADER = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

/** One part of the archive: its name, and its text in pieces. */
export interface ArchivePart {
  name: string
  text: Iterable<string> | AsyncIterable<string>
}

/** Yields the bytes of the archive. Keeps no more than a piece in memory. */
export async function* archivePieces (
  parts: Iterable<ArchivePart> | AsyncIterable<ArchivePart>
): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = []
  const encoder = new TextEncoder()
  const zip = new Zip((error, bytes) => {
    if (error !== null) throw error
    if (bytes.length > 0) ready.push(bytes)
  })
  for await (const { name, text } of parts) {
    const entry = new ZipDeflate(name, { level: 6 })
    entry.mtime = earliestDate()
    zip.add(entry)
    for await (const piece of text) {
      entry.push(encoder.encode(piece))
      yield* ready.splice(0)
    }
    entry.push(new Uint8Array(), true)
  }
  zip.end()
  yield* ready.splice(0)
}

export async function joinPieces (pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const piece of pieces) all.push(piece)
  return Buffer.concat(all)
}

/** The part `[Content_Types].xml`; `types` by part name. */
export const contentTypes = (types: Record<string, string>): string =>
  `${XML_HEADER}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${
    Object.entries(types).map(([name, type]) => `<Override PartName="/${name}" ContentType="${type}"/>`).join('')
  }</Types>`

/** A part of relationships; the ids are rId1, rId2, and so on. */
export const relationships = (of: [type: string, target: string][]): string =>
  `${XML_HEADER}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${
    of.map(([type, target], i) =>
      `<Relationship Id="rId${
        i + 1
      }" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/${type}" Target="${target}"/>`
    ).join('')
  }</Relationships>`
