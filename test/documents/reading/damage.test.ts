// Reads damaged documents: every figure that is read must be that of the undamaged document. Documents of other kinds
// must give no figure. READING_RUNS sets the number of documents per damage and style; READING_DAMAGE, READING_STYLE
// and READING_SEED replay one.
import t from 'tap'
import { runsOf } from '../../support/runs.ts'
import { damagedOf, FAMILIES } from './damaged.ts'
import { DAMAGES } from './damages/damages.ts'
import { faultsOf, figuresOf, summarize, judge, read } from './judge.ts'
import { OTHERS } from './others.ts'
import { STYLES } from './styles/styles.ts'

const runs = runsOf('READING_RUNS', 1, 8)
const { READING_DAMAGE: onlyDamage, READING_STYLE: onlyStyle, READING_SEED: onlySeed } = process.env
const seeds = onlySeed === undefined ? Array.from({ length: runs }, (_, i) => i + 1) : [Number(onlySeed)]

for (const damage of DAMAGES.filter(damage => onlyDamage === undefined || damage.name === onlyDamage)) {
  t.test(`no wrong figure is read if ${damage.name}`, async t => {
    const wrong: string[] = []
    let documents = 0
    for (const style of STYLES.filter(style => onlyStyle === undefined || style.name === onlyStyle)) {
      const family = FAMILIES[style.name]
      if (family === undefined || !(damage.families ?? Object.values(FAMILIES)).includes(family)) continue
      for (const seed of seeds) {
        const damaged = damagedOf(damage, style, seed)
        if (damaged === undefined) continue
        documents++
        const { document, answer } = await read(damaged)
        const judgement = judge(document, answer, damaged.page.expected)
        wrong.push(
          ...judgement.wrong.map(finding => summarize(style.name, seed, finding)),
          ...judgement.faults.map(fault => `${style.name} ${seed}: ${fault}`)
        )
      }
    }
    t.ok(documents > 0, 'something was damaged')
    t.same(wrong, [], `no wrong figure in ${documents} documents`)
  })
}

t.test('nothing is read from a document of another kind', async t => {
  for (const [name, rendered] of OTHERS) {
    const { document, answer } = await read(rendered)
    t.same([...figuresOf(answer)], [], name)
    t.same(faultsOf(document, answer), [], name)
  }
})
