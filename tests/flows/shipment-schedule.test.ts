// Steps that time takes, by the test's own clock: one hop each, once each, and none held up by another.
import { afterEach, describe, expect, test } from 'vitest'
import { DAY, HOUR, MINUTE, startShipping, type Shipping } from '../support/shipping.ts'

let shipping: Shipping
afterEach(() => shipping?.stop())

const SELLER = 101
const statuses = async (): Promise<unknown[]> =>
  (await shipping.rows('SELECT status FROM shipments.shipment ORDER BY id')).map(({ status }) => status)
const statusOfOrder = async (orderId: number): Promise<unknown> =>
  (await shipping.rows('SELECT status FROM orders.orders WHERE id = $1', [orderId]))[0]!['status']
const count = async (table: string): Promise<number> =>
  Number((await shipping.rows(`SELECT count(*) FROM ${table}`))[0]!['count'])

async function untilNothingIsDue(): Promise<number> {
  let turns = 1
  while (await shipping.turn()) turns++
  return turns
}

/** Orders of one unit each, with their shipments in ACCEPTANCE. */
async function accepted(orders: number): Promise<number[]> {
  const [itemId = 0] = await shipping.items(SELLER)
  const ids = await shipping.place(
    Array.from({ length: orders }, () => ({ lines: [{ itemId, quantity: 1 }] })),
  )
  await shipping.hearPaid(ids)
  return ids
}

/** A return that is on its way back, of an order that was delivered. */
async function returning(orderId: number, reversalId: number): Promise<void> {
  await shipping.pool.query("UPDATE orders.orders SET status = 'RETURN_REQUESTED' WHERE id = $1", [orderId])
  await shipping.pool.query(
    `WITH r AS (INSERT INTO orders.reversal (id, order_id, kind, status, amount, actor_id) OVERRIDING SYSTEM VALUE
                VALUES ($2, $1, 'RETURN', 'REQUESTED', 500, 7) RETURNING id)
     INSERT INTO orders.reversal_line (reversal_id, item_id, quantity)
     SELECT r.id, l.item_id, l.quantity FROM r, orders.line l WHERE l.order_id = $1`,
    [orderId, reversalId],
  )
  const lines = await shipping.rows(
    'SELECT item_id AS "itemId", quantity FROM orders.line WHERE order_id = $1',
    [orderId],
  )
  await shipping.database.transaction((tx) =>
    shipping.api.openReturn(tx, { orderId, reversalId, sellerId: SELLER, lines: lines as never }),
  )
}

