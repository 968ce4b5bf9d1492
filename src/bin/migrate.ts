// npm run migrate -- up|down|status
import { loadConfig } from '../config.ts'
import { connectBeside } from '../database/connect.ts'
import { migrate, migrationStatus } from '../database/migrations.ts'

const [command = 'status', ...rest] = process.argv.slice(2)
if (!['up', 'down', 'status'].includes(command) || rest.length > 0) {
  console.error('usage: npm run migrate -- up|down|status')
  process.exit(2)
}
const { db, close } = await connectBeside(loadConfig(process.env), console.error)
try {
  if (command === 'status') {
    for (const { name, executedAt } of await migrationStatus(db)) {
      console.log(`${name} ${executedAt?.toISOString() ?? 'to run'}`)
    }
  } else {
    const steps = await migrate(db, command as 'up' | 'down')
    console.log(steps.length === 0 ? 'nothing to do' : steps.join('\n'))
  }
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
} finally {
  await close()
}
