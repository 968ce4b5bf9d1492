// Prints a report as paragraphs and tables with merged cells, before a style turns it into bytes, with the reading that
// is expected.
import { type Cell as FormCell, cellId, type FormTable } from '../../../src/form/form.ts'
import { fullWidth, numerals, writeFigure } from './figure.ts'
import type { Look } from './look.ts'
import type { Random } from './random.ts'
import type { Report } from './report.ts'

/** A figure, or why there is none. Cells that are not printed have no entry. */
export type Expected = number | 'blank' | 'not_applicable' | 'unit_unknown' | 'heading'

/** `\n` in the text is a line break in the cell. */
export interface Cell {
  text: string
  colspan: number
  rowspan: number
  kind: 'label' | 'header' | 'figure'
  id: string
}

export interface Grid {
  name: string
  width: number
  rows: Cell[][]
}
export type Part = { paragraph: string, heading?: boolean } | { grid: Grid }

export interface Page {
  report: Report
  look: Look
  title: string[]
  parts: Part[]
  expected: Map<string, Expected>
}

type Print = { report: Report, look: Look, random: Random, expected: Map<string, Expected> }

const label = (text: string, colspan = 1, rowspan = 1): Cell => ({ text, colspan, rowspan, kind: 'label', id: '' })
const header = (text: string, colspan = 1, rowspan = 1): Cell => ({ text, colspan, rowspan, kind: 'header', id: '' })
const paragraph = (text: string): Part => ({ paragraph: text })
const heading = (text: string): Part => ({ paragraph: text, heading: true })

const PART_TITLES = [
  [
    '一、总体情况',
    '二、主动公开政府信息情况',
    '三、收到和处理政府信息公开申请情况',
    '四、政府信息公开行政复议、行政诉讼情况',
    '五、存在的主要问题及改进情况',
    '六、其他需要报告的事项'
  ],
  [
    '一、总体情况',
    '二、主动公开政府信息的情况',
    '三、收到和处理政府信息公开申请的情况',
    '四、因政府信息公开工作被申请行政复议、提起行政诉讼情况',
    '五、存在问题及改进情况',
    '六、其他需要报告事项'
  ],
  [
    '一、概述',
    '二、主动公开政府信息情况',
    '三、收到和处理政府信息公开申请情况',
    '四、政府信息公开行政复议和行政诉讼情况',
    '五、政府信息公开工作存在的主要问题及改进情况',
    '六、需要报告的其他事项'
  ],
  [
    '一、 总体情况',
    '二、 主动公开政府信息情况',
    '三、 收到和处理政府信息公开申请情况：',
    '四、 政府信息公开行政复议、行政诉讼情况：',
    '五、 存在的主要问题及改进情况',
    '六、 其他需要报告的事项'
  ]
]

export function pageOf (report: Report, look: Look, random: Random): Page {
  if (look.wrongSum) report = withWrongSum(report, random)
  const print: Print = { report, look, random, expected: new Map() }
  const titles = PART_TITLES[look.titles]!
  const note = (text: string) => look.notes && random.chance(0.7) ? [paragraph(half(look, text))] : []
  const text = (id: string) => report.texts[id]!.map(text => paragraph(half(look, text)))
  // A report of 2021 or later without part two and with a single row （六） fits both forms.
  const ambiguous = report.year > 2020 && (report.form.id === '2019' || look.otherHandling === 'heading')
  const missing = look.missing === 'part two' && ambiguous ? '' : look.missing
  const unit = look.unitLine === '' ? [] : [paragraph(half(look, look.unitLine))]
  const parts = [
    ...look.meta
      ? [
        `索引号：11150203MB0523338C/${report.year + 1}-04735`,
        `发布日期：${report.year + 1}-01-20`,
        `信息来源：${report.agency}`
      ].map(paragraph)
      : [],
    ...look.contents
      ? [paragraph('目 录'), ...titles.map((title, i) => paragraph(`${title}${'…'.repeat(8)}${i + 1}`))]
      : [],
    heading(titles[0]!),
    ...text('overview'),
    ...missing === 'part two' ? [] : [heading(titles[1]!), ...partTwo(print)],
    heading(titles[2]!),
    ...unit,
    ...partThree(print),
    ...note('注：以上申请中，网上提出18件，信函提出13件；予以公开的较上年增加4件，行政处罚类申请8件。'),
    ...missing === 'part four'
      ? []
      : [
        heading(titles[3]!),
        ...unit,
        ...partFour(print),
        ...note('本年度因政府信息公开被申请行政复议8件，其中结果维持2件；行政诉讼0件。（含上年遗留）')
      ],
    heading(titles[4]!),
    ...text('problems_improvements'),
    heading(titles[5]!),
    ...text('other_matters'),
    ...look.footer
      ? ['打印本页 关闭窗口', '浏览次数：1024', `发布时间：${report.year + 1}-01-25 来源：${report.agency}`].map(
        paragraph
      )
      : []
  ]
  return { report, look, title: titleOf(report, look), parts, expected: print.expected }
}

