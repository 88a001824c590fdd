// A backup taken while people buy, the loss of the database, and the backup in its place: the service goes on by itself.
import { cpSync, existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrateDatabase } from '../../server/compose.ts'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../server/platform/embedded-postgres.ts'
import { createLog } from '../../server/platform/log.ts'
import { createClient, type Client } from '../support/buyers.ts'
import { expectNothingLost, startCrowd, type Crowd } from '../support/crowd.ts'
import { needsProgram } from '../support/programs.ts'
import { startRedis, type RedisProcess } from '../support/redis.ts'
import { expectRedisAgrees, readRedisGate } from '../support/redis-gate.ts'
import { openSale } from '../support/sale.ts'
import { startServer, type ServerProcess } from '../support/server-process.ts'

describe.skipIf(needsProgram('redis-server'))('a backup', () => {
  const log = createLog('silent')
  let dir: string
  let postgres: EmbeddedPostgres
  let redis: RedisProcess
  const servers: ServerProcess[] = []
  const clients: Client[] = []
  let crowd: Crowd | undefined

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'hurryup-restore-'))
    postgres = await startEmbeddedPostgres({ dir: join(dir, 'live'), log })
    await migrateDatabase(postgres.url)
    redis = await startRedis()
    for (let n = 0; n < 2; n++) {
      const env = { REDIS_URL: redis.url, RATE_LIMIT_FACTOR: '100000' }
      servers.push(await startServer({ databaseUrl: postgres.url, env }))
      clients.push(createClient(servers[n]!.url))
    }
  })
  afterAll(async () => {
    await crowd?.stop()
    for (const client of clients) client.close()
    await Promise.all(servers.map((server) => server.stop()))
    await redis.stop()
    await postgres.stop()
    rmSync(dir, { recursive: true, force: true })
  })

  it('taken during a sale and restored after the loss of everything has every order from before it, and sells on', async () => {
    const itemId = await openSale(clients[0]!, { quantity: 200_000 })
    crowd = startCrowd(clients, { itemId })
    await crowd.untilAllSell()
    await sleep(500)
    const kept = crowd.answers.slice()
    await backUp(postgres.url, join(dir, 'live', 'postgres'), join(dir, 'backup'))
    await sleep(700)

    // The disaster: the database is gone, and what was sold since the backup with it.
    await postgres.stop('immediate')
    await crowd.untilAnswered()
    const gone = crowd.answers.length
    rmSync(join(dir, 'live', 'postgres'), { recursive: true })
    const before = (await readRedisGate(redis, itemId))!
    renameSync(join(dir, 'backup'), join(dir, 'live', 'postgres'))
    postgres = await startEmbeddedPostgres({ dir: join(dir, 'live'), log })
    const soldAgainMs = await crowd.untilAllSell()
    console.log(`sold again ${soldAgainMs.toFixed(0)} ms after the backup was in place`)

    // The gate remembers a later time than the database: it has to follow it back.
    await expect
      .poll(async () => (await readRedisGate(redis, itemId))!.version, { timeout: 10_000 })
      .toBeLessThan(before.version)
    await crowd.stop()
    const database = new pg.Pool({ connectionString: postgres.url, max: 2 })
    database.on('error', () => undefined)
    // What was sold between the backup and the loss is gone, and its numbers are given again: that is what a log archive is for.
    crowd.answers.splice(kept.length, gone - kept.length)
    await expectNothingLost(crowd, { clients, database, itemId })
    await expectRedisAgrees(redis, database, [itemId])
    await database.end()
  })
})

/** PostgreSQL's own way, as its backup tools do it: the files may change while they are copied, the log repairs them. */
async function backUp(url: string, from: string, to: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(`SELECT pg_backup_start('test', fast => true)`)
  const left = /\/(postmaster\.(pid|opts)|pg_replslot\/.+|pg_wal\/.+)$/
  copy(from, to, (path) => !left.test(path))
  const { rows } = await client.query<{ labelfile: string }>(
    'SELECT labelfile FROM pg_backup_stop(wait_for_archive => false)',
  )
  copy(join(from, 'pg_wal'), join(to, 'pg_wal'), () => true)
  writeFileSync(join(to, 'backup_label'), rows[0]!.labelfile)
  await client.end()
  // The server's user may not be ours.
  execFileSync('chown', ['-R', '--reference', from, to])
  execFileSync('chmod', ['--reference', from, to])
}

/** Files that vanish meanwhile are none of a backup's business. */
function copy(from: string, to: string, isWanted: (path: string) => boolean): void {
  cpSync(from, to, {
    recursive: true,
    preserveTimestamps: true,
    filter: (path) => existsSync(path) && isWanted(path),
  })
}
