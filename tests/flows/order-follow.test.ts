// What is told behind the sale: each order once, however many there are, however late they are seen, whoever looks.
import pg from 'pg'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Notice } from '../../server/modules/notice/contract.ts'
import {
  forgetOldNotices,
  tellEnding,
  tellPlaced,
  type FollowDeps,
} from '../../server/modules/order/follow.ts'
import { openDatabase, pgTypes, type Database } from '../../server/platform/db.ts'
import { newDatabase, type TestDatabase } from '../support/postgres.ts'

let made: TestDatabase
let pool: pg.Pool
let database: Database
let deps: FollowDeps
let told: Notice[] = []
let orders = 0
let isBusy = false

beforeAll(async () => {
  made = await newDatabase('order-follow')
  pool = new pg.Pool({ connectionString: made.url, max: 4, types: pgTypes })
  database = openDatabase({ url: made.url, poolMax: 4, log: pino({ level: 'silent' }) })
  const send = async (_tx: unknown, notices: readonly Notice[]): Promise<void> => void told.push(...notices)
  deps = { database, notices: { isOn: true, send }, busy: { isBusy: () => isBusy }, sliceSeconds: new Map() }
})
afterAll(async () => {
  await database?.close()
  await pool?.end()
  await made?.drop()
})
beforeEach(async () => {
  await pool.query('TRUNCATE orders.orders, orders.notice, orders.follow')
  // It begins where it is first looked from.
  await tellPlaced(deps)
  await tellEnding(deps)
  told = []
})

interface Made {
  count?: number
  /** From now. */
  createdSeconds?: number
  paySeconds?: number
  holdSeconds?: number
  status?: string
  paying?: string | null
}

/** Decided all at once. Their ids. */
async function place(made: Made = {}): Promise<number[]> {
  const {
    count = 1,
    createdSeconds = 0,
    paySeconds = 300,
    holdSeconds = 300,
    status = 'CREATED',
    paying = null,
  } = made
  const { rows } = await pool.query<{ id: number }>(
    `INSERT INTO orders.orders (id, buyer_id, sale_item_id, idem_key, quantity, total_price, status, sale_sequence,
                                commit_no, created_at, hold_seconds, pay_by, paying)
     SELECT n, n, 1, 'key ' || n, 1, 1000, $3, n, n, clock.at + make_interval(secs => $4), $5,
            clock.at + make_interval(secs => $6), $7
       FROM (SELECT clock_timestamp() AS at) clock, generate_series($1::bigint + 1, $1::bigint + $2::bigint) n
     RETURNING id`,
    [orders, count, status, createdSeconds, holdSeconds, paySeconds, paying],
  )
  orders += count
  return rows.map(({ id }) => id)
}

const toldIds = (): number[] => told.map(({ orderId }) => orderId).toSorted((a, b) => a - b)

