// The writer on its own, on a real database: what it answers and what it tells its gate when things go wrong.
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { PlaceOutcome } from '../../server/modules/order/contract.ts'
import type { Backend } from '../../server/modules/order/sql.ts'
import { createWriter, type Writer } from '../../server/modules/order/writer.ts'
import { createWriterConnection } from '../../server/modules/order/writer-connection.ts'
import type { Claim, StockChange } from '../../server/modules/stock/contract.ts'
import { systemClock, systemTimers } from '../../server/platform/clock.ts'
import { pgTypes } from '../../server/platform/db.ts'
import { randomOf, runSeed } from '../support/buyers.ts'
import { newDatabase, type TestDatabase } from '../support/postgres.ts'
import { expectExact } from '../support/sale.ts'

/** Breaks the CHECK on the length of a key; the edge lets none of these in. */
const BAD_KEY = 'x'.repeat(300)

let made: TestDatabase
let pool: pg.Pool
let itemId = 0
let buyers = 0
const writers: Writer[] = []

beforeAll(async () => {
  made = await newDatabase('writer')
  pool = new pg.Pool({ connectionString: made.url, max: 4, types: pgTypes })
  pool.on('error', () => undefined)
})
afterAll(async () => {
  await pool?.end()
  await made?.drop()
})
beforeEach(() => void (itemId += 10))
afterEach(async () => {
  await pool.query('DROP TRIGGER IF EXISTS fail_at_first ON orders.orders')
  await Promise.all(writers.splice(0).map((writer) => writer.stop()))
})

async function putUp(units = 100, item = itemId): Promise<void> {
  await pool.query(
    `WITH fresh AS (
       INSERT INTO stock.stock (item_id, seller_id, is_limited, unit_price, total, available, open_time, limit_per_buyer,
                                hold_seconds)
       VALUES ($1, 1, true, 1000, $2, $2, '2026-01-01', 1000, 300) RETURNING item_id, available, version)
     INSERT INTO stock.ledger (item_id, reason, delta, available, version, at)
     SELECT item_id, 'OPENED', available, available, version, clock_timestamp() FROM fresh`,
    [item, units],
  )
}

interface Watched {
  writer: Writer
  /** How often a claim was reported as settled, and as unknown. */
  settled: Map<Claim, number>
  unknown: Map<Claim, number>
  changes: StockChange[]
  backends: Backend[]
  batches: number[]
}

async function openWriter(changes: { queueRowsMax?: number; batchRowsMax?: number } = {}): Promise<Watched> {
  const settled = new Map<Claim, number>()
  const unknown = new Map<Claim, number>()
  const told: StockChange[] = []
  const backends: Backend[] = []
  const batches: number[] = []
  const count = (reports: Map<Claim, number>, claims: readonly Claim[]): void => {
    for (const claim of claims) reports.set(claim, (reports.get(claim) ?? 0) + 1)
  }
  const log = pino({ level: 'silent' })
  const writer = createWriter({
    openConnection: (onReady) => createWriterConnection({ url: made.url, log, onReady }),
    log,
    clock: systemClock,
    timers: systemTimers,
    batchRowsMax: 500,
    queueRowsMax: 20_000,
    claimLeaseMs: 15_000,
    ...changes,
    events: {
      onSettled(claims, news) {
        count(settled, claims)
        told.push(...news)
      },
      onUnknown(claims, backend) {
        count(unknown, claims)
        backends.push(backend)
      },
      onBatch: (rows) => void batches.push(rows),
    },
  })
  writers.push(writer)
  await writer.start()
  return { writer, settled, unknown, changes: told, backends, batches }
}

const claimOf = (changes: Partial<Claim> = {}): Claim => ({
  itemId,
  buyerId: ++buyers,
  key: 'k',
  quantity: 1,
  priceKrw: undefined,
  ...changes,
})

/** The outcome's name, or the code of the refusal. */
const placed = async (writer: Writer, claim: Claim): Promise<string> =>
  nameOf(await Promise.allSettled([writer.place(claim, 0)]).then(([result]) => result))

function nameOf(result: PromiseSettledResult<PlaceOutcome>): string {
  if (result.status === 'fulfilled') return result.value.outcome
  return (result.reason as { code?: string }).code ?? String(result.reason)
}

/** In one turn of the event loop, so that they travel together. */
const placeAll = (writer: Writer, claims: readonly Claim[]): Promise<string[]> =>
  Promise.all(claims.map((claim) => placed(writer, claim)))

