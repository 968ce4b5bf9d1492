// Formats the response to an import in ten lines, for a clerk at a terminal.
import type { ReadingProblem } from '../../documents/reading/reading.ts'
import type { Language } from '../../problems/fault.ts'
import { formatDetail } from '../../problems/format.ts'
import type { Problem } from '../../problems/problem.ts'
import { ImportedDocument } from './schemas.ts'

const OUTCOMES: Record<ImportedDocument['outcome'], { zh: string, en: string }> = {
  created: { zh: '新建草稿', en: 'a new draft' },
  replaced: { zh: '替换草稿', en: 'the draft is replaced' },
  unchanged: { zh: '与已有内容相同，没有改动', en: 'nothing changed, it is there already' },
  refused: { zh: '不予保存', en: 'not to be stored' }
}
const MAX_EXAMPLES = 3

export function summaryOf (answer: ImportedDocument, language: Language): string {
  const { reading: { cells, problems, year, agency_name: name }, checks, report } = answer
  const zh = language === 'zh'
  const failed = checks.findings.filter(finding => finding.outcome === 'fail' && finding.severity === 'error')
  const clear = cells.unreadable + cells.missing === 0
  const more = (count: number) =>
    count <= MAX_EXAMPLES ? [] : [zh ? `  …另有 ${count - MAX_EXAMPLES} 项` : `  … and ${count - MAX_EXAMPLES} more`]
  const lines = [
    zh
      ? `${name ?? '（未写机关）'}，${year ?? '（未写年度）'} 年，${report.form} 版格式`
      : `${name ?? '(no agency named)'}, ${year ?? '(no year)'}, form ${report.form}`,
    zh
      ? `读出 ${cells.read} 格；空白 ${cells.blank}，不适用 ${cells.not_applicable}，不能确定 ${cells.unreadable}，缺 ${cells.missing}`
      : `${cells.read} figures read; ${cells.blank} blank, ${cells.not_applicable} not applicable, ${cells.unreadable} unreadable, ${cells.missing} missing`,
    zh
      ? `勾稽检查：通过 ${checks.summary.pass}，不符 ${checks.summary.fail}，无法判断 ${checks.summary.not_assessable}`
      : `Checks: ${checks.summary.pass} pass, ${checks.summary.fail} fail, ${checks.summary.not_assessable} cannot be assessed`,
    ...failed.slice(0, MAX_EXAMPLES).map(finding => `  ${finding.message[language]}`),
    ...more(failed.length),
    ...problems.slice(0, MAX_EXAMPLES).map(found => lineOf(found, language)),
    ...more(problems.length),
    `${zh ? answer.dry_run ? '试读结果：' : '结果：' : answer.dry_run ? 'Dry run: ' : 'Outcome: '}${
      OUTCOMES[answer.outcome][language]
    }`
  ]
  if (answer.outcome === 'refused' && !clear) {
    lines.push(
      zh
        ? '可补正原文后重试，或加 accept_partial=true 将已读出的部分存为草稿再补填。'
        : 'Mend the document and try again, or add accept_partial=true to store what was read and fill in the rest.'
    )
  } else if (failed.length > 0) {
    lines.push(
      zh
        ? '数字按原文保留；请与原文核对不符的各格。'
        : 'Figures are kept as printed; compare the cells that do not add with the document.'
    )
  }
  return `${lines.join('\n')}\n`
}

function lineOf ({ line, message, raw }: Pick<ReadingProblem, 'line' | 'message' | 'raw'>, language: Language): string {
  const place = line === null ? '' : language === 'zh' ? `第 ${line} 行：` : `line ${line}: `
  const found = raw === null || raw === '' ? '' : ` [${raw.replace(/\s+/g, ' ').slice(0, 60)}]`
  return `  ${place}${message[language]}${found}`
}

/** Formats a refusal: its reason, and the summary of what was read or the problems that were found. */
export function refusalOf (refusal: Problem, language: Language): string {
  const more = refusal.more as Partial<ImportedDocument>
  const reason = `${formatDetail(refusal)[language]}\n`
  if (more.report !== undefined) return reason + summaryOf(more as ImportedDocument, language)
  const problems = more.reading?.problems ?? []
  return reason + problems.slice(1, MAX_EXAMPLES + 1).map(found => `${lineOf(found, language)}\n`).join('')
}
