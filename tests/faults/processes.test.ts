// `serve --processes N`: one command, one port, several processes; and how they end.
import { spawn, type ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { buy, createClient, tally, type Answer } from '../support/buyers.ts'
import { newDatabase, type TestDatabase } from '../support/postgres.ts'
import { needsProgram } from '../support/programs.ts'
import { startRedis, type RedisProcess } from '../support/redis.ts'
import { expectExact, openSale } from '../support/sale.ts'
import { startServer, type ServerProcess } from '../support/server-process.ts'

const PROCESSES = 3

/** Direct children of a process. */
function childrenOf(pid: number): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      const parent = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1]
      return Number(parent) === pid ? [Number(name)] : []
    } catch {
      return []
    }
  })
}

describe('serve --processes', () => {
  let made: TestDatabase
  let database: pg.Pool
  let redis: RedisProcess | undefined
  let server: ServerProcess | undefined
  const others: ChildProcess[] = []

  beforeAll(async () => {
    made = await newDatabase('processes')
    database = new pg.Pool({ connectionString: made.url, max: 2 })
  })
  afterAll(async () => {
    await database.end()
    await made.drop()
  })
  afterEach(async () => {
    for (const other of others.splice(0)) other.kill('SIGKILL')
    await server?.stop()
    await redis?.stop()
    server = undefined
    redis = undefined
  })
  const start = async (env: Record<string, string> = {}): Promise<ServerProcess> => {
    server = await startServer({
      databaseUrl: made.url,
      args: ['--processes', String(PROCESSES)],
      env: { RATE_LIMIT_FACTOR: '100000', ...env },
    })
    return server
  }

  it.skipIf(needsProgram('redis-server'))(
    'sells as one service, sums its metrics up, and starts a process that was killed again',
    async () => {
      redis = await startRedis()
      const { url, pid, output } = await start({ REDIS_URL: redis.url })
      const client = createClient(url)
      const itemId = await openSale(client, { quantity: 600 })
      const answers = await Promise.all(Array.from({ length: 400 }, (_, i) => buy(client, i + 1, { itemId })))
      expect(tally(answers)).toEqual({ '201': 400 })

      const { body } = await client.send('GET', '/metrics')
      expect(body).toMatch(/^limited_order_outcomes_total\{outcome="placed"\} 400$/m)

      const before = childrenOf(pid)
      expect(before).toHaveLength(PROCESSES)
      process.kill(before[1]!, 'SIGKILL')
      await expect.poll(() => childrenOf(pid).filter((child) => !before.includes(child)).length).toBe(1)
      await expect
        .poll(() => output(), { timeout: 10_000 })
        .toContain('a process ended; another one is started')
      const keepAsking = async (buyerId: number): Promise<Answer> => {
        for (;;) {
          const answer = await buy(client, buyerId, { itemId, key: 'again' })
          if (answer.status === 201 || answer.status === 409) return answer
          await sleep(20)
        }
      }
      const more = await Promise.all(Array.from({ length: 300 }, (_, i) => keepAsking(1_000 + i)))
      expect(tally(more)).toEqual({ '201': 200, '409 NOT_ENOUGH_STOCK': 100 })
      await expectExact(database, itemId, [...answers, ...more])
      client.close()
    },
  )

  it('is exact without Redis, too, and warns that the order of arrival is not one', async () => {
    const { url, output } = await start()
    expect(output()).toContain('several processes without REDIS_URL')
    const clients = Array.from({ length: 4 }, () => createClient(url, 16))
    const itemId = await openSale(clients[0]!, { quantity: 50 })
    const answers = await Promise.all(
      Array.from({ length: 400 }, (_, i) => buy(clients[i % 4]!, i + 1, { itemId })),
    )
    expect(tally(answers)).toEqual({ '201': 50, '409 NOT_ENOUGH_STOCK': 350 })
    await expectExact(database, itemId, answers)
    for (const client of clients) client.close()
  })

  it.each(['SIGTERM', 'SIGKILL'] as const)('ends all of them with the first one, on %s', async (signal) => {
    const { pid, kill, exited } = await start()
    const children = childrenOf(pid)
    expect(children).toHaveLength(PROCESSES)
    kill(signal)
    await exited
    const isLive = (child: number): boolean => {
      try {
        process.kill(child, 0)
        return true
      } catch {
        return false
      }
    }
    await expect.poll(() => children.filter(isLive), { timeout: 10_000 }).toEqual([])
  })

  it('refuses a number that is none', async () => {
    const child = spawn(process.execPath, ['server/main.ts', 'serve', '--processes', 'many'], {
      env: {
        PATH: process.env['PATH'],
        DATABASE_URL: made.url,
        TOKEN_SECRET: 'x'.repeat(32),
        SMTP_URL: 'smtp://127.0.0.1:9',
        PII_KEYS: `k1:${Buffer.alloc(32).toString('base64')}`,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    others.push(child)
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const code = await new Promise((resolve) => child.once('exit', resolve))
    expect([code, said]).toEqual([1, expect.stringContaining('--processes must be a number from 1 to 64')])
  })
})
