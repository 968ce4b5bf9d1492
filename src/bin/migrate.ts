// npm run migrate -- up|down|status
import { migrate, migrationStatus } from '../database/migrations.ts'
import { runOnDatabase } from './on-database.ts'

const [command = 'status', ...rest] = process.argv.slice(2)
if (!['up', 'down', 'status'].includes(command) || rest.length > 0) {
  console.error('usage: npm run migrate -- up|down|status')
  process.exit(2)
}
await runOnDatabase(async db => {
  if (command === 'status') {
    for (const { name, executedAt } of await migrationStatus(db)) {
      console.log(`${name} ${executedAt?.toISOString() ?? 'to run'}`)
    }
  } else {
    const steps = await migrate(db, command as 'up' | 'down')
    console.log(steps.length === 0 ? 'nothing to do' : steps.join('\n'))
  }
})
