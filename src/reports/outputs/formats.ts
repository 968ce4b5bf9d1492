// The formats of a report and a version.
import { declareFormats } from '../../http/formats/formats.ts'
import { ref } from '../../http/responses.ts'
import { Report } from '../schemas.ts'

const DOCUMENT = 'The statutory document; reading it back gives the same report.'

export const REPORT_FORMATS = declareFormats({
  json: { description: 'The report.', schema: ref(Report) },
  html: { description: `${DOCUMENT} A page that prints on A4.` },
  docx: { description: `${DOCUMENT} For Word and WPS.` },
  xlsx: { description: `${DOCUMENT} For Excel and WPS, one sheet per part.` },
  markdown: { description: 'The statutory document as text.' },
  csv: {
    description: 'The figures in the format of `POST /v1/imports/reports`, one line per row of the form.',
    example:
      'agency,year,form,table,row,issued,repealed,in_force\nkundulun-housing,2023,2021,documents,regulations,0,0,0\n'
  }
})
