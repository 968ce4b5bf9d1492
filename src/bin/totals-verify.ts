// npm run totals:verify: exits with 0 if every maintained total matches the published reports, else with 1.
import { verifyTotals } from '../aggregates/verify.ts'
import { Forms } from '../forms/forms.ts'
import { readForms } from '../forms/load-forms.ts'
import { runOnDatabase } from './on-database.ts'

await runOnDatabase(async db => {
  const { totals, expected, differences } = await verifyTotals(db, new Forms(await readForms()))
  for (const difference of differences.slice(0, 50)) console.log(difference)
  console.log(`${totals} rows of totals and ${expected} of expected agencies recomputed, ${differences.length} differ`)
  process.exitCode = differences.length === 0 ? 0 : 1
})