function titleOf ({ agency, year }: Report, look: Look): string[] {
  switch (look.title) {
    case 'plain':
      return [`${agency}${year}年政府信息公开工作年度报告`]
    case 'spaced':
      return [`${agency} ${year} 年政府信息公开工作年度报告`]
    case 'two lines':
      return [agency, `${year}年政府信息公开工作年度报告`]
    case 'annual':
      return [`${agency}${year}年度政府信息公开工作年度报告`]
    case 'year behind':
      return [`${agency}政府信息公开工作年度报告（${year}年度）`]
    case 'about':
      return [`${agency}关于${year}年度政府信息公开工作情况的报告`]
    case 'numerals':
      return [`${agency}${numerals(year)}年政府信息公开工作年度报告`]
    case 'none':
      return []
  }
}

function withWrongSum (report: Report, random: Random): Report {
  const totals = report.form.cells.filter(cell => cell.table === 'requests' && cell.column === 'total')
  const { id } = random.pick(totals)
  return { ...report, figures: new Map(report.figures).set(id, report.figures.get(id)! + 1 + random.int(9)) }
}

// Figures and labels

function figureCell (print: Print, cell: FormCell, colspan = 1): Cell {
  const { text, expected } = writeFigure(cell, print.report.figures.get(cell.id)!, print.look, print.random)
  print.expected.set(cell.id, expected)
  return { text, colspan, rowspan: 1, kind: 'figure', id: cell.id }
}

const foreignCell = (text: string, colspan = 1): Cell => ({ text, colspan, rowspan: 1, kind: 'figure', id: '' })

const half = (look: Look, text: string) =>
  look.brackets === 'half'
    ? text.replaceAll('（', '(').replaceAll('）', ')').replaceAll('，', ',').replaceAll('：', ':')
    : text

/** A label of the form as the document prints it. */
function printed (look: Look, zh: string): string {
  let text = zh
    .replace(
      /^(\d)\.(.*)$/,
      (_, n: string, rest: string) =>
        look.leaf === '（）' ? `（${n}）${rest}` : look.leaf === '' ? rest : `${n}${look.leaf}${rest}`
    )
    .replace('“三安全一稳定”', `${look.quotes[0] ?? ''}三安全一稳定${look.quotes[1] ?? ''}`)
  if (look.second === '、') text = text.replace(/^（(.)）/, '$1、')
  if (look.digits === 'full' && look.leaf !== '（）') text = text.replace(/^\d/, fullWidth)
  if (look.spacedTotal) text = text.replace('总计', '总 计')
  return half(look, text)
}

/** Line breaks of narrow columns. */
const BREAKS: [RegExp, string][] = [
  [/^(本年新)(制作|公开)/, '$1\n$2'],
  [/^(商业|科研|结果|其他|尚未)(企业|机构|维持|纠正|结果|审结)$/, '$1\n$2'],
  [/^(社会公益|法律服务)(.+)/, '$1\n$2'],
  [/^(未经复议)(直接起诉)/, '$1\n$2'],
  [/^(对外公开|上一年项目|本年处理|本年收费|采购项目)(.*)/, '$1\n$2']
]

const narrow = (look: Look, zh: string) =>
  BREAKS.reduce((text, [where, put]) => text.replace(where, put), printed(look, zh))

const EXPLAINED: Record<string, string> = {
  prior_year_items: '（指上年12月底的事项数）',
  change: '（减用负值表示，如-8）',
  issued: '（含修订）',
  total_published: '（累计）',
  in_force: '（截至12月31日）',
  administrative_licences: '（含行政确认）',
  normative_documents: '（以正式文号为准）',
  granted: '（含全部公开）',
  refused_process_information: '（讨论记录、过程稿、磋商信函、请示报告）'
}

const explained = (look: Look, id: string) => look.explained ? half(look, EXPLAINED[id] ?? '') : ''

// Part two

