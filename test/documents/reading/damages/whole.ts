// Damages to whole documents: contradictions, or another subject.
import { type Page, pageOf } from '../page.ts'
import type { Random } from '../random.ts'
import { forms, randomReport } from '../report.ts'
import { figuresIn, forbid } from './damage.ts'

/** Repeats a table with other figures: only cells that agree may be read. */
export function tableTwice (page: Page, random: Random): boolean {
  const at = random.pick(
    page.parts.flatMap((part, i) =>
      'grid' in part && part.grid.rows.some(row => row.some(cell => cell.id !== '')) ? [i] : []
    )
  )
  const part = page.parts[at]!
  if (!('grid' in part)) return false
  const copy = structuredClone(part.grid)
  for (const cell of copy.rows.flatMap(figuresIn)) {
    if (!/^\d+$/.test(cell.text) || random.chance(0.3)) continue
    cell.text = String(Number(cell.text) + 1 + random.int(30))
    forbid(page, [cell.id])
  }
  const title = page.parts[at - 1]
  page.parts.splice(
    at + 1,
    0,
    title !== undefined && 'paragraph' in title ? title : { paragraph: random.pick(['附表：', '（续）', '']) },
    { grid: copy }
  )
  return true
}

/** Appends the report of another year or agency: only cells that agree may be read. */
export function twoReports (page: Page, random: Random): boolean {
  const { report, look } = page
  const other = pageOf(
    randomReport(random, { size: 'county', form: random.chance(0.8) ? report.form.id : random.pick(forms).id }),
    look,
    random
  )
  if (other.report.year === report.year && other.report.agency === report.agency) return false
  forbid(page, [...page.expected.keys()].filter(id => other.expected.get(id) !== page.expected.get(id)))
  page.parts.push(...other.title.map(paragraph => ({ paragraph, heading: true })), ...other.parts)
  return true
}

const PERIODS = [
  '上半年政府信息公开工作统计',
  '第一季度政府信息公开工作报告',
  '1-6月政府信息公开情况统计表',
  '1月至9月政府信息公开工作情况',
  '第三季度政府信息公开工作年度报告',
  '下半年政府信息公开工作报告'
]

export function partOfYear (page: Page, random: Random): boolean {
  page.title = [`${page.report.agency}${page.report.year}年${random.pick(PERIODS)}`]
  return forbid(page, [...page.expected.keys()])
}

export function proseOnly (page: Page): boolean {
  page.parts = page.parts.filter(part => !('grid' in part))
  return forbid(page, [...page.expected.keys()])
}
