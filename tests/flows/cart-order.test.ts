// Ordering from the cart: one order, all or nothing, and its lines leave the cart with it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tally, tokenOf, type Answer } from '../support/buyers.ts'
import { CARTS, cartsOf, newMember, said, seller, shelfOf, withLostAnswers } from '../support/member-lists.ts'
import { ORDERS } from '../support/orders.ts'
import { ITEMS, startShop, type Shop } from '../support/sale-app.ts'
import { openSale } from '../support/sale.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startShop('cart-order')
})
afterAll(() => shop?.stop())

const { publish, takeOff, left } = shelfOf(() => shop)
const { call, add, linesOf } = cartsOf(() => shop)
const order = (userId: number, body?: unknown, key?: string): Promise<Answer> =>
  call('POST', '/order', userId, { body, ...(key !== undefined && { key }) })
const put = async (userId: number, ...lines: [itemId: number, quantity: number][]): Promise<void> => {
  const body = lines.map(([itemId, quantity]) => ({ itemId, quantity }))
  expect(said(await add(userId, body))).toBe('204')
}
const ordersOf = async (
  userId: number,
): Promise<{ orderItemList: { itemId: number; quantity: number }[] }[]> =>
  (await shop.client.send('GET', ORDERS, { token: tokenOf(userId) })).body.content
const RECIPIENT = { name: '김수령', phoneNumber: '010-2345-6789', address: '부산광역시 해운대구 1' }
const CREATED = '201'
const NOT_ENOUGH = '409 NOT_ENOUGH_STOCK'
const NOTHING = '409 NOTHING_TO_ORDER'
const IN_FLIGHT = '409 IDEMPOTENCY_IN_FLIGHT'

describe('an order of the cart', () => {
  test('7.G: takes every normal line at the prices of now, and they leave the cart (declared by the original, never built)', async () => {
    const userId = newMember()
    const [one, two] = [await publish({ price: 500 }), await publish({ price: 1_250 })]
    const limited = await openSale(shop.client, { quantity: 5 })
    await put(userId, [one, 3], [limited, 1], [two, 2])
    const text = { name: 'Plain mug', description: 'A normal item of the tests', price: 700 }
    await shop.client.send('PUT', `${ITEMS}/${one}`, { token: seller, body: text })
    const { status, body } = await order(userId)
    expect(status, JSON.stringify(body)).toBe(201)
    expect(body).toMatchObject({
      userId,
      totalSum: 4_600,
      status: 'CREATED',
      orderItemList: [
        { itemId: one, quantity: 3, unitPrice: 700, totalSum: 2_100 },
        { itemId: two, quantity: 2, unitPrice: 1_250, totalSum: 2_500 },
      ],
    })
    expect(await linesOf(userId)).toEqual([[limited, 1]])
    expect([await left(one), await left(two), await left(limited)]).toEqual([7, 8, 5])
    const got = await shop.client.send('GET', `${ORDERS}/${body.orderId}`, { token: tokenOf(userId) })
    expect([got.status, got.body.totalSum]).toEqual([200, 4_600])
  })

  test('takes only the named lines, each once', async () => {
    const userId = newMember()
    const [one, two] = [await publish(), await publish()]
    await put(userId, [one, 3], [two, 2])
    const { status, body } = await order(userId, { itemIds: [two, two] })
    expect(status, JSON.stringify(body)).toBe(201)
    expect(body.orderItemList).toMatchObject([{ itemId: two, quantity: 2 }])
    expect(await linesOf(userId)).toEqual([[one, 3]])
    expect(await left(one)).toBe(10)
  })

  test('is refused whole, and the cart stays as it is', async () => {
    const userId = newMember()
    const [plenty, few] = [await publish(), await publish({ quantity: 1 })]
    const limited = await openSale(shop.client, { quantity: 5 })
    const lines: [number, number][] = [
      [plenty, 1],
      [few, 2],
      [limited, 1],
    ]
    await put(userId, ...lines)
    for (const [body, expected] of [
      [undefined, NOT_ENOUGH],
      [{}, NOT_ENOUGH],
      [null, NOT_ENOUGH],
      [{ itemIds: [plenty, few] }, NOT_ENOUGH],
      [{ itemIds: [plenty, limited] }, '409 LIMITED_ITEM'],
      [{ itemIds: [plenty, 987_654] }, '404 NOT_FOUND_CART_ITEM'],
    ] as const) {
      const answer = await order(userId, body)
      expect(said(answer), JSON.stringify(body)).toBe(expected)
      if (answer.status === 404)
        expect(answer.body.errors).toMatchObject([{ field: 'itemIds', value: '987654' }])
    }
    expect(await linesOf(userId)).toEqual(lines)
    expect(await ordersOf(userId)).toEqual([])
    expect([await left(plenty), await left(few), await left(limited)]).toEqual([10, 1, 5])
  })

  test('of nothing that can be ordered says so', async () => {
    const userId = newMember()
    expect(said(await order(userId))).toBe(NOTHING)
    await put(userId, [await openSale(shop.client, { quantity: 5 }), 1])
    const gone = await publish()
    await put(userId, [gone, 1])
    await takeOff(gone)
    await expect.poll(async () => said(await order(userId)), { timeout: 3_000 }).toBe(NOTHING)
    expect(said(await order(userId, { itemIds: [gone] }))).toBe('404 NOT_FOUND_ITEM')
    expect(await linesOf(userId)).toHaveLength(2)
  })

  test.each([
    [{ itemIds: [] }, 'itemIds'],
    [{ itemIds: [0] }, 'itemIds.0'],
    [{ itemIds: [2 ** 53] }, 'itemIds.0'],
    [{ itemIds: '1' }, 'itemIds'],
    [{ itemIds: Array(101).fill(1) }, 'itemIds'],
    [{ price: 1 }, 'price'],
    [[1], 'body'],
    ['text', 'body'],
  ])('asked for as %j is refused', async (body, field) => {
    const answer = await order(newMember(), body)
    expect(said(answer)).toBe('400 INVALID_INPUT_VALUE')
    expect(answer.body.errors.map((error: { field: string }) => error.field)).toEqual([field])
  })

  test('goes to whom it names, and to nobody where that is malformed', async () => {
    const userId = newMember()
    const itemId = await publish()
    await put(userId, [itemId, 2])
    for (const [wrong, field] of [
      [{ ...RECIPIENT, name: ' ' }, 'recipient.name'],
      [{ ...RECIPIENT, address: 'a\u0000b' }, 'recipient.address'],
      [{ ...RECIPIENT, phoneNumber: '12345' }, 'recipient.phoneNumber'],
      [{ ...RECIPIENT, email: 'a@b.example' }, 'recipient.email'],
      [{ name: RECIPIENT.name, address: RECIPIENT.address }, 'recipient.phoneNumber'],
    ] as const) {
      const answer = await order(userId, { recipient: wrong })
      expect(said(answer), field).toBe('400 INVALID_INPUT_VALUE')
      expect(answer.body.errors).toMatchObject([{ field, value: '' }])
    }
    expect(await linesOf(userId)).toEqual([[itemId, 2]])
    const placed = await order(userId, { recipient: RECIPIENT })
    expect(said(placed)).toBe(CREATED)
    const { body } = await shop.client.send('GET', `${ORDERS}/${placed.body.orderId}`, {
      token: tokenOf(userId),
    })
    expect(body.recipient).toEqual(RECIPIENT)
  })

  test('asks who the member is', async () => {
    expect(said(await shop.client.send('POST', `${CARTS}/order`))).toBe('401 UNAUTHENTICATED')
  })
})

