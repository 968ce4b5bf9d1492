// Reads small texts: the lines of one part, between the title of a report and its last part.
import { figuresOf, isRefusal, read } from './judge.ts'

const TITLE = '甲县2023年政府信息公开工作年度报告'
export const APPLICANTS = '自然人  商业企业 科研机构 社会公益组织 法律服务机构 其他 总计'

export async function readText (lines: string[]) {
  const { answer } = await read({
    bytes: Buffer.from([TITLE, ...lines, '六、其他需要报告的事项', '无'].join('\n')),
    contentType: 'text/plain; charset=utf-8'
  })
  const problems = isRefusal(answer) ? answer.refused : answer.problems
  return { answer, figures: figuresOf(answer), codes: problems.map(({ code, line }) => `${code} ${line}`) }
}

/** The first table of part two, with rows divided by bars. */
export const rules = (...lines: string[]) => [
  '二、主动公开政府信息情况',
  '第二十条第（一）项',
  '| 信息内容 | 本年制发件数 | 本年废止件数 | 现行有效件数 |',
  ...lines
]
