// Describes the columns of the exports by CSV on the Web (CSVW).
import { AGENCY_COLUMNS } from '../../agencies/schemas.ts'
import type { Cell } from '../../form/form.ts'
import { Forms } from '../../forms/forms.ts'
import { CELL_COLUMNS, cellsOfForms, REPORT_KEYS } from '../formats/lines.ts'
import { AGENCY_MEMBERS } from '../published-agencies.ts'

const KEYS: Record<string, { zh: string, en: string, datatype?: string }> = {
  agency: { zh: '机关代码', en: 'Agency code' },
  agency_name: { zh: '机关名称', en: 'Name of the agency in that year' },
  year: { zh: '年度', en: 'Reporting year', datatype: 'gYear' },
  form: { zh: '格式版本', en: 'Version of the statutory form' },
  version: { zh: '版本号', en: 'Number of the published version', datatype: 'integer' },
  published_at: { zh: '发布时间', en: 'Time of publication', datatype: 'dateTime' },
  cell: { zh: '单元格', en: 'Cell: table.row.column' },
  value: { zh: '数值', en: 'Figure; empty where there is none', datatype: 'decimal' },
  state: { zh: '状态', en: 'Why there is no figure: blank, not_applicable, unreadable, unit_unknown' },
  raw: { zh: '原文', en: 'What stood there instead' },
  since: { ...AGENCY_COLUMNS.since!, datatype: 'gYear' },
  until: { ...AGENCY_COLUMNS.until!, datatype: 'gYear' }
}

const column = (name: string) => {
  const { zh, en, datatype = 'string' }: typeof KEYS[string] = KEYS[name] ?? AGENCY_COLUMNS[name]!
  return { name: name.replaceAll('.', '_'), titles: name, 'dc:title': { zh, en }, datatype }
}

const figureColumn = ({ id, label, unit, scale }: Cell) => ({
  // A dot is not allowed in the name of a variable.
  name: id.replaceAll('.', '_'),
  titles: id,
  'dc:title': label,
  'schema:unitText': unit,
  datatype: scale === 1 ? 'integer' : 'decimal'
})

const DIALECT = { encoding: 'utf-8', delimiter: ',', header: true, quoteChar: '"', doubleQuote: true }
const head = { '@context': ['http://www.w3.org/ns/csvw', { '@language': 'zh' }], dialect: DIALECT }

export function describeReports (forms: Forms) {
  const cells = cellsOfForms(forms).map(id =>
    forms.all.map(form => form.cell.get(id)).find(cell => cell !== undefined)!
  )
  return {
    ...head,
    tables: [
      {
        url: '/v1/exports/reports?format=csv',
        tableSchema: {
          columns: [...REPORT_KEYS.map(column), ...cells.map(figureColumn)],
          primaryKey: ['agency', 'year']
        }
      },
      {
        url: '/v1/exports/reports?format=cells',
        tableSchema: { columns: CELL_COLUMNS.map(column), primaryKey: ['agency', 'year', 'cell'] }
      }
    ]
  }
}

export const describeAgencies = () => ({
  ...head,
  tables: [{ url: '/v1/exports/agencies?format=csv', tableSchema: { columns: AGENCY_MEMBERS.map(column) } }]
})