describe('the schedule', () => {
  test('7.C.8: takes a shipment to SHIPPED (the original left created_at null, and nothing ever shipped)', async () => {
    shipping = await startShipping('ship-way')
    const [orderId = 0] = await accepted(1)
    const startedMs = shipping.now()
    const [fresh] = await shipping.rows('SELECT created_at, since, due_at FROM shipments.shipment')
    expect(fresh).toEqual({
      created_at: new Date(startedMs),
      since: new Date(startedMs),
      due_at: new Date(startedMs + 30 * MINUTE),
    })
    const seen = []
    for (const waitMs of [30 * MINUTE, DAY, DAY]) {
      shipping.advance(waitMs)
      expect(await shipping.turn()).toBe(false)
      seen.push([(await statuses())[0], await statusOfOrder(orderId)])
    }
    expect(seen).toEqual([
      ['READY', 'READY'],
      ['SHIPPING', 'SHIPPING'],
      ['SHIPPED', 'SHIPPED'],
    ])
    expect(
      await shipping.rows('SELECT from_status, to_status, actor_id, at FROM shipments.history ORDER BY id'),
    ).toEqual([
      { from_status: null, to_status: 'ACCEPTANCE', actor_id: null, at: new Date(startedMs) },
      {
        from_status: 'ACCEPTANCE',
        to_status: 'READY',
        actor_id: null,
        at: new Date(startedMs + 30 * MINUTE),
      },
      {
        from_status: 'READY',
        to_status: 'SHIPPING',
        actor_id: null,
        at: new Date(startedMs + 30 * MINUTE + DAY),
      },
      {
        from_status: 'SHIPPING',
        to_status: 'SHIPPED',
        actor_id: null,
        at: new Date(startedMs + 30 * MINUTE + 2 * DAY),
      },
    ])
    shipping.advance(100 * DAY)
    await shipping.turn()
    expect(await statuses()).toEqual(['SHIPPED'])
  })

  test('7.C.8: counts each step from the last move: READY does not become SHIPPED within an hour', async () => {
    shipping = await startShipping('ship-hour')
    await accepted(1)
    // Nobody looked for days: what is due goes on by one step, and waits its day again.
    shipping.advance(3 * DAY)
    for (let hour = 0; hour < 23; hour++) {
      await shipping.turn()
      expect(await statuses()).toEqual(['READY'])
      shipping.advance(HOUR)
    }
    shipping.advance(HOUR)
    for (let hour = 0; hour < 23; hour++) {
      await shipping.turn()
      expect(await statuses()).toEqual(['SHIPPING'])
      shipping.advance(HOUR)
    }
  })

  test('7.C.8: tells the new state, not the old one', async () => {
    shipping = await startShipping('ship-told')
    const [orderId = 0] = await accepted(1)
    const lineStatus = async (): Promise<unknown> =>
      (await shipping.rows('SELECT status FROM orders.line'))[0]!['status']
    const lines = []
    for (let step = 0; step < 3; step++) {
      shipping.advance(DAY)
      await shipping.turn()
      lines.push(await lineStatus())
    }
    expect(lines).toEqual(['READY', 'SHIPPING', 'SHIPPED'])
    const [shipment] = await shipping.rows('SELECT id FROM shipments.shipment')
    const event = { orderId, buyerId: 7, shipmentId: shipment!['id'] }
    expect(await shipping.told()).toEqual([
      { name: 'shipment.shipped', data: { ...event, carrier: null, trackingNumber: null } },
      { name: 'shipment.delivered', data: event },
    ])
  })

  test('does nothing before the time, and never where the time is 0', async () => {
    shipping = await startShipping('ship-early', { shipAfterMs: 0 })
    await accepted(1)
    shipping.advance(30 * MINUTE - 1)
    await shipping.turn()
    expect(await statuses()).toEqual(['ACCEPTANCE'])
    shipping.advance(1)
    await shipping.turn()
    shipping.advance(365 * DAY)
    await shipping.turn()
    expect(await statuses()).toEqual(['READY'])
  })

  test('receives returned goods, asks for their money and tells of it, once', async () => {
    shipping = await startShipping('ship-back')
    const [itemId = 0] = await shipping.items(SELLER)
    const [orderId = 0] = await shipping.place([{ status: 'SHIPPED', lines: [{ itemId, quantity: 2 }] }])
    await returning(orderId, 41)
    shipping.advance(DAY - 1)
    await shipping.turn()
    expect(await statuses()).toEqual(['RETURN_REQUESTED'])
    shipping.advance(1)
    await shipping.turn()
    await shipping.turn()
    expect(await statuses()).toEqual(['RETURNED'])
    expect(await shipping.told()).toEqual([
      {
        name: 'refund.asked',
        data: { orderId, amountKrw: 500, cause: 'reversal:41', reason: '반품' },
      },
      { name: 'shipment.returned', data: { orderId, buyerId: 7, reversalId: 41 } },
    ])
    expect(await shipping.rows('SELECT status FROM orders.reversal')).toEqual([{ status: 'REFUNDING' }])
  })
})