function partTwo (print: Print): Part[] {
  const { report: { form }, look, random } = print
  const tables = [...form.tables.values()].filter(table => table.definition.section === 'proactive_disclosure')
  const dropped = random.pick(tables)
  const shown = look.missing === 'block' ? tables.filter(table => table !== dropped) : tables
  const width = Math.max(...tables.map(table => table.columns.length)) + 1 + (form.id === '2019' ? random.int(2) : 0)
  const blocks = shown.map(table => ({
    title: half(look, table.definition.title_zh),
    rows: blockRows(print, table, width)
  }))
  if (look.extra === 'block') {
    const at = random.int(blocks.length + 1)
    blocks.splice(at, 0, {
      title: half(look, '第二十条第（十）项'),
      rows: [[header('信息内容'), header('本年公开数量', width - 1)], [
        label('重大建设项目'),
        foreignCell('12', width - 1)
      ]]
    })
  }
  const titled = ({ title, rows }: typeof blocks[number]) => [[header(title, width)], ...rows]
  if (look.partTwo === 'one table') return [{ grid: { name: 'part two', width, rows: blocks.flatMap(titled) } }]
  if (look.partTwo === 'a table each') {
    return blocks.map(block => ({ grid: { name: block.title, width, rows: titled(block) } }))
  }
  return blocks.flatMap(({ title, rows }) => [heading(title), { grid: { name: title, width, rows } }])
}

function blockRows (print: Print, table: FormTable, width: number): Cell[][] {
  const { look, random, report: { form } } = print
  const spans = table.columns.map(() => 1)
  // The last columns take the remaining width, as in the printed form.
  for (
    let left = width - 1 - spans.length, i = spans.length - 1;
    left > 0;
    left--, i = i === 0 ? spans.length - 1 : i - 1
  ) spans[i]!++
  const rows = look.missing === 'row' && table.rows.length > 1 && random.chance(0.5) ? table.rows.slice(1) : table.rows
  const body = rows.map(row => [
    label(printed(look, row.zh) + explained(look, row.id)),
    ...table.columns.map((column, i) =>
      figureCell(print, form.cell.get(cellId(table.definition.id, row.id, column.id))!, spans[i])
    )
  ])
  if (look.extra === 'row' && table.definition.id === 'documents') {
    body.push([
      label('其他主动公开文件'),
      ...spans.map(span => foreignCell(String(random.int(500)), span))
    ])
  }
  return [
    [
      header('信息内容'),
      ...table.columns.map((column, i) =>
        header(narrow(look, columnLabel(look, column)) + explained(look, column.id), spans[i])
      )
    ],
    ...body
  ]
}

const columnLabel = (look: Look, column: { id: string, zh: string, money?: boolean, unit: string }) =>
  column.id === 'amount' && column.unit === '元' && look.moneyUnits === 'header' ? `${column.zh}（万元）` : column.zh

// Part three

const LABELS = 3
const BALANCE = '（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）'

function partThree (print: Print): Part[] {
  const { report: { form }, look, random } = print
  const table = form.tables.get('requests')!
  const rows = [...requestHeader(look, table), ...requestRows(print, table, random)]
  return [{ grid: { name: 'requests', width: LABELS + table.columns.length, rows } }]
}

function requestHeader (look: Look, table: FormTable): Cell[][] {
  const [first, ...others] = table.columns
  const last = others.pop()!
  const organizations = others.map(column => header(narrow(look, column.zh)))
  const rows = [
    [header(first!.zh, 1, 2), header('法人或其他组织', others.length), header(printed(look, last.zh), 1, 2)],
    organizations
  ]
  if (look.header === 'two rows') return [[header(half(look, BALANCE), LABELS, 2), ...rows[0]!], organizations]
  return [[header(half(look, BALANCE), LABELS, 3), header('申请人情况', table.columns.length)], ...rows]
}

