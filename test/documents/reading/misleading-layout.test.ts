// Tests texts whose layout is ambiguous: the reader must refuse the figures rather than guess them.
import t from 'tap'
import { APPLICANTS, readText, rules } from './read-text.ts'

const REQUESTS = [
  '三、收到和处理政府信息公开申请情况',
  `（本列数据的勾稽关系为：第一项加第二项之和，      ${APPLICANTS}`,
  '等于第三项加第四项之和）'
]
const LABELS = [
  '一、本年新收政府信息公开申请数量',
  '二、上年结转政府信息公开申请数量',
  '（一）予以公开',
  '1.属于国家秘密',
  '2.其他法律行政法规禁止公开'
]
const RULES = [
  '二、主动公开政府信息情况',
  '第二十条第（一）项',
  '信息内容                    本年制发件数    本年废止件数    现行有效件数'
]
const LICENCES = ['第二十条第（五）项', '信息内容           本年处理决定数量']
const PENALTIES = ['第二十条第（六）项', '信息内容           本年处理决定数量']

/** A line with a label in the width of its column, and figures right-aligned in theirs. */
const row = (label: string, figures: (string | number)[]) =>
  label + ' '.repeat(44 - label.length * 2) + figures.map(figure => String(figure).padStart(9)).join('')

const counts = (n: number) => [n, 0, 0, 0, 0, 0, n]
const ofRow = (figures: Map<string, number>, id: string) => [...figures].filter(([cell]) => cell.includes(`.${id}.`))

t.test('figures above their labels are not read as those of the label before', async t => {
  const bars = `| 项目 | ${APPLICANTS.split(/\s+/).join(' | ')} |`
  const barred = (label: string, n: number) => `| ${label} | ${n === 0 ? ' | '.repeat(6) : counts(n).join(' | ')} |`
  const documents = {
    'with spaces': [...REQUESTS, ...LABELS.flatMap((label, i) => [row('', counts(i + 1)), label])],
    'without the first figures': [
      ...REQUESTS,
      ...LABELS.flatMap((label, i) => [row('', counts(i + 1)), label]).slice(1)
    ],
    'one cell per line': [
      REQUESTS[0]!,
      '项目',
      ...APPLICANTS.split(/\s+/),
      ...LABELS.flatMap((label, i) => [...counts(i + 1).map(String), label])
    ],
    'with bars': [REQUESTS[0]!, bars, ...LABELS.flatMap((label, i) => [barred('', i + 1), barred(label, 0)])],
    'with bars, without the first figures': [
      REQUESTS[0]!,
      bars,
      ...LABELS.flatMap((label, i) => [barred('', i + 1), barred(label, 0)]).slice(1)
    ],
    'in part two': [...RULES, row('', [1, 2, 3]), '规章', row('', [4, 5, 6]), '行政规范性文件']
  }
  for (const [name, lines] of Object.entries(documents)) {
    const { figures } = await readText(lines)
    t.same([...figures], [], name)
  }
})

t.test('figures below their labels are read', async t => {
  const { figures } = await readText([
    ...REQUESTS,
    ...LABELS.flatMap((label, i) => [label, row('', counts(i + 1))])
  ])
  t.equal(figures.size, LABELS.length * 7)
  t.equal(figures.get('requests.granted.total'), 3)
})

t.test('digits below all figures of a row are its rest, even with words between', async t => {
  const first = row(LABELS[0]!, [10, 11, 12, 13, 14, 15, 75])
  const rest = [1, 1, 1, 1, 1, 1, 3]
  const documents = {
    'explanation between': [first, '（含网上申请）', row('', rest)],
    'words between': [first, '含网上申请', row('', rest)],
    'explanation beside': [first, row('（含网上申请）', rest)],
    'words beside': [first, row('含网上申请', rest)]
  }
  for (const [name, lines] of Object.entries(documents)) {
    const { figures, codes } = await readText([...REQUESTS, ...lines])
    t.same([...figures], [], name)
    t.ok(codes.includes('wrapped-number 5'), `${name}: ${codes.join()}`)
  }
})

