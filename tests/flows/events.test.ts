// Events in the transaction of what happened: none is lost with a crash, none is sent for what was rolled back, and one that can not be
// handled holds nobody up.
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openDatabase, type Database } from '../../server/platform/db.ts'
import { createEvents } from '../../server/platform/event-queues.ts'
import type { EventType } from '../../server/platform/events.ts'
import { systemIds } from '../../server/platform/ids.ts'
import { createJobs, type Jobs } from '../../server/platform/jobs.ts'
import { tokenOf } from '../support/buyers.ts'
import { newDatabase, type TestDatabase } from '../support/postgres.ts'
import { runCommand } from '../support/command.ts'
import { startShop } from '../support/sale-app.ts'

interface Happened {
  n: number
}
const HAPPENED: EventType<Happened> = { name: 'test.happened' }
const UNHEARD: EventType<Happened> = { name: 'test.unheard' }

let made: TestDatabase
let database: Database
let jobs: Jobs
let events: ReturnType<typeof createEvents>
/** What each consumer was handed, batch by batch. */
const heard: Record<'one' | 'two', { eventId: string; n: number }[][]> = { one: [], two: [] }
let isPoison = (_n: number): boolean => false
const log = pino({ level: 'silent' })

beforeAll(async () => {
  made = await newDatabase('events')
  database = openDatabase({ url: made.url, poolMax: 4, log })
  jobs = createJobs({ url: made.url, log })
  events = createEvents({ jobs, ids: systemIds, retries: { retriesMax: 1, retrySecondsFirst: 1 } })
  for (const name of ['one', 'two'] as const)
    events.subscribe(HAPPENED, name, async (batch) => {
      heard[name].push(batch.map(({ eventId, data }) => ({ eventId, n: data.n })))
      if (batch.some(({ data }) => name === 'one' && isPoison(data.n))) throw new Error('poison')
    })
  await jobs.start()
  await events.start()
})
afterAll(async () => {
  await events?.stop()
  await jobs?.stop()
  await database?.close()
  await made?.drop()
})
beforeEach(() => {
  heard.one = []
  heard.two = []
  isPoison = () => false
})

const publish = (numbers: readonly number[]): Promise<void> =>
  database.transaction((tx) =>
    events.publish(
      tx,
      HAPPENED,
      numbers.map((n) => ({ n })),
    ),
  )
const numbersOf = (name: 'one' | 'two'): number[] => heard[name].flat().map(({ n }) => n)
const all = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

describe('an event', () => {
  test('7.D.1: reaches each consumer, in batches, with one id for all of them (the original’s outbox never wrote)', async () => {
    await publish(all(300))
    for (const name of ['one', 'two'] as const)
      await expect.poll(() => new Set(numbersOf(name)).size, { timeout: 10_000 }).toBe(300)
    expect(heard.one.length).toBeLessThan(30)
    const idOf = new Map(heard.one.flat().map(({ n, eventId }) => [n, eventId]))
    for (const { n, eventId } of heard.two.flat()) expect(eventId).toBe(idOf.get(n))
  })

  test('7.D.6: is there when, and only when, its transaction commits', async () => {
    await expect(
      database.transaction(async (tx) => {
        await events.publish(tx, HAPPENED, [{ n: 1 }])
        throw new Error('rolled back')
      }),
    ).rejects.toThrow('rolled back')
    await publish([2])
    await expect.poll(() => numbersOf('one'), { timeout: 10_000 }).toEqual([2])
  })

  test('that nobody listens to is not kept', async () => {
    await database.transaction((tx) => events.publish(tx, UNHEARD, [{ n: 1 }]))
  })

  test('7.D.4: that was handled is never handed over again', async () => {
    await publish([7])
    await expect.poll(() => numbersOf('one'), { timeout: 10_000 }).toEqual([7])
    await new Promise((done) => setTimeout(done, 1_500))
    expect(numbersOf('one')).toEqual([7])
  })

  test('7.D.7: that can not be handled holds nobody up, and is kept, shown and tried again', async () => {
    isPoison = (n) => n === 13
    await publish(all(20))
    await expect.poll(() => new Set(numbersOf('two')).size, { timeout: 10_000 }).toBe(20)
    const dead = () => jobs.listDead({ after: undefined, limit: 10 })
    await expect.poll(async () => (await dead()).length, { timeout: 15_000 }).toBe(1)
    // Its neighbours were handed over without it.
    const alone = heard.one.filter((batch) => !batch.some(({ n }) => n === 13)).flat()
    expect(new Set(alone.map(({ n }) => n)).size).toBe(19)
    expect(await dead()).toMatchObject([{ queue: 'event.test.happened.one', tries: 1, code: 'FAILED' }])
    isPoison = () => false
    heard.one = []
    expect(await jobs.redrive({ limit: 10 })).toBe(1)
    await expect.poll(() => numbersOf('one'), { timeout: 10_000 }).toEqual([13])
    expect(await dead()).toEqual([])
  })
})

describe('dead letters', () => {
  test('are shown to administrators and tried again by them, by route and by command', async () => {
    const shop = await startShop('dead-letters')
    try {
      const ask = (method: string, path: string, role: 'ADMIN' | 'SELLER', body?: unknown) =>
        shop.client.send(method, `/user-service/api/v1/internal/dead-letters${path}`, {
          token: tokenOf(1, role),
          ...(body !== undefined && { body }),
        })
      await shop.database.query(
        `INSERT INTO pgboss.job (name, data, source_name, source_retry_count, source_output)
         SELECT 'dead-letters', jsonb_build_object('eventId', 'x', 'data', jsonb_build_object('orderId', n, 'buyerId', 1)),
                'event.order.paid.shipment', 10, '{"code":"57014"}' FROM generate_series(900001, 900003) n`,
      )
      expect((await ask('GET', '', 'SELLER')).status).toBe(403)
      const first = await ask('GET', '?limit=2', 'ADMIN')
      expect(first.body.content).toMatchObject([
        { tries: 10, code: '57014' },
        { queue: 'event.order.paid.shipment' },
      ])
      const rest = await ask('GET', `?limit=2&cursor=${first.body.next}`, 'ADMIN')
      expect([rest.body.content.length, rest.body.next]).toEqual([1, null])
      expect(JSON.stringify(first.body)).not.toContain('900001')
      const one = await ask('POST', '/redrive', 'ADMIN', { ids: [first.body.content[0].id] })
      expect(one.body).toEqual({ redriven: 1 })
      const { stdout } = await runCommand(['dead-letters', 'list'], {
        DATABASE_URL: String(shop.database.options.connectionString),
      })
      expect(stdout.trim().split('\n')).toHaveLength(2)
      const redriven = await runCommand(['dead-letters', 'redrive', '--queue', 'event.order.paid.shipment'], {
        DATABASE_URL: String(shop.database.options.connectionString),
      })
      expect(redriven.stdout).toContain('2 are being tried again')
      expect((await ask('GET', '', 'ADMIN')).body.content).toEqual([])
      const { rows } = await shop.database.query(`SELECT action FROM platform.audit WHERE subject = 'job'`)
      expect(rows).toEqual([{ action: 'REDRIVE' }])
    } finally {
      await shop.stop()
    }
  })
})
