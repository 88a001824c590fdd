// Databases for tests: each is a copy of one that was migrated at the start of the run.
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** A superuser's url of the run's PostgreSQL, naming the migrated template. */
    templateUrl: string
    /** A folder that is removed at the end of the run, or kept when a test failed. */
    runDir: string
  }
}

export interface TestDatabase {
  url: string
  name: string
  /** Ends its connections. Its data stays until the end of the run, to be looked at should a test have failed. */
  drop: () => Promise<void>
}

/** `label` makes the name readable: usually that of the test file. */
export async function newDatabase(label = 'test'): Promise<TestDatabase> {
  const templateUrl = inject('templateUrl')
  const template = new URL(templateUrl).pathname.slice(1)
  const safeLabel = label
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .slice(0, 40)
  const name = `${safeLabel}_${randomBytes(4).toString('hex')}`
  const adminUrl = withDatabase(templateUrl, 'postgres')
  await query(adminUrl, `CREATE DATABASE ${name} TEMPLATE ${template}`)
  return {
    url: withDatabase(templateUrl, name),
    name,
    drop: () =>
      query(adminUrl, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`),
  }
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url)
  changed.pathname = `/${name}`
  return changed.href
}

async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    statement_timeout: 30_000,
  })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