const times = (count: number, make: (i: number) => Claim): Claim[] =>
  Array.from({ length: count }, (_, i) => make(i))

async function withLock(item: number, work: () => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: made.url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    await client.query('BEGIN')
    await client.query('SELECT 1 FROM stock.stock WHERE item_id = $1 FOR UPDATE', [item])
    await work()
  } finally {
    await client.end()
  }
}

const WRITERS_HERE =
  "FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'hurry-up-order writer'"

async function untilWriterWaits(): Promise<void> {
  const waiting = async (): Promise<number | null> =>
    (await pool.query(`SELECT 1 ${WRITERS_HERE} AND wait_event_type = 'Lock'`)).rowCount
  await expect.poll(waiting, { timeout: 5_000, interval: 10 }).toBe(1)
}

const endWriterBackends = (): Promise<unknown> =>
  pool.query(`SELECT pg_terminate_backend(pid) ${WRITERS_HERE}`)

describe('a batch', () => {
  test('is written by one commit, and its numbers are told', async () => {
    await putUp(100)
    const { writer, settled, changes, batches } = await openWriter()
    const claims = times(50, () => claimOf())
    expect(await placeAll(writer, claims)).toEqual(claims.map(() => 'placed'))
    expect(batches).toEqual([50])
    expect(changes).toEqual([{ itemId, version: 2, available: 50 }])
    expect([...settled.values()]).toEqual(claims.map(() => 1))
    await expectExact(pool, itemId, [])
  })

  test('is as large as allowed, and the rest goes behind it in order', async () => {
    await putUp(100)
    const { writer, batches } = await openWriter({ batchRowsMax: 20 })
    const claims = times(50, () => claimOf())
    await placeAll(writer, claims)
    expect(batches).toEqual([20, 20, 10])
    const { orders } = await expectExact(pool, itemId, [])
    expect(orders.map(({ buyer_id }) => buyer_id)).toEqual(claims.map(({ buyerId }) => buyerId))
  })

  test.each([0, 7, 14])('with one bad row at %i loses this row alone', async (bad) => {
    await putUp(100)
    const { writer, settled, unknown } = await openWriter()
    const claims = times(15, (i) => claimOf(i === bad ? { key: BAD_KEY } : {}))
    const names = await placeAll(writer, claims)
    expect(names).toEqual(claims.map((_, i) => (i === bad ? 'SERVICE_UNAVAILABLE' : 'placed')))
    expect(claims.map((claim) => settled.get(claim))).toEqual(claims.map(() => 1))
    expect(unknown.size).toBe(0)
    const { orders } = await expectExact(pool, itemId, [])
    expect(orders.map(({ buyer_id }) => buyer_id)).toEqual(
      claims.filter((_, i) => i !== bad).map(({ buyerId }) => buyerId),
    )
    expect(await placed(writer, claimOf())).toBe('placed')
  })

  test('of bad rows only ends, too', async () => {
    await putUp()
    const { writer, settled } = await openWriter()
    const claims = times(4, () => claimOf({ key: BAD_KEY }))
    expect(await placeAll(writer, claims)).toEqual(claims.map(() => 'SERVICE_UNAVAILABLE'))
    expect(claims.map((claim) => settled.get(claim))).toEqual([1, 1, 1, 1])
  })
})

describe('a stock row that someone else holds locked', () => {
  test('refuses the claims of this item within seconds, and those of another in the same batch are placed', async () => {
    const other = itemId + 1
    await putUp()
    await putUp(100, other)
    const { writer, settled } = await openWriter()
    const claims = times(10, (i) => claimOf({ itemId: i % 2 === 0 ? itemId : other }))
    await withLock(itemId, async () => {
      const startedMs = performance.now()
      const names = await placeAll(writer, claims)
      expect(performance.now() - startedMs).toBeLessThan(10_000)
      expect(names).toEqual(claims.map((_, i) => (i % 2 === 0 ? 'SERVICE_UNAVAILABLE' : 'placed')))
      // Not waited for again so soon: neither is the next claim of the item, nor are those of others held up.
      const againMs = performance.now()
      const again = await placeAll(writer, [claimOf(), claimOf({ itemId: other })])
      expect(again).toEqual(['SERVICE_UNAVAILABLE', 'placed'])
      expect(performance.now() - againMs).toBeLessThan(900)
    })
    expect(claims.map((claim) => settled.get(claim))).toEqual(claims.map(() => 1))
    await expect.poll(() => placed(writer, claimOf()), { timeout: 10_000 }).toBe('placed')
    await expectExact(pool, itemId, [])
    await expectExact(pool, other, [])
  })

  test('that is released in time only delays', async () => {
    await putUp()
    const { writer } = await openWriter()
    let outcome: Promise<string> | undefined
    await withLock(itemId, async () => {
      outcome = placed(writer, claimOf())
      await untilWriterWaits()
    })
    expect(await outcome).toBe('placed')
  })
})