t.test('a row that the form does not have follows a row with a zero', async t => {
  const { figures } = await readText([
    ...REQUESTS,
    row(LABELS[0]!, [10, 0, 12, 13, 14, 15, 64]),
    row('含网上申请', [1, 1, 1, 1, 1, 1, 6]),
    row(LABELS[2]!, counts(5))
  ])
  t.equal(figures.get('requests.new_received.total'), 64)
  t.equal(figures.get('requests.granted.total'), 5)
})

t.test('a footnote mark that runs into a label is no figure', async t => {
  const other = row('行政规范性文件', [4, 5, 6])
  const blank = await readText([...RULES, `规章1${' '.repeat(30)}10                     20`, other])
  t.same(ofRow(blank.figures, 'regulations'), [])
  t.ok(blank.codes.includes('figures-not-aligned 5'), blank.codes.join())
  const single = await readText([
    ...LICENCES,
    '行政许可1',
    ...PENALTIES,
    '行政处罚            5',
    '行政强制            6'
  ])
  t.same([...single.figures.values()], [5, 6])
  const without = await readText([...LICENCES, '行政许可4', ...PENALTIES, '行政处罚5', '行政强制6'])
  t.same([...without.figures.values()], [4, 5, 6], 'read if no label has a space before its figure')
})

t.test('a figure with a space in it beside a blank is not read as two', async t => {
  const { figures, codes } = await readText([
    ...RULES,
    row('规章', ['1 0', '', 3]),
    row('行政规范性文件', [4, 5, 6])
  ])
  t.same(ofRow(figures, 'regulations'), [])
  t.ok(codes.includes('figures-not-aligned 5'), codes.join())
  const dense = await readText([...RULES.slice(0, 2), RULES[2]!.replace(/\s+/g, ' '), '规章 1 0 3'])
  t.same([...dense.figures.values()], [1, 0, 3], 'read if one space separates all columns')
})

t.test('digits that count up are page numbers only with a form feed', async t => {
  const read = async (end: string) => {
    const { figures } = await readText([
      ...REQUESTS,
      row(LABELS[0]!, counts(10)),
      '',
      row('', ['1']),
      end,
      ...LABELS.slice(1, 4).flatMap((label, i) => [row(label, counts(i + 1)), ...Array<string>(6).fill('')]),
      row(LABELS[4]!, counts(11)),
      '',
      row('', ['2'])
    ])
    return ['new_received', 'granted', 'refused_other_law_prohibits'].map(id => ofRow(figures, id).length)
  }
  t.same(await read(''), [0, 7, 0])
  t.same(await read('\f'), [7, 7, 7])
})

t.test('cells with a dash or a slash between them are no page number', async t => {
  for (const rest of ['-         5         -', '5    /    9']) {
    const { figures } = await readText([...RULES, row('规章', [1, 2, 3]), `${' '.repeat(52)}${rest}`])
    t.same([...figures], [], rest)
  }
  const { figures } = await readText([...rules('| 规章 | 1 | 2 | 3 |'), '- 5 -'])
  t.same([...figures.values()], [1, 2, 3])
})

t.test('a word between a label and its figures may be the beginning of a broken figure', async t => {
  for (const broken of ['28年5', '28件5', '28万元5']) {
    const { figures } = await readText([
      ...REQUESTS,
      row(LABELS[0]!, [broken, 431, 794, 285, 228, 736, 2759]),
      row(LABELS[2]!, counts(5))
    ])
    t.same(ofRow(figures, 'new_received'), [], broken)
    t.equal(figures.get('requests.granted.total'), 5)
  }
})

