// The function that decides, called past the service: two connections at its heels, in the orders that go wrong elsewhere.
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { PlaceOutcome } from '../../server/modules/order/contract.ts'
import { placeLimitedOrders } from '../../server/modules/order/sql.ts'
import type { StockChange } from '../../server/modules/stock/contract.ts'
import { pgTypes } from '../../server/platform/db.ts'
import { newDatabase } from '../support/postgres.ts'
import { expectExact } from '../support/sale.ts'

interface Asked {
  buyer: number
  key?: string
  quantity?: number
  item?: number
  price?: number
  sequence?: number
}

type Decision = { outcomes: PlaceOutcome[]; changes: StockChange[] }

let drop: () => Promise<void>
let pool: pg.Pool
let first: pg.Client
let second: pg.Client
let itemId = 0

const HOUR_MS = 3_600_000

beforeAll(async () => {
  const made = await newDatabase('place-limited-orders')
  drop = made.drop
  pool = new pg.Pool({ connectionString: made.url, max: 4, types: pgTypes })
  pool.on('error', () => undefined)
  ;[first, second] = [0, 1].map(
    () => new pg.Client({ connectionString: made.url, types: pgTypes, statement_timeout: 20_000 }),
  ) as [pg.Client, pg.Client]
  for (const client of [first, second]) {
    client.on('error', () => undefined)
    await client.connect()
  }
})
afterAll(async () => {
  await first?.end()
  await second?.end()
  await pool?.end()
  await drop?.()
})
beforeEach(async () => {
  await first.query('ROLLBACK')
  await second.query('ROLLBACK')
  itemId += 10
})

async function putUp(
  units: number,
  { limit = 1, item = itemId, openInMs = -HOUR_MS, closeInMs = HOUR_MS, price = 1_000 } = {},
): Promise<void> {
  await pool.query(
    `WITH fresh AS (
       INSERT INTO stock.stock (item_id, seller_id, is_limited, unit_price, total, available, open_time, close_time,
                                limit_per_buyer, hold_seconds)
       VALUES ($1, 1, true, $2, $3, $3, clock_timestamp() + make_interval(secs => $4),
               clock_timestamp() + make_interval(secs => $5), $6, 300)
       RETURNING item_id, available, version)
     INSERT INTO stock.ledger (item_id, reason, delta, available, version, at)
     SELECT item_id, 'OPENED', available, available, version, clock_timestamp() FROM fresh`,
    [item, price, units, openInMs / 1000, closeInMs / 1000, limit],
  )
}

const place = (client: pg.Client, ...batch: Asked[]): Promise<Decision> =>
  placeLimitedOrders(
    client,
    batch.map(({ buyer, key = `key-${buyer}`, quantity = 1, item = itemId, price, sequence = 0 }) => ({
      claim: { itemId: item, buyerId: buyer, key, quantity, priceKrw: price },
      sequence,
    })),
  )

const names = ({ outcomes }: Decision): string[] => outcomes.map(({ outcome }) => outcome)

function orderOf(decision: Decision, i: number): number {
  const outcome = decision.outcomes[i]!
  return 'order' in outcome ? outcome.order.orderId : Number.NaN
}

/** Resolves once `client` waits for a lock. */
async function untilWaiting(client: pg.Client): Promise<void> {
  const { processID } = client as unknown as { processID: number }
  for (let i = 0; i < 500; i++) {
    const { rowCount } = await pool.query('SELECT 1 FROM pg_locks WHERE pid = $1 AND NOT granted', [
      processID,
    ])
    if ((rowCount ?? 0) > 0) return
    await sleep(10)
  }
  throw new Error('it never waited')
}

/** The batch waits behind whatever `holder` does in its transaction, which then ends as `end` says. */
async function behind(
  holder: () => Promise<unknown>,
  batch: Asked[],
  end: 'COMMIT' | 'ROLLBACK' = 'COMMIT',
): Promise<Decision> {
  await first.query('BEGIN')
  await holder()
  const waiting = place(second, ...batch)
  await untilWaiting(second)
  await first.query(end)
  return waiting
}