describe('a lost backend', () => {
  test('leaves the claims it had unknown, and the writer places again by itself', async () => {
    await putUp()
    const watched = await openWriter()
    const { writer, settled, unknown, backends } = watched
    expect(await placed(writer, claimOf())).toBe('placed')
    settled.clear()
    const claims = times(3, () => claimOf())
    await withLock(itemId, async () => {
      const names = placeAll(writer, claims)
      await untilWriterWaits()
      await endWriterBackends()
      expect(await names).toEqual(claims.map(() => 'SERVICE_UNAVAILABLE'))
    })
    expect(claims.map((claim) => unknown.get(claim))).toEqual([1, 1, 1])
    expect(settled.size).toBe(0)
    expect(backends).toEqual([{ pid: expect.any(Number), startedAt: expect.any(Number) }])
    await expect.poll(() => placed(writer, claimOf()), { timeout: 10_000 }).toBe('placed')
    const { orders } = await expectExact(pool, itemId, [])
    const kept = new Set(orders.map(({ buyer_id }) => buyer_id))
    expect(claims.filter(({ buyerId }) => kept.has(buyerId))).toEqual([])
  })

  test('that was idle costs at most a refusal', async () => {
    await putUp()
    const { writer, settled, unknown } = await openWriter()
    await endWriterBackends()
    const claim = claimOf()
    await placed(writer, claim)
    expect((settled.get(claim) ?? 0) + (unknown.get(claim) ?? 0)).toBe(1)
    await expect.poll(() => placed(writer, claimOf()), { timeout: 10_000 }).toBe('placed')
    await expectExact(pool, itemId, [])
  })

  test('of a writer that was stopped leaves nobody waiting', async () => {
    await putUp()
    const { writer, settled } = await openWriter()
    await writer.stop()
    const claim = claimOf()
    expect(await placed(writer, claim)).toBe('SERVICE_UNAVAILABLE')
    expect(settled.get(claim)).toBe(1)
  })
})

describe('the queue', () => {
  test('past its bound refuses at once', async () => {
    await putUp()
    const { writer, settled } = await openWriter({ queueRowsMax: 2 })
    const claims = times(5, () => claimOf())
    await withLock(itemId, async () => {
      const first = placed(writer, claimOf())
      await untilWriterWaits()
      const names = claims.map((claim) => placed(writer, claim))
      expect(writer.depth()).toBe(2)
      const startedMs = performance.now()
      expect(await Promise.all(names.slice(2))).toEqual(names.slice(2).map(() => 'SERVICE_UNAVAILABLE'))
      expect(performance.now() - startedMs).toBeLessThan(500)
      expect(claims.map((claim) => settled.get(claim) ?? 0)).toEqual([0, 0, 1, 1, 1])
      await pool.query(`SELECT pg_cancel_backend(pid) ${WRITERS_HERE}`)
      expect(await first).toBe('SERVICE_UNAVAILABLE')
    })
    await expect.poll(() => writer.depth()).toBe(0)
    await expect.poll(() => claims.map((claim) => settled.get(claim))).toEqual([1, 1, 1, 1, 1])
    await expectExact(pool, itemId, [])
  })

  test('is written before the writer stops', async () => {
    await putUp()
    const { writer } = await openWriter({ batchRowsMax: 5 })
    const names = placeAll(
      writer,
      times(23, () => claimOf()),
    )
    await writer.stop()
    expect(await names).toEqual(Array.from({ length: 23 }, () => 'placed'))
    await expectExact(pool, itemId, [])
  })
})

