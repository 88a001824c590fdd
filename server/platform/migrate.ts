import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'

export interface Migration {
  module: string
  name: string
  sql: string
}

/** The platform's own `migrations/*.sql`, then those of each module, in the given order and the order of their names. */
export function readMigrations(modulesDir: string, modules: readonly string[]): Migration[] {
  const ofModules = modules.flatMap((module) => readFolder(module, join(modulesDir, module, 'migrations')))
  return [...readFolder('platform', join(import.meta.dirname, 'migrations')), ...ofModules]
}

/** Not every module keeps something. */
function readFolder(module: string, dir: string): Migration[] {
  if (!existsSync(dir)) return []
  return readdirSync(dir)
    .filter((name) => name.endsWith('.sql'))
    .toSorted()
    .map((name) => ({ module, name, sql: readFileSync(join(dir, name), 'utf8') }))
}

const ONE_AT_A_TIME = 7_070_001
const LOCK_WAIT_MAX = '5s'

/** Applies what is missing, each file in a transaction of its own, forward only. Returns the names applied. Fails when an applied file was changed. */
export async function migrate(url: string, migrations: readonly Migration[]): Promise<string[]> {
  const client = new pg.Client({ connectionString: url, application_name: 'hurry-up-order migrate' })
  await client.connect()
  try {
    await client.query('SELECT pg_advisory_lock($1)', [ONE_AT_A_TIME])
    // A migration that waits for a table makes everybody behind it wait: better to be told, and to try again.
    await client.query(`SET lock_timeout = '${LOCK_WAIT_MAX}'`)
    await client.query(`CREATE TABLE IF NOT EXISTS public.migration (
      module text NOT NULL, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (module, name))`)
    const { rows } = await client.query<{ module: string; name: string; checksum: string }>(
      'SELECT module, name, checksum FROM public.migration',
    )
    const applied = new Map(rows.map((row) => [`${row.module}/${row.name}`, row.checksum]))
    const names: string[] = []
    for (const migration of migrations) {
      const label = `${migration.module}/${migration.name}`
      const checksum = createHash('sha256').update(migration.sql).digest('hex')
      const known = applied.get(label)
      if (known === checksum) continue
      if (known !== undefined)
        throw new Error(`migration ${label} was changed after it was applied: write a new one`)
      // eslint-disable-next-line no-await-in-loop -- migrations run one after the other by nature
      await apply(client, migration, checksum)
      names.push(label)
    }
    return names
  } finally {
    await client.end()
  }
}

async function apply(client: pg.Client, { module, name, sql }: Migration, checksum: string): Promise<void> {
  await client.query('BEGIN')
  try {
    await client.query(sql)
    await client.query('INSERT INTO public.migration (module, name, checksum) VALUES ($1, $2, $3)', [
      module,
      name,
      checksum,
    ])
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK')
    throw new Error(`migration ${module}/${name} failed`, { cause: error })
  }
}