describe('a batch that waited for the lock of another', () => {
  test('counts what the other gave the same buyer for the limit', async () => {
    await putUp(10, { limit: 1 })
    const decided = await behind(() => place(first, { buyer: 1, key: 'a' }), [{ buyer: 1, key: 'b' }])
    expect(names(decided)).toEqual(['limit_reached'])
    expect((await expectExact(pool, itemId, [])).orders).toHaveLength(1)
  })

  test('gives the rest of a limit and no more', async () => {
    await putUp(10, { limit: 3 })
    const decided = await behind(
      () => place(first, { buyer: 1, key: 'a', quantity: 2 }),
      [
        { buyer: 1, key: 'b', quantity: 2 },
        { buyer: 1, key: 'c' },
        { buyer: 1, key: 'd' },
      ],
    )
    expect(names(decided)).toEqual(['limit_reached', 'placed', 'limit_reached'])
    await expectExact(pool, itemId, [])
  })

  test('finds the key of the other, and its innocent neighbour is placed', async () => {
    await putUp(10)
    let holder: Decision | undefined
    const decided = await behind(async () => {
      holder = await place(first, { buyer: 1, key: 'same' })
    }, [
      { buyer: 2, key: 'before' },
      { buyer: 1, key: 'same' },
      { buyer: 3, key: 'after' },
    ])
    expect(names(decided)).toEqual(['placed', 'replay', 'placed'])
    expect(decided.outcomes[1]).toEqual({ ...holder!.outcomes[0], outcome: 'replay' })
    expect((await expectExact(pool, itemId, [])).orders).toHaveLength(3)
  })

  test('refuses the key of the other with another quantity, and places the neighbour', async () => {
    await putUp(10, { limit: 5 })
    const decided = await behind(
      () => place(first, { buyer: 1, key: 'same' }),
      [{ buyer: 1, key: 'same', quantity: 2 }, { buyer: 2 }],
    )
    expect(names(decided)).toEqual(['key_reused', 'placed'])
    await expectExact(pool, itemId, [])
  })

  test('does not sell the last unit twice', async () => {
    await putUp(1)
    const decided = await behind(() => place(first, { buyer: 1 }), [{ buyer: 2 }, { buyer: 1 }])
    expect(names(decided)).toEqual(['sold_out', 'replay'])
    expect(decided.changes).toEqual([{ itemId, version: 2, available: 0 }])
    await expectExact(pool, itemId, [])
  })

  test('sells a unit that was released while it waited', async () => {
    await putUp(1)
    const orderId = orderOf(await place(first, { buyer: 1, key: 'won' }), 0)
    const decided = await behind(async () => {
      await first.query("UPDATE orders.orders SET status = 'CANCELED' WHERE id = $1", [orderId])
      await first.query("SELECT * FROM orders.give_back_units(ARRAY[$1::bigint], 'CANCELED', 1)", [orderId])
    }, [{ buyer: 2 }, { buyer: 1, key: 'won' }, { buyer: 3 }])
    expect(names(decided)).toEqual(['placed', 'replay', 'sold_out'])
    await expectExact(pool, itemId, [])
  })

  test('frees the limit of a buyer whose order ended while it waited', async () => {
    await putUp(5)
    const orderId = orderOf(await place(first, { buyer: 1, key: 'a' }), 0)
    const decided = await behind(async () => {
      await first.query("UPDATE orders.orders SET status = 'EXPIRED' WHERE id = $1", [orderId])
      await first.query("SELECT * FROM orders.give_back_units(ARRAY[$1::bigint], 'EXPIRED', NULL)", [orderId])
    }, [{ buyer: 1, key: 'b' }])
    expect(names(decided)).toEqual(['placed'])
    await expectExact(pool, itemId, [])
  })

  test('places what the other took and rolled back, without a gap in the numbers', async () => {
    await putUp(1)
    const decided = await behind(
      () => place(first, { buyer: 1, key: 'a' }),
      [
        { buyer: 1, key: 'a' },
        { buyer: 2, key: 'b' },
      ],
      'ROLLBACK',
    )
    expect(names(decided)).toEqual(['placed', 'sold_out'])
    expect((await expectExact(pool, itemId, [])).orders.map(({ commit_no }) => commit_no)).toEqual([1])
  })

  test('is decided by the time after the wait: a sale that opened meanwhile sells', async () => {
    await putUp(1, { openInMs: 600 })
    await first.query('BEGIN')
    await first.query('SELECT 1 FROM stock.stock WHERE item_id = $1 FOR UPDATE', [itemId])
    const waiting = place(second, { buyer: 1 })
    await untilWaiting(second)
    await sleep(800)
    await first.query('COMMIT')
    expect(names(await waiting)).toEqual(['placed'])
    const { orders } = await expectExact(pool, itemId, [])
    expect(orders.map(({ early }) => early)).toEqual([false])
  })

  test('is decided by the time after the wait: a sale that closed meanwhile sells nothing', async () => {
    await putUp(1, { closeInMs: 600 })
    await first.query('BEGIN')
    await first.query('SELECT 1 FROM stock.stock WHERE item_id = $1 FOR UPDATE', [itemId])
    const waiting = place(second, { buyer: 1 })
    await untilWaiting(second)
    await sleep(800)
    await first.query('COMMIT')
    expect(names(await waiting)).toEqual(['closed'])
  })

  test('obeys a pause that was committed while it waited', async () => {
    await putUp(1)
    const decided = await behind(
      () =>
        first.query(
          "UPDATE stock.stock SET sale_state = 'PAUSED', version = version + 1 WHERE item_id = $1",
          [itemId],
        ),
      [{ buyer: 1 }],
    )
    expect(names(decided)).toEqual(['paused'])
    await expectExact(pool, itemId, [])
  })

  test('does not wait for an order that someone else has locked', async () => {
    await putUp(5, { limit: 2 })
    const orderId = orderOf(await place(first, { buyer: 1, key: 'a' }), 0)
    await first.query('BEGIN')
    await first.query('SELECT 1 FROM orders.orders WHERE id = $1 FOR UPDATE', [orderId])
    const decided = await place(second, { buyer: 1, key: 'a' }, { buyer: 1, key: 'b' }, { buyer: 2 })
    await first.query('COMMIT')
    expect(names(decided)).toEqual(['replay', 'placed', 'placed'])
    await expectExact(pool, itemId, [])
  })

  test('never deadlocks with another that names the items the other way round', async () => {
    const other = itemId + 1
    await putUp(400, { limit: 1_000 })
    await putUp(400, { limit: 1_000, item: other })
    for (let i = 0; i < 60; i++) {
      const asked = (buyer: number, ...items: number[]): Asked[] =>
        items.map((item) => ({ buyer, key: `round-${i}-${item}`, item }))
      const decided = await Promise.all([
        place(first, ...asked(1, itemId, other)),
        place(second, ...asked(2, other, itemId)),
      ])
      expect(decided.flatMap(names)).toEqual(['placed', 'placed', 'placed', 'placed'])
    }
    await expectExact(pool, itemId, [])
    await expectExact(pool, other, [])
  })
})