function requestRows (print: Print, table: FormTable, random: Random): Cell[][] {
  const { look } = print
  const all = table.definition.rows
  const leaf = look.missing === 'leaf'
    ? random.pick(all.filter(row => !row.heading && row.parent !== undefined && row.parent !== 'outcome')).id
    : ''
  const shown = all.filter(row => row.id !== leaf)
  const leavesIn = (id: string): number =>
    shown.filter(row => row.parent === id).reduce((sum, row) => sum + (row.heading ? groupRows(row.id) : 1), 0)
  const single = (id: string) =>
    id === 'other_handling' && look.otherHandling === 'heading' && all.some(row => row.id === id && row.heading)
  const groupRows = (id: string) =>
    single(id) ? 1 : leavesIn(id) + (look.groups === 'own row' ? 1 : 0) + (hasExtra(id) ? 1 : 0)
  const hasExtra = (id: string) => look.extra === 'leaf' && id === 'not_processed' && leaf !== 'not_processed_reconfirm'

  const rows: Cell[][] = []
  let spanning: Cell[] = []
  const add = (cells: Cell[]) => {
    rows.push([...spanning, ...cells])
    spanning = []
  }
  const open = (text: string, own: boolean, colspan: number, rowspan: number) => {
    if (own) add([label(text, colspan), ...table.columns.map(() => foreignCell(''))])
    else spanning.push(label(text, 1, rowspan))
  }
  const deep = look.outcome === 'spans' ? 1 : 0
  for (const row of shown) {
    const whole = printed(look, row.zh) + explained(look, row.id)
    const text = look.longLabels === 'broken'
      ? whole.replace(/(?<=部分公开|、)(?=[（(]区分|行政机关不再)|(?<=现成信息|确认或重新)/, '\n')
      : whole
    const depth = row.parent === undefined
      ? 0
      : row.parent === 'outcome'
      ? deep
      : deep + (look.groups === 'spans' ? 1 : 0)
    if (row.id === 'outcome') {
      if (look.outcome !== 'left out') open(text, look.outcome === 'own row', LABELS, leavesIn(row.id))
    } else if (single(row.id)) {
      add([label(text, LABELS - depth), ...table.columns.map(column => headingFigure(print, table, row.id, column.id))])
    } else if (row.heading) {
      open(text, look.groups === 'own row', LABELS - depth, groupRows(row.id))
    } else if (!single(row.parent ?? '')) {
      add([
        label(text, LABELS - depth),
        ...table.cells.filter(cell => cell.row === row.id).map(cell => figureCell(print, cell))
      ])
    }
    if (row.id === 'not_processed_reconfirm' && hasExtra('not_processed')) {
      add([label(printed(look, '6.属于工作秘密'), LABELS - depth), ...table.columns.map(() => foreignCell('0'))])
    }
  }
  return rows
}

/**
 * The single row （六）其他处理 of the older form in a report on the newer one, which has three rows: how its figure is
 * divided among them is unknown.
 */
function headingFigure (print: Print, table: FormTable, headingId: string, column: string): Cell {
  const { report: { form, figures }, look, random, expected } = print
  const leaves = table.definition.rows.filter(row => row.parent === headingId).map(row =>
    cellId('requests', row.id, column)
  )
  const sum = leaves.reduce((sum, id) => sum + figures.get(id)!, 0)
  const { text, expected: of } = writeFigure(form.cell.get(leaves[0]!)!, sum, look, random)
  for (const id of leaves) expected.set(id, of === 0 ? 0 : 'heading')
  return foreignCell(text)
}

// Part four

function partFour (print: Print): Part[] {
  const { report: { form }, look } = print
  const table = form.tables.get('review_litigation')!
  const five = () => table.columns.map(column => header(narrow(look, column.zh)))
  const figures = (row: string) => table.cells.filter(cell => cell.row === row).map(cell => figureCell(print, cell))
  const [review, direct, after] = table.rows.map(row => row.id) as [string, string, string]
  const grid = (name: string, width: number, rows: Cell[][]): Part => ({ grid: { name, width, rows } })
  switch (look.partFour) {
    case 'row':
      return [grid('review_litigation', 15, [
        [header('行政复议', 5), header('行政诉讼', 10)],
        [
          ...five().map(cell => ({ ...cell, rowspan: 2 })),
          header(narrow(look, '未经复议直接起诉'), 5),
          header('复议后起诉', 5)
        ],
        [...five(), ...five()],
        [...figures(review), ...figures(direct), ...figures(after)]
      ])]
    case 'groups':
      return ([['行政复议', review], ['行政诉讼（未经复议直接起诉）', direct], [
        '行政诉讼（复议后起诉）',
        after
      ]] as const).flatMap(([title, row]) => [heading(half(look, title)), grid(title, 5, [five(), figures(row)])])
    case 'two tables':
      return [
        grid('review', 5, [[header('行政复议', 5)], five(), figures(review)]),
        grid('litigation', 10, [
          [header('行政诉讼', 10)],
          [header(narrow(look, '未经复议直接起诉'), 5), header('复议后起诉', 5)],
          [...five(), ...five()],
          [...figures(direct), ...figures(after)]
        ])
      ]
    case 'rows':
      return [grid('review_litigation', 7, [
        [header('类别', 2), ...five()],
        [label('行政复议', 2), ...figures(review)],
        [label('行政诉讼', 1, 2), label('未经复议直接起诉'), ...figures(direct)],
        [label('复议后起诉'), ...figures(after)]
      ])]
  }
}

export const gridsOf = (page: Page): Grid[] => page.parts.flatMap(part => 'grid' in part ? [part.grid] : [])
