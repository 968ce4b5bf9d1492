// Encodes GB 18030, which Node can only decode: inverts the table of the decoder for two-byte characters.

const bytesOf = new Map<string, Buffer>()
const decoder = new TextDecoder('gb18030')
for (let lead = 0x81; lead <= 0xFE; lead++) {
  for (let trail = 0x40; trail <= 0xFE; trail++) {
    const bytes = Buffer.from([lead, trail])
    const char = decoder.decode(bytes)
    if (trail !== 0x7F && char.length === 1 && char !== '\uFFFD' && !bytesOf.has(char)) bytesOf.set(char, bytes)
  }
}

export function encodeGb18030 (text: string): Buffer {
  return Buffer.concat(
    [...text].map(char =>
      char < '\u0080' ? Buffer.from(char) : bytesOf.get(char) ?? Buffer.from(`&#${char.codePointAt(0)};`)
    )
  )
}
