// Reads generated documents in every style: no figure may be wrong, and at least 99 % of the printed figures must be
// read. Blank and not applicable cells are not counted. READING_RUNS sets the number of documents per style;
// READING_STYLE and READING_SEED replay one.
import t from 'tap'
import { runsOf } from '../../support/runs.ts'
import { sampleOf } from './corpus.ts'
import { summarize, isRefusal, judge, read } from './judge.ts'
import { STYLES } from './styles/styles.ts'

const runs = runsOf('READING_RUNS', 15, 200)
const onlyStyle = process.env['READING_STYLE']
const onlySeed = process.env['READING_SEED']
const seeds = onlySeed === undefined ? Array.from({ length: runs }, (_, i) => i + 1) : [Number(onlySeed)]

for (const style of STYLES.filter(style => onlyStyle === undefined || style.name === onlyStyle)) {
  const recall = style.recall ?? 0.99
  t.test(`${style.name}: no figure is wrong and ${recall * 100} % of the figures are read`, async t => {
    const wrong: string[] = []
    const missed: string[] = []
    const faults: string[] = []
    const yearless: number[] = []
    let printed = 0
    for (const seed of seeds) {
      const sample = sampleOf(style, seed)
      const { report, expected, look } = sample.page
      const { document, answer } = await read(sample)
      const judgement = judge(document, answer, expected)
      printed += judgement.printed
      wrong.push(...judgement.wrong.map(finding => summarize(style.name, seed, finding)))
      missed.push(...judgement.missed.map(finding => summarize(style.name, seed, finding)))
      faults.push(...judgement.faults.map(fault => `${style.name} ${seed}: ${fault}`))
      if (isRefusal(answer)) continue
      if (answer.form !== report.form) faults.push(`${style.name} ${seed}: read as the form ${answer.form.id}`)
      if (answer.year === null && look.title !== 'none') yearless.push(seed)
      if (answer.year !== null && answer.year !== report.year) {
        faults.push(`${style.name} ${seed}: year ${answer.year}, is ${report.year}`)
      }
      if (answer.agency_name !== report.agency && answer.agency_name !== null) {
        faults.push(`${style.name} ${seed}: agency ${answer.agency_name}, is ${report.agency}`)
      }
    }
    t.same(wrong, [], 'no figure is wrong')
    t.same(faults, [], 'sources, counts, year and agency are correct')
    t.ok(yearless.length <= seeds.length / 20, 'the year of the title is found', { yearless })
    t.ok(missed.length <= printed * (1 - recall), `of ${printed} figures ${missed.length} are missed`, {
      missed: missed.slice(0, 60)
    })
  })
}