t.test('1, 2, 3 above the first row may be the beginnings of its figures', async t => {
  const documents = {
    'with spaces': [...RULES, row('', [1, 2, 3]), row('规章', [0, 0, 0]), row('行政规范性文件', [4, 5, 6])],
    'with bars': rules('| | 1 | 2 | 3 |', '| 规章 | 0 | 0 | 0 |', '| 行政规范性文件 | 4 | 5 | 6 |'),
    'between labels': rules(
      '| | 1 | 2 | 3 |',
      '| 规章 | | | |',
      '| | 4 | 5 | 6 |',
      '| 行政规范性文件 | | | |',
      '| | 7 | 8 | 9 |'
    )
  }
  for (const [name, lines] of Object.entries(documents)) {
    const { figures } = await readText(lines)
    t.same(ofRow(figures, 'regulations'), [], name)
  }
  const { figures } = await readText([...REQUESTS, row('', [1, 2, 3, 4, 5, 6, 7]), row(LABELS[0]!, counts(10))])
  t.equal(
    figures.get('requests.new_received.total'),
    10,
    'seven numbers whose last is not their sum number the columns'
  )
})

t.test('a label with blank cells beside it is that of a blank row, unless all labels are like it', async t => {
  const blank = '| 规章 | | | |'
  const documents = {
    'last row': [blank, '| | 4 | 5 | 6 |'],
    'first row': [blank, '| | 4 | 5 | 6 |', '| 行政规范性文件 | 7 | 8 | 9 |'],
    'blank line between': [blank, '| | | | |', '| | 4 | 5 | 6 |', '| 行政规范性文件 | | | |', '| | 7 | 8 | 9 |']
  }
  for (const [name, lines] of Object.entries(documents)) {
    const { figures } = await readText(rules(...lines))
    t.same(ofRow(figures, 'regulations'), [], name)
  }
  const all = await readText(rules(blank, '| | 4 | 5 | 6 |', '| 行政规范性文件 | | | |', '| | 7 | 8 | 9 |'))
  t.same([...all.figures.values()], [4, 5, 6, 7, 8, 9])
})

t.test('totals of part four on a line of their own are read if each is the sum of its group', async t => {
  const aligned = (figures: (string | number)[]) => figures.map(figure => String(figure).padStart(8)).join('')
  const figures = [1, 2, 0, 0, '', 4, 0, 0, 5, '', 0, 10, 0, 0, '']
  const totals = (first: number) => [...['', '', '', '', first], ...['', '', '', '', 9], ...['', '', '', '', 10]]
  const shifted = [...['', '', '', 3, ''], ...['', '', '', 9, ''], ...['', '', '', 10, '']]
  const read = async (...lines: (string | number)[][]) => [...(await readText([
    '四、政府信息公开行政复议、行政诉讼情况',
    '行政复议      行政诉讼',
    '未经复议直接起诉      复议后起诉',
    Array(3).fill('结果维持  结果纠正  其他结果  尚未审结  总计').join('  '),
    ...lines.map(aligned)
  ])).figures.values()]
  const all = [1, 2, 0, 0, 3, 4, 0, 0, 5, 9, 0, 10, 0, 0, 10]
  t.same(await read(figures, totals(3)), all, 'below')
  t.same(await read(totals(3), figures), all, 'above')
  t.same(await read(figures, totals(4)), [], 'one is not the sum')
  t.same(await read(figures, shifted), [], 'not between the groups')
})

t.test('a figure without its bar, one cell a line, leaves out its row', async t => {
  const head = [
    '二、主动公开政府信息情况',
    '第二十条第（一）项',
    '信息内容 |',
    '本年制发件数 |',
    '本年废止件数 |',
    '现行有效件数 |'
  ]
  const other = ['行政规范性文件 |', '4 |', '5 |', '6 |']
  for (const cells of [['12', '3 |', '5 |', '|'], ['12', '3 |', '5 |'], ['5 |', '12', '3 |', '|']]) {
    const { figures } = await readText([...head, '规章 |', ...cells, ...other])
    t.same([...figures.values()], [4, 5, 6], cells.join(' '))
  }
})