describe('7.C.4: one that fails', () => {
  test('does not stop the others, loses nothing, and is tried again (the original’s loop ended, its restock was lost)', async () => {
    shipping = await startShipping('ship-fails')
    const [itemId = 0] = await shipping.items(SELLER)
    const orderIds = await shipping.place(
      Array.from({ length: 5 }, () => ({ status: 'SHIPPED', lines: [{ itemId, quantity: 1 }] })),
    )
    for (const [i, orderId] of orderIds.entries()) await returning(orderId, 50 + i)
    shipping.advance(DAY)
    const failing = {
      async returnReceived(tx: never, reversalId: number) {
        if (reversalId === 52) throw new Error('payment is away')
        await shipping.orders.returnReceived(tx, reversalId)
      },
    }
    await shipping.turn(failing)
    expect(await statuses()).toEqual(['RETURNED', 'RETURNED', 'RETURN_REQUESTED', 'RETURNED', 'RETURNED'])
    // RETURNED and its money are one: neither without the other.
    const asked = (await shipping.told()).filter(({ name }) => name === 'refund.asked')
    expect(asked.map(({ data }) => data['cause'])).toEqual([50, 51, 53, 54].map((id) => `reversal:${id}`))
    // It makes room for a minute, then it is its turn again.
    await shipping.turn()
    expect((await statuses())[2]).toBe('RETURN_REQUESTED')
    shipping.advance(MINUTE)
    await shipping.turn()
    expect(new Set(await statuses())).toEqual(new Set(['RETURNED']))
  })

  test('is passed over where somebody holds its order locked', { timeout: 30_000 }, async () => {
    shipping = await startShipping('ship-locked')
    const [held = 0] = await accepted(3)
    shipping.advance(30 * MINUTE)
    const blocker = await shipping.pool.connect()
    await blocker.query('BEGIN')
    await blocker.query('SELECT 1 FROM orders.orders WHERE id = $1 FOR UPDATE', [held])
    await shipping.turn()
    expect(await statuses()).toEqual(['ACCEPTANCE', 'READY', 'READY'])
    await blocker.query('ROLLBACK')
    blocker.release()
    shipping.advance(MINUTE)
    await shipping.turn()
    expect(await statuses()).toEqual(['READY', 'READY', 'READY'])
  })
})

describe('several schedules', () => {
  test(
    '7.C.4: at once take each step once (the original’s instances all took it)',
    { timeout: 60_000 },
    async () => {
      shipping = await startShipping('ship-race')
      await accepted(1_200)
      for (const waitMs of [30 * MINUTE, DAY, DAY]) {
        shipping.advance(waitMs)
        await Promise.all(Array.from({ length: 4 }, () => untilNothingIsDue()))
      }
      expect(new Set(await statuses())).toEqual(new Set(['SHIPPED']))
      expect(await count('shipments.history')).toBe(4 * 1_200)
      expect(await count('orders.history')).toBe(3 * 1_200)
      const told = await shipping.told()
      for (const name of ['shipment.shipped', 'shipment.delivered']) {
        const ids = told.filter((one) => one.name === name).map(({ data }) => data['shipmentId'])
        expect([ids.length, new Set(ids).size]).toEqual([1_200, 1_200])
      }
    },
  )

  test('7.C.4: receive each return once', async () => {
    shipping = await startShipping('ship-race-back')
    const [itemId = 0] = await shipping.items(SELLER)
    const orderIds = await shipping.place(
      Array.from({ length: 20 }, () => ({ status: 'SHIPPED', lines: [{ itemId, quantity: 1 }] })),
    )
    for (const [i, orderId] of orderIds.entries()) await returning(orderId, 100 + i)
    shipping.advance(DAY)
    await Promise.all(Array.from({ length: 4 }, () => shipping.turn()))
    const asked = (await shipping.told()).filter(({ name }) => name === 'refund.asked')
    expect(asked).toHaveLength(20)
    expect(new Set(asked.map(({ data }) => data['cause'])).size).toBe(20)
  })

  test(
    '10,000 that are due go on in bounded batches, the longest due first',
    { timeout: 120_000 },
    async () => {
      shipping = await startShipping('ship-many')
      await accepted(5_000)
      shipping.advance(MINUTE)
      await accepted(5_000)
      shipping.advance(DAY)
      expect(await shipping.turn()).toBe(true)
      expect(
        await shipping.rows("SELECT count(*), max(id) FROM shipments.shipment WHERE status = 'READY'"),
      ).toEqual([{ count: 500, max: expect.any(Number) }])
      const [{ max: newest } = {}] = await shipping.rows(
        "SELECT max(o.id) FROM shipments.shipment o WHERE o.status = 'READY' AND o.created_at > (SELECT min(created_at) FROM shipments.shipment)",
      )
      expect(newest).toBeNull()
      const startedMs = performance.now()
      const turns = await untilNothingIsDue()
      console.log(`9,500 shipments in ${turns} turns: ${Math.round(performance.now() - startedMs)} ms`)
      expect(turns).toBe(20)
      expect(new Set(await statuses())).toEqual(new Set(['READY']))
    },
  )
})
