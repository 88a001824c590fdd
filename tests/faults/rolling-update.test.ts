// A new version beside the old one: the schema grows first, both sell, the old one drains, then the schema shrinks.
import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createClient, type Client } from '../support/buyers.ts'
import { expectNothingLost, startCrowd, type Crowd } from '../support/crowd.ts'
import { newDatabase, type TestDatabase } from '../support/postgres.ts'
import { needsProgram } from '../support/programs.ts'
import { startRedis, type RedisProcess } from '../support/redis.ts'
import { openSale } from '../support/sale.ts'
import { startServer, type ServerProcess } from '../support/server-process.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const EXPAND = 'ALTER TABLE orders.orders ADD COLUMN channel text;'
const CONTRACT = 'ALTER TABLE orders.orders DROP COLUMN channel;'

/** A copy of the server that is one version ahead: with one more migration, and code that needs it. */
function newerVersion(dir: string, options: { migration: string; reads: string }): string {
  cpSync(join(ROOT, 'server'), join(dir, 'server'), { recursive: true })
  cpSync(join(ROOT, 'package.json'), join(dir, 'package.json'))
  symlinkSync(join(ROOT, 'node_modules'), join(dir, 'node_modules'))
  const order = join(dir, 'server', 'modules', 'order')
  writeFileSync(join(order, 'migrations', '900_next.sql'), options.migration)
  const sql = readFileSync(join(order, 'sql-read.ts'), 'utf8')
  const changed = sql.replace('o.pay_by AS "payBy",', `o.pay_by AS "payBy", ${options.reads}`)
  expect(changed).not.toBe(sql)
  writeFileSync(join(order, 'sql-read.ts'), changed)
  return join(dir, 'server', 'main.ts')
}

describe.skipIf(needsProgram('redis-server'))('a rolling update', () => {
  let dir: string
  let made: TestDatabase
  let database: pg.Pool
  let redis: RedisProcess
  let crowd: Crowd | undefined
  const servers: ServerProcess[] = []
  const clients: Client[] = []

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'hurryup-update-'))
    made = await newDatabase('rolling-update')
    database = new pg.Pool({ connectionString: made.url, max: 2 })
    redis = await startRedis()
  })
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()))
    await redis.stop()
    await database.end()
    await made.drop()
    rmSync(dir, { recursive: true, force: true })
  })
  afterEach(async () => {
    await crowd?.stop()
    for (const client of clients.splice(0)) client.close()
  })
  const start = async (main?: string): Promise<ServerProcess> => {
    const server = await startServer({
      databaseUrl: made.url,
      env: { REDIS_URL: redis.url, RATE_LIMIT_FACTOR: '100000', DRAIN_SECONDS: '1' },
      ...(main !== undefined && { main }),
    })
    servers.push(server)
    return server
  }
  const migrate = (main: string): Promise<number> =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, [main, 'migrate'], {
        cwd: dir,
        env: { PATH: process.env['PATH'], DATABASE_URL: made.url },
        stdio: 'ignore',
      })
      child.once('exit', (code) => resolve(code ?? 1))
    })

  it('costs nobody an answer: the old version drains, the new one goes on, and there is a way back', async () => {
    const next = newerVersion(dir, { migration: EXPAND, reads: 'o.channel,' })
    const old = await start()
    // The new code knows what it needs, and says so.
    await expect(start(next)).rejects.toThrow('the database is not prepared (1 migrations are missing)')

    const gateway = createGateway([old.url])
    clients.push(gateway)
    const itemId = await openSale(gateway, { quantity: 100_000 })
    crowd = startCrowd([gateway], { itemId, buyersAtOnce: 24 })
    await crowd.untilAllSell()
    expect(await migrate(next)).toBe(0)
    await crowd.untilAllSell()

    const fresh = await start(next)
    gateway.add(fresh.url)
    await sleep(500)
    old.kill('SIGTERM')
    expect((await old.exited).code).toBe(0)
    await crowd.untilAllSell()
    // The way back: the old code on the grown schema.
    const again = await start()
    gateway.add(again.url)
    await sleep(300)
    again.kill('SIGTERM')
    await again.exited

    // Nothing of the old version is left: what only it needed may go.
    writeFileSync(join(dir, 'server', 'modules', 'order', 'migrations', '901_after.sql'), CONTRACT)
    const sqlPath = join(dir, 'server', 'modules', 'order', 'sql.ts')
    writeFileSync(sqlPath, readFileSync(sqlPath, 'utf8').replace('o.channel,', ''))
    const last = await startAfterMigration(next)
    gateway.add(last.url)
    fresh.kill('SIGTERM')
    await fresh.exited
    await crowd.untilAllSell()
    await crowd.stop()
    expect(crowd.unanswered).toEqual([])
    await expectNothingLost(crowd, { clients: [gateway], database, itemId })
  })

  const startAfterMigration = async (main: string): Promise<ServerProcess> => {
    expect(await migrate(main)).toBe(0)
    return start(main)
  }
})

const READY_EVERY_MS = 50

/** As a gateway does: asks each process whether it is ready, and sends requests only to those that are. */
function createGateway(urls: readonly string[]): Client & { add(url: string): void } {
  const targets: { url: string; client: Client; isReady: boolean }[] = []
  const add = (url: string): void => void targets.push({ url, client: createClient(url, 16), isReady: true })
  urls.forEach(add)
  let turn = 0
  const timer = setInterval(() => {
    for (const target of targets)
      void fetch(`${target.url}/readyz`).then(
        ({ ok }) => (target.isReady = ok),
        () => (target.isReady = false),
      )
  }, READY_EVERY_MS)
  return {
    add,
    send(...request) {
      const ready = targets.filter(({ isReady }) => isReady)
      return ready[turn++ % ready.length]!.client.send(...request)
    },
    close() {
      clearInterval(timer)
      for (const { client } of targets) client.close()
    },
  }
}