describe('a batch', () => {
  test('sells all it can in order of arrival, with replays, limits and quantities in it', async () => {
    await putUp(5, { limit: 2 })
    const decided = await place(
      first,
      { buyer: 1, key: 'a', quantity: 1 },
      { buyer: 1, key: 'a', quantity: 1 },
      { buyer: 1, key: 'b', quantity: 1 },
      { buyer: 2, key: 'a', quantity: 2 },
      { buyer: 1, key: 'c', quantity: 1 },
      { buyer: 3, key: 'a', quantity: 2 },
      { buyer: 4, key: 'a', quantity: 1 },
    )
    expect(names(decided)).toEqual([
      'placed',
      'replay',
      'placed',
      'placed',
      'limit_reached',
      'sold_out',
      'placed',
    ])
    expect(orderOf(decided, 1)).toBe(orderOf(decided, 0))
    expect(decided.changes).toEqual([{ itemId, version: 2, available: 0 }])
    const { available, orders } = await expectExact(pool, itemId, [])
    expect(available).toBe(0)
    expect(orders.map(({ buyer_id, quantity }) => [buyer_id, quantity])).toEqual([
      [1, 1],
      [1, 1],
      [2, 2],
      [4, 1],
    ])
  })

  test('binds a key by a placed order only: refused at first, the same key may place later in it', async () => {
    await putUp(1)
    const decided = await place(
      first,
      { buyer: 1, key: 'k', quantity: 2 },
      { buyer: 1, key: 'k' },
      { buyer: 1, key: 'k', quantity: 2 },
    )
    expect(names(decided)).toEqual(['sold_out', 'placed', 'key_reused'])
    await expectExact(pool, itemId, [])
  })

  test('answers for each of several items, known or not', async () => {
    await putUp(2)
    await putUp(1, { item: itemId + 1, price: 500 })
    const unknown = itemId + 9
    const decided = await place(
      first,
      { buyer: 1, item: itemId + 1 },
      { buyer: 1, item: unknown },
      { buyer: 2, price: 1_000 },
      { buyer: 3, price: 999 },
      { buyer: 2, item: itemId + 1 },
    )
    expect(names(decided)).toEqual(['placed', 'no_item', 'placed', 'price_changed', 'sold_out'])
    expect(decided.changes).toEqual([
      { itemId, version: 2, available: 1 },
      { itemId: itemId + 1, version: 2, available: 0 },
    ])
    await expectExact(pool, itemId, [])
    await expectExact(pool, itemId + 1, [])
  })

  test('of refusals alone writes nothing', async () => {
    await putUp(1, { openInMs: HOUR_MS, closeInMs: 2 * HOUR_MS })
    const decided = await place(first, { buyer: 1 }, { buyer: 2, item: itemId + 9 })
    expect(names(decided)).toEqual(['not_open', 'no_item'])
    expect(decided.changes).toEqual([{ itemId, version: 1, available: 1 }])
    const { orders, commitNo } = await expectExact(pool, itemId, [])
    expect([orders.length, commitNo]).toEqual([0, 0])
  })

  test('keeps keys apart that only a careless array literal would mix up', async () => {
    const keys = ['a"b', String.raw`a\b`, String.raw`a\\b`, '{a,b}', 'a,b', 'NULL', 'null', "a'b", '"', '\\']
    await putUp(keys.length, { limit: 100 })
    const asked = keys.map((key) => ({ buyer: 1, key }))
    const decided = await place(first, ...asked)
    expect(names(decided)).toEqual(keys.map(() => 'placed'))
    const { orders } = await expectExact(pool, itemId, [])
    expect(orders.map(({ idem_key }) => idem_key)).toEqual(keys)
    expect(names(await place(first, ...asked))).toEqual(keys.map(() => 'replay'))
  })

  const EPOCH = 2 ** 32
  const BY_COMMIT = 2 ** 31
  const loadGate = (epoch: number, ago = '0 s'): Promise<unknown> =>
    pool.query(
      `UPDATE stock.stock SET gate_epoch = $2, gate_active = true, gate_loaded_at = clock_timestamp() - $3::interval
        WHERE item_id = $1`,
      [itemId, epoch, ago],
    )
  const sequencesOf = (...decided: Decision[]): number[] =>
    decided.flatMap(({ outcomes }) =>
      outcomes.map((outcome) => ('order' in outcome ? outcome.order.saleSequence : Number.NaN)),
    )

  test('numbers claims on their way from a replaced gate by commit, between that gate and the one that counts', async () => {
    await putUp(10)
    await loadGate(4)
    const asked = [3 * EPOCH + 7, 4 * EPOCH + 1, 2 * EPOCH + 8].map((sequence, i) => ({ buyer: i, sequence }))
    const between = 3 * EPOCH + BY_COMMIT
    expect(sequencesOf(await place(first, ...asked))).toEqual([between + 1, 4 * EPOCH + 1, between + 3])
    await expectExact(pool, itemId, [])
  })

  test('numbers by commit, after everything before, once anything went past the gate that counts', async () => {
    await putUp(10)
    await loadGate(4)
    const decided = [
      await place(
        first,
        { buyer: 1, sequence: 4 * EPOCH + 1 },
        { buyer: 2 },
        { buyer: 3, sequence: 4 * EPOCH + 2 },
      ),
      // The gate of epoch 4 goes on until it has noticed.
      await place(second, { buyer: 4, sequence: 4 * EPOCH + 3 }),
    ]
    await loadGate(6)
    decided.push(await place(first, { buyer: 5, sequence: 6 * EPOCH + 1 }))
    // On its way since then: after PostgreSQL's own numbers, before those of the new gate.
    decided.push(await place(first, { buyer: 6, sequence: 4 * EPOCH + 4 }))
    const past = 5 * EPOCH + BY_COMMIT
    const should = [4 * EPOCH + 1, past + 2, past + 3, past + 4, 6 * EPOCH + 1, past + 6]
    expect(sequencesOf(...decided)).toEqual(should)
    await expectExact(pool, itemId, [])
  })

  test('numbers by commit where an old gate still gives numbers long after it was replaced', async () => {
    await putUp(10)
    await loadGate(4, '6 s')
    const decided = [
      await place(first, { buyer: 1, sequence: 4 * EPOCH + 1 }, { buyer: 2, sequence: 3 * EPOCH + 9 }),
      await place(first, { buyer: 3, sequence: 4 * EPOCH + 2 }, { buyer: 4, sequence: 9 * EPOCH + 1 }),
    ]
    const past = 5 * EPOCH + BY_COMMIT
    expect(sequencesOf(...decided)).toEqual([4 * EPOCH + 1, past + 2, past + 3, past + 4])
    await expectExact(pool, itemId, [])
  })
})
