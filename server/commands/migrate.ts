// `migrate`: brings the database to the newest schema.
import { createLog } from '../platform/log.ts'
import { migrateDatabase } from '../compose.ts'
import type { Command } from './command.ts'
import { findDatabaseUrl } from './demo-database.ts'

export const migrate: Command = {
  summary: 'brings the database to the newest schema',
  usage:
    'Works on DATABASE_URL, or without it on the database in DATA_DIR (.data). Safe to run again and at the same time.',
  options: {},
  async run({ env, life, print }) {
    const url = await findDatabaseUrl({ env, life, log: createLog('warn') })
    const applied = await migrateDatabase(url)
    print(
      applied.length === 0
        ? 'the schema is the newest already'
        : applied.map((name) => `applied ${name}`).join('\n'),
    )
    return 'done'
  },
}
