// All document styles that the reader is tested with.
import { ALIGNED } from './aligned.ts'
import { CHARACTERS_CHANGED } from './characters.ts'
import { HTML } from './html.ts'
import { LINES } from './lines.ts'
import { OFFICE } from './office.ts'
import { PDF } from './pdf.ts'
import type { Style } from './style.ts'

export const STYLES: Style[] = [...LINES, ...ALIGNED, ...CHARACTERS_CHANGED, ...HTML, ...OFFICE, ...PDF]
