// What a server asks of its database before it takes the first order.
import pg from 'pg'

export interface DatabaseState {
  /** Names of the migrations that were applied, `module/file`. */
  applied: string[]
  /** Settings that trade durability for speed: a confirmed order could be lost with the machine. */
  unsafeSettings: string[]
}

const DURABLE: Readonly<Record<string, readonly string[]>> = {
  fsync: ['on'],
  full_page_writes: ['on'],
  synchronous_commit: ['on', 'remote_apply'],
}

export async function checkDatabase(url: string): Promise<DatabaseState> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'hurry-up-order check',
    connectionTimeoutMillis: 10_000,
    statement_timeout: 10_000,
  })
  await client.connect()
  try {
    const names = Object.keys(DURABLE)
    const { rows } = await client.query<{ name: string; setting: string }>(
      'SELECT name, setting FROM pg_settings WHERE name = ANY($1)',
      [names],
    )
    const migration = await client.query<{ found: boolean }>(
      `SELECT to_regclass('public.migration') IS NOT NULL AS found`,
    )
    const applied = migration.rows[0]?.found
      ? await client.query<{ label: string }>(`SELECT module || '/' || name AS label FROM public.migration`)
      : { rows: [] }
    return {
      applied: applied.rows.map(({ label }) => label),
      unsafeSettings: rows
        .filter((row) => !DURABLE[row.name]?.includes(row.setting))
        .map((row) => `${row.name} = ${row.setting}`),
    }
  } finally {
    await client.end()
  }
}