describe('at the same time', () => {
  test('20 orders of one cart are one order of its lines', async () => {
    for (const quantity of [100, 5]) {
      const userId = newMember()
      const [one, two] = [await publish({ quantity }), await publish({ quantity: 100 })]
      await put(userId, [one, 5], [two, 2])
      const answers = await Promise.all(Array.from({ length: 20 }, () => order(userId)))
      expect(tally(answers)).toEqual({ 201: 1, [NOTHING]: 19 })
      expect(await linesOf(userId)).toEqual([])
      expect(await ordersOf(userId)).toHaveLength(1)
      expect([await left(one), await left(two)]).toEqual([quantity - 5, 98])
    }
  })

  test('20 orders of the same named line are one order', async () => {
    const userId = newMember()
    const [one, two] = [await publish({ quantity: 100 }), await publish()]
    await put(userId, [one, 5], [two, 2])
    const answers = await Promise.all(Array.from({ length: 20 }, () => order(userId, { itemIds: [one] })))
    expect(tally(answers)).toEqual({ 201: 1, '404 NOT_FOUND_CART_ITEM': 19 })
    expect(await linesOf(userId)).toEqual([[two, 2]])
    expect(await left(one)).toBe(95)
  })

  test('orders of different lines of one cart do not get in each other’s way', async () => {
    const userId = newMember()
    const items = await Promise.all(Array.from({ length: 6 }, () => publish()))
    await put(userId, ...items.map((itemId): [number, number] => [itemId, 1]))
    const answers = await Promise.all(items.map((itemId) => order(userId, { itemIds: [itemId] })))
    expect(tally(answers)).toEqual({ 201: 6 })
    expect(await linesOf(userId)).toEqual([])
  })

  test('20 with one key are one order, and a repeat gets its answer', async () => {
    const userId = newMember()
    const itemId = await publish({ quantity: 100 })
    await put(userId, [itemId, 5])
    const answers = await Promise.all(Array.from({ length: 20 }, () => order(userId, undefined, 'k')))
    expect([CREATED, IN_FLIGHT]).toEqual(expect.arrayContaining([...new Set(answers.map(said))]))
    // The same lines are in the cart again: a repeat must not take them.
    await put(userId, [itemId, 5])
    const again = await order(userId, undefined, 'k')
    expect([said(again), again.headers['idempotency-replayed']]).toEqual([CREATED, 'true'])
    const placed = [...answers, again].filter((answer) => said(answer) === CREATED)
    expect(new Set(placed.map(({ body }) => body.orderId)).size).toBe(1)
    expect(await linesOf(userId)).toEqual([[itemId, 5]])
    expect(await left(itemId)).toBe(95)
    expect(said(await order(userId, undefined, 'another'))).toBe(CREATED)
    expect(await left(itemId)).toBe(90)
  })

  test('a repeat does not order again where the first answer was lost', async () => {
    const userId = newMember()
    const itemId = await publish()
    await put(userId, [itemId, 2])
    await withLostAnswers(shop.database, async (leasesAreOver) => {
      expect(said(await order(userId, undefined, 'lost'))).toBe(CREATED)
      await put(userId, [itemId, 2])
      await leasesAreOver()
      expect(said(await order(userId, undefined, 'lost'))).toBe('409 IDEMPOTENCY_ANSWER_LOST')
    })
    expect(await linesOf(userId)).toEqual([[itemId, 2]])
    expect(await left(itemId)).toBe(8)
  })

  test('a cart that changes while it is ordered loses exactly what was ordered', async () => {
    const userId = newMember()
    const items = [await publish({ quantity: 10_000 }), await publish({ quantity: 10_000 })]
    let added = 0
    const change = async (worker: number): Promise<void> => {
      for (let i = 0; i < 15; i++) {
        if (worker % 3 === 0) {
          const answer = await order(userId)
          expect(['201', NOTHING, '409 CART_CHANGED']).toContain(said(answer))
        } else {
          const body = { itemId: items[(worker + i) % 2], quantity: 1 + (i % 3) }
          expect(said(await add(userId, body))).toBe('204')
          added += body.quantity
        }
      }
    }
    await Promise.all(Array.from({ length: 6 }, (_, worker) => change(worker)))
    const inCart = (await linesOf(userId)).reduce((sum, [, quantity]) => sum + quantity, 0)
    const { rows } = await shop.database.query<{ ordered: number }>(
      'SELECT coalesce(sum(quantity), 0) AS ordered FROM orders.orders WHERE buyer_id = $1',
      [userId],
    )
    expect(rows[0]!.ordered).toBeGreaterThan(0)
    expect(inCart + rows[0]!.ordered).toBe(added)
    expect(20_000 - (await left(items[0]!)) - (await left(items[1]!))).toBe(rows[0]!.ordered)
  })

  test('an order that waits for stock holds up no change of the cart, and is of what is in it in the end', async () => {
    const userId = newMember()
    const [one, two] = [await publish(), await publish()]
    await put(userId, [one, 1], [two, 1])
    const blocker = await shop.database.connect()
    let ordered: Promise<Answer>
    try {
      await blocker.query('BEGIN')
      await blocker.query('SELECT 1 FROM stock.stock WHERE item_id = $1 FOR UPDATE', [one])
      ordered = order(userId)
      const waits = `SELECT count(*) AS waiting FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
      await expect
        .poll(async () => (await shop.database.query(waits)).rows[0].waiting, { timeout: 3_000 })
        .toBe(1)
      await put(userId, [one, 2])
      expect(said(await call('DELETE', `/${two}`, userId))).toBe('204')
    } finally {
      await blocker.query('COMMIT')
      blocker.release()
    }
    const { status, body } = await ordered
    expect(status, JSON.stringify(body)).toBe(201)
    expect(body.orderItemList).toMatchObject([{ itemId: one, quantity: 3 }])
    expect(body.orderItemList).toHaveLength(1)
    expect(await linesOf(userId)).toEqual([])
    expect([await left(one), await left(two)]).toEqual([7, 10])
  })

  test('the last units are had by one of two carts, and the other keeps its lines', async () => {
    const [one, two] = [newMember(), newMember()]
    const itemId = await publish({ quantity: 3 })
    await put(one, [itemId, 2])
    await put(two, [itemId, 2])
    const answers = await Promise.all([order(one), order(two)])
    expect(tally(answers)).toEqual({ 201: 1, [NOT_ENOUGH]: 1 })
    const lost = answers[0].status === 201 ? two : one
    expect(await linesOf(lost)).toEqual([[itemId, 2]])
    expect(await left(itemId)).toBe(1)
  })
})