describe('buyers are told that their order is placed', () => {
  test('once each, also where thousands are decided in one moment, and no faster than two hundred in a second', async () => {
    const ids = await place({ count: 1_500 })
    const later = await place({ count: 1_200 })
    const waits = [await tellPlaced(deps), await tellPlaced(deps), await tellPlaced(deps)]
    expect(toldIds()).toEqual([...ids, ...later])
    // Those of one moment are one slice, so that none falls between two.
    expect(waits[0]).toBe(7_500)
    expect(waits[1]).toBeGreaterThanOrEqual(5_000)
    expect(told[0]).toMatchObject({ kind: 'placed', cause: 'placed', userId: ids[0] })
    expect(told[0]!.goodUntilMs).toBeGreaterThan(Date.now() + 290_000)
  })

  test('ten times slower while the process is busy with what people wait for', async () => {
    await place({ count: 1_500 })
    await place()
    isBusy = true
    try {
      expect(await tellPlaced(deps)).toBe(75_000)
    } finally {
      isBusy = false
    }
  })

  test('in slices that are short while many order, and long again afterwards', async () => {
    await place({ count: 1_000 })
    await place({ count: 1_000 })
    await tellPlaced(deps)
    expect(deps.sliceSeconds.get('placed')).toBeLessThan(2)
    for (let turns = 0; turns < 20; turns++) await tellPlaced(deps)
    expect(deps.sliceSeconds.get('placed')).toBe(5)
    expect(told).toHaveLength(2_000)
  })

  test('once, by whichever process looks first', async () => {
    const ids = await place({ count: 300 })
    await Promise.all([tellPlaced(deps), tellPlaced(deps), tellPlaced(deps)])
    await tellPlaced(deps)
    expect(toldIds()).toEqual(ids)
  })

  test('also where an order is committed long after it was decided', async () => {
    await place()
    await tellPlaced(deps)
    const late = await place({ createdSeconds: -14 })
    await expect
      .poll(
        async () => {
          await tellPlaced(deps)
          return toldIds()
        },
        { timeout: 10_000, interval: 200 },
      )
      .toContain(late[0])
    expect(new Set(toldIds()).size).toBe(toldIds().length)
  })

  test('and of nothing that is old, after hours in which nobody told them', async () => {
    await pool.query(`UPDATE orders.follow SET at = at - interval '5 hours'`)
    await place({ createdSeconds: -2 * 60 * 60, paySeconds: -60 * 60 })
    const [recent] = await place({ createdSeconds: -55 * 60 })
    const [fresh] = await place()
    for (let turns = 0; (await tellPlaced(deps)) !== undefined; turns++) expect(turns).toBeLessThan(1_000)
    expect(toldIds()).toEqual([recent, fresh])
  })

  test('not, where the transaction that tells them fails: they are told the next time', async () => {
    const ids = await place({ count: 3 })
    const send = () => Promise.reject(new Error('the jobs are away'))
    await expect(tellPlaced({ ...deps, notices: { isOn: true, send } })).rejects.toThrow('the jobs are away')
    await tellPlaced(deps)
    expect(toldIds()).toEqual(ids)
  })
})

describe('buyers are told that their time is nearly over', () => {
  test('within its last minute, once, also where it is extended then', async () => {
    const [soon] = await place({ paySeconds: 60.5 })
    await place({ paySeconds: 120 })
    await tellEnding(deps)
    expect(toldIds()).toEqual([])
    await expect
      .poll(
        async () => {
          await tellEnding(deps)
          return toldIds()
        },
        { timeout: 5_000, interval: 100 },
      )
      .toEqual([soon])
    await pool.query(`UPDATE orders.orders SET pay_by = clock_timestamp() + interval '61 s' WHERE id = $1`, [
      soon,
    ])
    await new Promise((done) => setTimeout(done, 1_500))
    await tellEnding(deps)
    expect(toldIds()).toEqual([soon])
    expect(told[0]).toMatchObject({ kind: 'hold_ending', cause: 'hold_ending' })
  })

  test('not of what is paid, being paid, over, or was short from the start', async () => {
    const terms = { paySeconds: 60.2 }
    await place({ ...terms, status: 'PAID' })
    await place({ ...terms, paying: 'CHECKING' })
    await place({ ...terms, status: 'CANCELED' })
    await place({ ...terms, holdSeconds: 120 })
    const [refused] = await place({ ...terms, paying: 'REFUSED' })
    await new Promise((done) => setTimeout(done, 500))
    await tellEnding(deps)
    expect(toldIds()).toEqual([refused])
  })
})

test('who was told is forgotten after two days', async () => {
  await place({ count: 2 })
  await tellPlaced(deps)
  await pool.query(`UPDATE orders.notice SET at = at - interval '49 hours' WHERE order_id = $1`, [orders])
  await forgetOldNotices(deps)
  const { rows } = await pool.query<{ order_id: number }>('SELECT order_id FROM orders.notice')
  expect(rows.map((row) => row.order_id)).toEqual([orders - 1])
})