describe('a statement that PostgreSQL rolled back', () => {
  /** The first `count` batches that place something fail with this state; a sequence is not rolled back. */
  const failAtFirst = async (count: number, state: string): Promise<void> => {
    await pool.query('CREATE SEQUENCE IF NOT EXISTS public.fails')
    await pool.query('ALTER SEQUENCE public.fails RESTART')
    await pool.query(`CREATE OR REPLACE FUNCTION public.fail_at_first() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF nextval('public.fails') <= ${count} THEN RAISE EXCEPTION 'for the test' USING ERRCODE = '${state}'; END IF;
        RETURN NULL;
      END $$`)
    await pool.query(`CREATE OR REPLACE TRIGGER fail_at_first AFTER INSERT ON orders.orders
      FOR EACH STATEMENT EXECUTE FUNCTION public.fail_at_first()`)
  }

  test.each([
    ['a deadlock', '40P01'],
    ['a serialisation failure', '40001'],
  ])('for %s is tried again', async (_name, state) => {
    await putUp()
    const { writer, settled } = await openWriter()
    await failAtFirst(3, state)
    const claims = times(4, () => claimOf())
    expect(await placeAll(writer, claims)).toEqual(claims.map(() => 'placed'))
    expect(claims.map((claim) => settled.get(claim))).toEqual([1, 1, 1, 1])
    await expectExact(pool, itemId, [])
  })

  test('again and again is refused after a few tries', async () => {
    await putUp()
    const { writer, settled } = await openWriter()
    await failAtFirst(1_000, '40P01')
    const claim = claimOf()
    expect(await placed(writer, claim)).toBe('SERVICE_UNAVAILABLE')
    expect(settled.get(claim)).toBe(1)
    const { rows } = await pool.query<{ tries: number }>('SELECT last_value AS tries FROM public.fails')
    expect(rows[0]!.tries).toBeLessThanOrEqual(5)
    expect((await expectExact(pool, itemId, [])).orders).toEqual([])
  })

  test('for a reason of its own is refused, and what comes next is placed', async () => {
    await putUp()
    const { writer, settled, unknown } = await openWriter()
    await failAtFirst(1, 'P0001')
    const claims = times(3, () => claimOf())
    expect(await placeAll(writer, claims)).toEqual(claims.map(() => 'SERVICE_UNAVAILABLE'))
    expect(claims.map((claim) => settled.get(claim))).toEqual([1, 1, 1])
    expect(unknown.size).toBe(0)
    expect(await placed(writer, claimOf())).toBe('placed')
  })
})

describe('every claim', () => {
  test('is reported exactly once, whatever happens meanwhile, and as it really went', async () => {
    const random = randomOf(runSeed())
    const items = [itemId, itemId + 1, itemId + 2]
    for (const item of items) await putUp(300, item)
    const { writer, settled, unknown } = await openWriter({ batchRowsMax: 40, queueRowsMax: 150 })
    const handed: { claim: Claim; name: Promise<string> }[] = []
    const until = Date.now() + 4_000
    const press = async (): Promise<void> => {
      while (Date.now() < until) {
        for (let i = random() * 30; i > 0; i--) {
          const bad = random() < 0.01
          const item = items[Math.floor(random() * items.length)]!
          const claim = claimOf({ itemId: item, ...(bad && { key: BAD_KEY }) })
          handed.push({ claim, name: placed(writer, claim) })
        }
        await sleep(random() * 10)
      }
    }
    const harm = async (): Promise<void> => {
      while (Date.now() < until) {
        await sleep(200 + random() * 400)
        await withLock(items[0]!, async () => {
          await sleep(20 + random() * 100)
          if (random() < 0.6) await endWriterBackends()
        })
        if (random() < 0.3) await endWriterBackends()
      }
    }
    await Promise.all([press(), press(), harm()])
    const names = await Promise.all(handed.map(({ name }) => name))
    const reports = handed.map(({ claim }) => (settled.get(claim) ?? 0) + (unknown.get(claim) ?? 0))
    expect(reports.filter((count) => count !== 1)).toEqual([])
    const { rows } = await pool.query<{ buyer_id: number }>(
      'SELECT buyer_id FROM orders.orders WHERE sale_item_id = ANY ($1)',
      [items],
    )
    const kept = new Set(rows.map((row) => row.buyer_id))
    const wrong = handed.filter(({ claim }, i) => {
      if (names[i] === 'placed') return !kept.has(claim.buyerId)
      return settled.has(claim) && kept.has(claim.buyerId)
    })
    expect(wrong).toEqual([])
    expect(names).toContain('placed')
    expect(names).toContain('SERVICE_UNAVAILABLE')
    expect(unknown.size).toBeGreaterThan(0)
    for (const item of items) await expectExact(pool, item, [])
  })
})
