// Events in the transaction of what happened: none is lost with a crash, none is sent for what was rolled back, and one that can not be
// handled holds nobody up.
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openDatabase, type Database } from '../../server/platform/db.ts'
import { redriveDead } from '../../server/platform/dead-letters.ts'
import { createEvents } from '../../server/platform/event-queues.ts'
import type { EventType } from '../../server/platform/events.ts'
import { systemIds } from '../../server/platform/ids.ts'
import { createJobs, type BatchQueue, type Jobs } from '../../server/platform/jobs.ts'
import { createMetrics } from '../../server/platform/metrics.ts'
import { tokenOf } from '../support/buyers.ts'
import { newDatabase, type TestDatabase } from '../support/postgres.ts'
import { runCommand } from '../support/command.ts'
import { startShop } from '../support/sale-app.ts'

interface Happened {
  n: number
}
const HAPPENED: EventType<Happened> = { name: 'test.happened' }
const SLOW: BatchQueue<Happened> = {
  name: 'test.slow',
  retriesMax: 10,
  retrySecondsFirst: 0,
  retrySecondsMax: 1,
  runSecondsMax: 1,
  keepSeconds: 60,
  batchMax: 100,
}
const UNHEARD: EventType<Happened> = { name: 'test.unheard' }

let made: TestDatabase
let database: Database
let jobs: Jobs
let events: ReturnType<typeof createEvents>
/** What each consumer was handed, batch by batch. */
const heard: Record<'one' | 'two', { eventId: string; n: number }[][]> = { one: [], two: [] }
let isPoison = (_n: number): boolean => false
const metrics = createMetrics()
const log = pino({ level: 'silent' })
const retries = { retriesMax: 1, retrySecondsFirst: 1 }

beforeAll(async () => {
  made = await newDatabase('events')
  database = openDatabase({ url: made.url, poolMax: 4, log })
  jobs = createJobs({ url: made.url, log })
  events = createEvents({ jobs, ids: systemIds, metrics, retries })
  for (const name of ['one', 'two'] as const)
    events.subscribe(HAPPENED, name, async (batch) => {
      heard[name].push(batch.map(({ eventId, data }) => ({ eventId, n: data.n })))
      if (batch.some(({ data }) => name === 'one' && isPoison(data.n))) throw new Error('poison')
    })
  jobs.declare(SLOW)
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
const dead = (queue?: string) => jobs.listDead({ queue, limit: 10 })
const untilDead = async (count: number): Promise<void> => {
  await expect.poll(async () => (await dead()).length, { timeout: 15_000 }).toBe(count)
}
const redrive = () => redriveDead({ database, jobs }, 0, { limit: 10 })

/** A process of a role that serves: it hands nothing over. */
async function startPublisher() {
  const itsJobs = createJobs({ url: made.url, log })
  const itsEvents = createEvents({ jobs: itsJobs, ids: systemIds, metrics: createMetrics(), retries })
  for (const name of ['one', 'two'])
    itsEvents.subscribe(HAPPENED, name, () => Promise.reject(new Error('it does not work')))
  await itsJobs.start()
  return {
    publish: (numbers: readonly number[]) =>
      database.transaction((tx) =>
        itsEvents.publish(
          tx,
          HAPPENED,
          numbers.map((n) => ({ n })),
        ),
      ),
    stop: () => itsJobs.stop(),
  }
}

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
    await untilDead(1)
    // Its neighbours were handed over without it.
    const alone = heard.one.filter((batch) => !batch.some(({ n }) => n === 13)).flat()
    expect(new Set(alone.map(({ n }) => n)).size).toBe(19)
    const { eventId } = heard.two.flat().find(({ n }) => n === 13)!
    expect(await dead()).toMatchObject([
      { queue: 'event.test.happened.one', eventId, tries: 1, code: 'FAILED' },
    ])
    expect(await dead('event.test.happened.two')).toEqual([])
    isPoison = () => false
    heard.one = []
    expect(await redrive()).toBe(1)
    await expect.poll(() => numbersOf('one'), { timeout: 10_000 }).toEqual([13])
    // Whoever handles it again knows it again.
    expect(heard.one.flat()).toEqual([{ eventId, n: 13 }])
    expect(await dead()).toEqual([])
  })

  test('7.D.8: is kept from no consumer by another one’s failure, nor by a process that only publishes', async () => {
    isPoison = (n) => n === 5
    const publisher = await startPublisher()
    try {
      await publisher.publish([5])
      await expect.poll(() => numbersOf('two'), { timeout: 10_000 }).toEqual([5])
      await untilDead(1)
      heard.one = []
      isPoison = () => false
      expect(await redrive()).toBe(1)
      await expect.poll(() => numbersOf('one'), { timeout: 10_000 }).toEqual([5])
      // The one who had handled it is not asked again.
      await new Promise((done) => setTimeout(done, 1_500))
      expect(numbersOf('two')).toEqual([5])
    } finally {
      await publisher.stop()
    }
  })

  test('is seen by its age while nobody handles it', async () => {
    const age = async (): Promise<number> =>
      Number(
        /event_backlog_seconds\{queue="event\.test\.happened\.one"\} (\S+)/.exec(
          await metrics.metrics(),
        )?.[1],
      )
    expect(await age()).toBe(0)
    isPoison = () => true
    await publish([1])
    await expect.poll(age, { timeout: 10_000 }).toBeGreaterThan(0.5)
    isPoison = () => false
    await expect.poll(age, { timeout: 10_000 }).toBe(0)
  })

  test('is handled once, also where its batch fails and takes longer one by one than a job may', async () => {
    const handled: number[] = []
    const stop = await jobs.workBatches(SLOW, async (batch) => {
      if (batch.length > 1) throw new Error('a bad one is among them')
      await new Promise((done) => setTimeout(done, 60))
      handled.push(...batch.map(({ n }) => n))
    })
    await database.transaction((tx) =>
      jobs.sendAll(
        tx,
        SLOW,
        all(30).map((n) => ({ n })),
      ),
    )
    await expect.poll(() => new Set(handled).size, { timeout: 20_000 }).toBe(30)
    await stop()
    expect(handled).toHaveLength(30)
  })

  test('two hundred at once cost their transaction little', async () => {
    await publish(all(200))
    const start = performance.now()
    await publish(all(200))
    // About ten milliseconds where nothing else runs.
    expect(performance.now() - start).toBeLessThan(500)
  })
})

