// Reports of the nation, made ahead of time: to make each anew would cost more than to read it. A few hundred of each
// form and size, drawn at random for each agency and year, the same in each run.
import { randomOf, reportOf } from '../data.mjs'

export const YEARS = [2019, 2020, 2021, 2022, 2023, 2024, 2025]
/** Of texts as long as real ones. */
export const WORDY_CHARACTERS = 2500
const OF_EACH = 300
/** The share of figures that are 0, and the largest of the others. */
const SIZES = {
  province: { zero: 0.5, largest: 4000 },
  prefecture: { zero: 0.6, largest: 600 },
  county: { zero: 0.75, largest: 60 },
  township: { zero: 0.93, largest: 8 }
}

/**
 * Gives `draw(agency, year)`: a report as { form, vector, tail }: `tail` is its NDJSON after agency and year.
 * `sectionsOf` makes its texts of short ones.
 */
export function reportPool (forms, sectionsOf = sections => sections) {
  const random = randomOf(2026)
  const pool = new Map()
  for (const form of forms.all) {
    for (const [level, size] of Object.entries(SIZES)) {
      pool.set(
        `${form.id} ${level}`,
        Array.from({ length: OF_EACH }, () => {
          const { sections, tables } = reportOf(form, '', 0, random, size)
          return {
            form: form.id,
            vector: vectorOf(form, tables),
            tail: Buffer.from(`,${JSON.stringify({ sections: sectionsOf(sections, random), tables }).slice(1)}\n`)
          }
        })
      )
    }
  }
  const formOf = new Map()
  return {
    draw (agency, year) {
      if (!formOf.has(year)) formOf.set(year, forms.choose(year).id)
      return pool.get(`${formOf.get(year)} ${agency.level}`)[hash(`${agency.code} ${year}`) % OF_EACH]
    }
  }
}

const WORDS = [
  ['本年度', '一年来', '今年以来', '按照要求', '围绕中心工作', '结合本地实际', '针对社会关切', '在上级机关指导下'],
  ['我单位', '本机关', '各科室', '各下属单位', '办公室', '政务公开工作机构', '信息发布审核人员', '窗口单位'],
  [
    '主动公开',
    '及时更新',
    '规范办理',
    '集中清理',
    '逐项核对',
    '统一发布',
    '重点解读',
    '定期通报',
    '持续完善',
    '严格审查'
  ],
  [
    '规范性文件',
    '财政预决算',
    '行政许可事项',
    '依申请公开答复',
    '政策问答',
    '政府采购项目',
    '民生实事进展',
    '网站栏目',
    '政务新媒体',
    '公开指南和目录',
    '监督检查结果',
    '培训材料'
  ],
  ['，全年共', '，累计', '，其中第四季度', '，比上年增加', '，较上年减少']
]

export function wordySections (sections, random) {
  const ids = Object.keys(sections)
  const one = words => words[Math.floor(random() * words.length)]
  const text = length => {
    let said = ''
    while (said.length < length) {
      said += `${WORDS.map(one).join('')}${Math.ceil(random() ** 3 * 3000)}${one(['条', '件', '次', '篇'])}${
        one(['。', '；', '，'])
      }`
    }
    return said.slice(0, length)
  }
  return Object.fromEntries(ids.map(id => [id, text(Math.round(WORDY_CHARACTERS / ids.length))]))
}

/** As PostgreSQL writes an array. */
const vectorOf = (form, tables) =>
  `{${form.cells.map(cell => Math.round(tables[cell.table][cell.row][cell.column] * cell.scale)).join()}}`

/** FNV-1a, so that a report depends on nothing but its agency and year. */
function hash (text) {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return (h ^ (h >>> 15)) >>> 0
}
