import type { FormDefinition } from '../../src/form/definition.ts'

/** Differs from the statutory forms in sections, tables, columns and units. */
export const INVENTED: FormDefinition = {
  form: '2024-trial',
  title_zh: '试行格式',
  title_en: 'Trial format',
  document_no: '〔2024〕1号',
  reporting_years: [2024, null],
  sections: [
    { id: 'figures', title_zh: '一、数据', title_en: '1. Figures', kind: 'tables' },
    { id: 'remarks', title_zh: '二、备注', title_en: '2. Remarks', kind: 'text', at_least: 3 }
  ],
  tables: [{
    id: 'channels',
    section: 'figures',
    title_zh: '渠道',
    title_en: 'Channels',
    columns: [
      { id: 'paper', zh: '纸质', en: 'Paper', unit: '件' },
      { id: 'online', zh: '网上', en: 'Online', unit: '件' },
      { id: 'all', zh: '合计', en: 'All', unit: '件', total_of: ['paper', 'online'] }
    ],
    column_headings: [{ id: 'either', zh: '任一', en: 'Either', of: ['paper', 'online'] }],
    rows: [
      { id: 'in', zh: '收', en: 'In' },
      { id: 'kept', zh: '留', en: 'Kept', heading: true },
      { id: 'kept_here', zh: '本处', en: 'Here', parent: 'kept' },
      { id: 'kept_there', zh: '他处', en: 'There', parent: 'kept' },
      { id: 'out', zh: '出', en: 'Out' }
    ],
    identities: [{
      id: 'flow',
      left: ['in'],
      right: ['kept_here', 'kept_there', 'out'],
      zh: '收等于留加出',
      en: 'in equals kept and out'
    }]
  }, {
    id: 'cost',
    section: 'figures',
    title_zh: '费用',
    title_en: 'Cost',
    columns: [{ id: 'amount', zh: '金额', en: 'Amount', unit: '元', money: true }],
    rows: [{ id: 'postage', zh: '邮费', en: 'Postage' }]
  }]
}
