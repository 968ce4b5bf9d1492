// 更正说明: formats the difference of two versions as a page for people, in Markdown.
import type { Language, Text } from '../../problems/fault.ts'
import type { Difference } from './schemas.ts'

const WORDS = {
  title: { zh: '更正说明', en: 'Notice of correction' },
  none: { zh: '两个版本内容相同。', en: 'Both versions say the same.' },
  figures: { zh: '数据', en: 'Figures' },
  texts: { zh: '文字', en: 'Texts' },
  checks: { zh: '校验', en: 'Checks' },
  cell: { zh: '项目', en: 'Item' },
  check: { zh: '校验项', en: 'Check' },
  explanations: { zh: '说明', en: 'Explanations' },
  before: { zh: '更正前', en: 'Before' },
  after: { zh: '更正后', en: 'After' },
  absent: { zh: '（未填）', en: '(not given)' },
  pass: { zh: '通过', en: 'pass' },
  fail: { zh: '未通过', en: 'fail' },
  not_assessable: { zh: '无法判断', en: 'not assessable' },
  blank: { zh: '（空白）', en: '(blank)' },
  not_applicable: { zh: '（不适用）', en: '(not applicable)' },
  unreadable: { zh: '（无法识读）', en: '(unreadable)' },
  unit_unknown: { zh: '（单位不明）', en: '(unit unknown)' }
} satisfies Record<string, Text>

export function correctionNotice (
  difference: Difference,
  agencyName: string,
  year: number,
  language: Language
): string {
  const word = (name: keyof typeof WORDS) => WORDS[name][language]
  const { from, to, cells, sections, checks, explanations } = difference
  const lead = language === 'zh'
    ? `${plain(agencyName)} ${year} 年度政府信息公开工作年度报告：第 ${from.version} 版（${
      day(from.published_at)
    }发布）与第 ${to.version} 版（${day(to.published_at)}发布）的差异。`
    : `Annual report ${year} on government information disclosure of ${
      plain(agencyName)
    }: version ${from.version} (published ${day(from.published_at)}) compared with version ${to.version} (published ${
      day(to.published_at)
    }).`
  const reason = to.amendment_reason === null || to.version < from.version
    ? []
    : [`${language === 'zh' ? '更正原因：' : 'Reason: '}${plain(to.amendment_reason)}`]
  const side = (side: Difference['cells'][number]['before'], unit: string) =>
    side === null
      ? word('absent')
      : side.figure !== null
      ? `${side.figure} ${unit}`
      : `${word(side.note!.state)}${side.note!.raw === '' ? '' : ` ${plain(side.note!.raw)}`}`
  const outcome = (outcome: Difference['checks'][number]['before']) => outcome === null ? '—' : word(outcome)
  const table = (first: string, rows: [string, string, string][]) =>
    [[first, word('before'), word('after')], ['---', '---', '---'], ...rows].map(row => `| ${row.join(' | ')} |`).join(
      '\n'
    )
  return [
    `# ${word('title')}`,
    lead,
    ...reason,
    ...(cells.length + sections.length + checks.length + explanations.length === 0 ? [word('none')] : []),
    ...(cells.length === 0
      ? []
      : [
        `## ${word('figures')}`,
        table(
          word('cell'),
          cells.map(({ label, unit, before, after }) => [plain(label[language]), side(before, unit), side(after, unit)])
        )
      ]),
    ...(sections.length === 0 ? [] : [`## ${word('texts')}`]),
    ...sections.flatMap(({ label, before, after }) => {
      const [old, now] = changedLines(before, after)
      return [
        `### ${plain(label[language])}`,
        `${word('before')}${language === 'zh' ? '：' : ':'}`,
        old === null ? word('absent') : quoted(old),
        `${word('after')}${language === 'zh' ? '：' : ':'}`,
        now === null ? word('absent') : quoted(now)
      ]
    }),
    ...(checks.length === 0
      ? []
      : [
        `## ${word('checks')}`,
        table(
          word('check'),
          checks.map(({ label, before, after }) => [plain(label[language]), outcome(before), outcome(after)])
        )
      ]),
    ...(explanations.length === 0
      ? []
      : [
        `## ${word('explanations')}`,
        table(
          word('check'),
          explanations.map(({ label, before, after }) => [
            plain(label[language]),
            before === null ? word('absent') : plain(before),
            after === null ? word('absent') : plain(after)
          ])
        )
      ])
  ].join('\n\n') + '\n'
}

const CHINA_AHEAD_MS = 8 * 3600 * 1000
const day = (moment: string) => new Date(Date.parse(moment) + CHINA_AHEAD_MS).toISOString().slice(0, 10)

/** Escapes third-party text: it must not become markup, nor break the row of a table. */
const plain = (text: string) => text.replace(/[\\`*_{}[\]<>#|~]/g, '\\$&').replace(/\s+/g, ' ').trim()

/** Drops the unchanged lines at the beginning and end, which are shown as `…`. */
function changedLines (before: string | null, after: string | null): [string[] | null, string[] | null] {
  const [old, now] = [before?.split('\n') ?? null, after?.split('\n') ?? null]
  if (old === null || now === null) return [old, now]
  const least = Math.min(old.length, now.length)
  let first = 0
  while (first < least && old[first] === now[first]) first++
  let last = 0
  while (last < least - first && old.at(-1 - last) === now.at(-1 - last)) last++
  const kept = (
    lines: string[]
  ) => [...(first > 0 ? ['…'] : []), ...lines.slice(first, lines.length - last), ...(last > 0 ? ['…'] : [])]
  return [kept(old), kept(now)]
}

const quoted = (lines: string[]) => lines.map(line => `> ${plain(line)}`.trimEnd()).join('\n>\n')
