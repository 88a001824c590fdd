// A real PostgreSQL of our own in a folder: made, started and stopped by us, reached by a Unix socket only.
import { existsSync, mkdirSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { findPostgres } from './postgres-binaries.ts'
import { createCluster } from './postgres-cluster.ts'
import { endLeftover } from './postgres-leftover.ts'
import { launchPostmaster, type Postmaster } from './postgres-postmaster.ts'
import { prepareSocketDir } from './postgres-socket.ts'
import { choosePostgresUser } from './postgres-user.ts'
import type { Log } from './log.ts'

export interface EmbeddedPostgres extends Postmaster {
  /** For one connection or a pool of them. */
  url: string
}

const DATABASE = 'hurryup'

/** `dir` must be ours alone (see lockDataDir). Makes it, and the cluster in it, where they are missing. */
export async function startEmbeddedPostgres(options: { dir: string; log: Log }): Promise<EmbeddedPostgres> {
  mkdirSync(options.dir, { recursive: true })
  const dir = realpathSync(options.dir)
  const clusterDir = join(dir, 'postgres')
  const binaries = findPostgres()
  const user = choosePostgresUser(clusterDir, [binaries.postgres, binaries.initdb])
  if (!existsSync(join(clusterDir, 'PG_VERSION'))) await createCluster({ clusterDir, binaries, user })
  await endLeftover(clusterDir, options.log)

  const socketDir = prepareSocketDir(dir, user)
  const postmaster = await launchPostmaster({ dir, clusterDir, socketDir, binaries, user })
  const urlOf = (database: string): string =>
    `postgres://postgres@localhost:5432/${database}?host=${encodeURIComponent(socketDir)}&sslmode=disable`
  try {
    await ensureDatabase(urlOf('postgres'))
  } catch (error) {
    await postmaster.stop('immediate')
    throw error
  }
  options.log.debug({ pid: postmaster.pid }, 'embedded PostgreSQL is ready')
  return {
    ...postmaster,
    url: urlOf(DATABASE),
    async stop(mode) {
      await postmaster.stop(mode)
      rmSync(socketDir, { recursive: true, force: true })
    },
  }
}

async function ensureDatabase(url: string): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    statement_timeout: 30_000,
  })
  await client.connect()
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE])
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`)
  } finally {
    await client.end()
  }
}
