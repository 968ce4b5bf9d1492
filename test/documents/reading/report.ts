// Generates reports whose figures satisfy every identity of the form, with texts full of unrelated numbers.
import { compileForm } from '../../../src/form/compile-form.ts'
import type { Cell, Form } from '../../../src/form/form.ts'
import { readForms } from '../../../src/forms/load-forms.ts'
import { consistentTables } from '../../support/figures.ts'
import type { Random } from './random.ts'

export interface Report {
  form: Form
  year: number
  agency: string
  /** By cell id, in the unit of the form. */
  figures: Map<string, number>
  /** Paragraphs by section id. */
  texts: Record<string, string[]>
}

export const forms = (await readForms()).map(compileForm)
export const formOf = (id: string): Form => forms.find(form => form.id === id)!

const AGENCIES = [
  '青禾县人民政府',
  '临江市教育局',
  '南坪街道办事处',
  '柳树镇人民政府',
  '东湖区人民政府办公室',
  '北山市人力资源和社会保障局',
  '云岭市水利局',
  '西河县林业局',
  '龙潭县人民政府',
  '双峰区卫生健康局',
  '孤山市交通运输局',
  '平安县市场监督管理局',
  '三河区统计局'
]

/** Magnitudes of figures: a bureau without any, a township, a county, a city with millions of decisions. */
const SIZES = {
  nothing: () => 0,
  township: random => random.chance(0.75) ? 0 : 1 + random.int(9),
  county: random => random.chance(0.45) ? 0 : Math.floor(10 ** (random.next() * 2.6)),
  city: random => random.chance(0.25) ? 0 : Math.floor(10 ** (random.next() * 6.6))
} satisfies Record<string, (random: Random) => number>
const SIZE_NAMES = ['nothing', 'township', 'township', 'county', 'county', 'county', 'city'] as const

export interface Wishes {
  form?: string
  year?: number
  size?: keyof typeof SIZES
  agency?: string
}

export function randomReport (random: Random, wishes: Wishes = {}): Report {
  const form = formOf(wishes.form ?? random.pick(['2019', '2021', '2021']))
  const [first, last] = form.definition.reporting_years
  // Some agencies kept using the form of 2019 for a while.
  const late = form.id === '2019' && random.chance(0.2)
  const year = wishes.year ?? (late ? random.pick([2021, 2022]) : first + random.int((last ?? 2025) - first + 1))
  const size = SIZES[wishes.size ?? random.pick(SIZE_NAMES)]
  const tables = consistentTables(form, () => size(random))
  const figures = new Map(
    form.cells.map(cell => [cell.id, shaped(cell, tables[cell.table]![cell.row]![cell.column]!, random)])
  )
  const agency = wishes.agency ?? random.pick(AGENCIES)
  return { form, year, agency, figures, texts: texts(year, figures, random) }
}

/** Adapts a figure to its column: changes may be negative, money has decimals. */
function shaped (cell: Cell, figure: number, random: Random): number {
  if (cell.signed) return random.chance(0.4) ? -figure + 0 : figure
  if (!cell.money || figure === 0) return figure
  return cell.unit === '万元'
    ? random.pick([figure, figure + 0.5, Math.round(figure * 100 + random.int(99)) / 100])
    : figure * random.pick([1, 100, 1000])
}

function texts (year: number, figures: Map<string, number>, random: Random): Report['texts'] {
  const n = (below: number) => String(random.int(below))
  const figure = (row: string) => String(figures.get(`requests.${row}.total`)!)
  const overview = [
    `${year}年，我单位按照《中华人民共和国政府信息公开条例》的要求，把公开工作同日常业务一并安排、一并落实，现将有关情况报告如下。`,
    `（一）主动公开。全年通过门户网站、政务新媒体等渠道发布各类信息${n(3000)}条，其中政策解读${n(60)}篇，回应群众关切${
      n(40)
    }次。`,
    `（二）依申请公开。全年新收政府信息公开申请${figure('new_received')}件，上年结转${
      figure('carried_in')
    }件，办理完毕${figure('outcome_total')}件，其中予以公开${figure('granted')}件、部分公开${
      figure('partially_granted')
    }件，均在法定期限内答复。`,
    `（三）政府信息管理。梳理公开目录${n(60)}项，公示行政许可${n(400)}件、行政处罚${n(400)}件，清理失效规范性文件${
      n(9)
    }件。`,
    `（四）平台建设。维护专栏${n(20)}个，政务新媒体账号${n(12)}个，网站全年访问${n(90)}万余次。`,
    `（五）监督保障。组织业务培训${n(7)}期，参训${n(300)}人次，未发生责任追究情形。`
  ]
  return {
    overview: random.chance(0.1) ? overview.slice(0, 1) : overview,
    problems_improvements: [
      `主要问题：一是信息发布的时效还不够快；二是解读形式较为单一，全年图解仅${n(10)}篇；三是基层工作人员变动较多。`,
      `改进措施：一是明确各科室每月${
        1 + random.int(28)
      }日前报送信息；二是增加图解、视频等解读形式；三是每季度开展1次培训和检查。`
    ],
    other_matters: [
      random.pick([
        '无',
        '无。',
        '无其他需要报告的事项。',
        `${year}年收取信息处理费${n(9)}00元，涉及申请${n(5)}件。`,
        `${year}年，按照信息处理费管理办法，共发出收费通知0件，实际收取0元。`
      ])
    ]
  }
}
