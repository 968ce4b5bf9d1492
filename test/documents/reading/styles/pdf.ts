// PDFs with ruled tables over several pages.
import { printPage } from '../../formats/pdf/print-page.ts'
import type { Style } from './style.ts'

export const PDF: Style[] = [
  {
    name: 'pdf',
    // A font that is not embedded has no glyphs for full-width digits: whether they can be seen is not certain.
    look: { digits: 'half', thousands: '' },
    // A row after a page break whose label has no number may be the rest of the row before it.
    recall: 0.98,
    render: (page, random) => ({ bytes: printPage(page, random), contentType: 'application/pdf' })
  }
]