const EVENT_ID = '5f0c1a52-7d0e-4b56-9d25-0b0a3b1f2c4d'

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
         SELECT 'dead-letters', jsonb_build_object('eventId', '${EVENT_ID}', 'data', jsonb_build_object('orderId', n, 'buyerId', 1)),
                'event.order.paid.shipment', 10, '{"code":"57014"}' FROM generate_series(900001, 900003) n`,
      )
      expect((await ask('GET', '', 'SELLER')).status).toBe(403)
      const first = await ask('GET', '?limit=2', 'ADMIN')
      expect(first.body.content).toMatchObject([
        { tries: 10, code: '57014', eventId: EVENT_ID },
        { queue: 'event.order.paid.shipment' },
      ])
      const rest = await ask('GET', `?limit=2&cursor=${first.body.next}`, 'ADMIN')
      expect([rest.body.content.length, rest.body.next]).toEqual([1, null])
      expect(JSON.stringify(first.body)).not.toContain('900001')
      const one = await ask('POST', '/redrive', 'ADMIN', { ids: [first.body.content[0].id] })
      expect(one.body).toEqual({ redriven: 1 })
      for (const body of [{ limit: 0 }, { limit: 1_001 }, { ids: ['1'] }, { ids: [] }, { queue: 'a b' }])
        expect((await ask('POST', '/redrive', 'ADMIN', body)).status).toBe(400)
      expect((await ask('POST', '/redrive', 'SELLER', {})).status).toBe(403)
      const command = (...args: string[]) =>
        runCommand(['dead-letters', ...args], {
          DATABASE_URL: String(shop.database.options.connectionString),
        })
      const { stdout } = await command('list')
      expect(stdout.trim().split('\n')).toHaveLength(2)
      expect(stdout).toContain(`event ${EVENT_ID}`)
      expect((await command('list', '--queue', 'event.order.paid.mail')).stdout).toContain('there are none')
      const elsewhere = await command('redrive', '--queue', 'event.order.paid.mail')
      expect(elsewhere.stdout).toContain('0 are being tried again')
      expect((await command('redrive', '--limit', '0')).code).toBe(1)
      const redriven = await command('redrive', '--queue', 'event.order.paid.shipment')
      expect(redriven.stdout).toContain('2 are being tried again')
      expect((await ask('GET', '', 'ADMIN')).body.content).toEqual([])
      const { rows } = await shop.database.query(
        `SELECT actor_id, action, after FROM platform.audit WHERE subject = 'job' ORDER BY id`,
      )
      expect(rows.map(({ actor_id, action, after }) => [actor_id, action, after.redriven])).toEqual([
        [1, 'REDRIVE', 1],
        [0, 'REDRIVE', 0],
        [0, 'REDRIVE', 2],
      ])
    } finally {
      await shop.stop()
    }
  })
})
