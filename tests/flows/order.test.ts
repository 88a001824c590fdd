// Orders after and beside the limited sale: own orders, cancelling, and normal orders of several lines.
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buy, tokenOf, type Answer, type Client } from '../support/buyers.ts'
import {
  expectBank as expectBankOf,
  orderShop,
  ORDERS,
  said,
  type Line,
  type OrderShop,
} from '../support/orders.ts'
import { soonPlaced, startShop, type Shop } from '../support/sale-app.ts'
import { expectExact, openSale } from '../support/sale.ts'

const SEOUL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+09:00$/

let shop: Shop
let client: Client
let database: pg.Pool
let orders: OrderShop

beforeAll(async () => {
  shop = await startShop('order')
  client = shop.client
  database = shop.database
  orders = orderShop(client, database)
})
afterAll(() => shop?.stop())

const newBuyer = (): number => orders.newBuyer()
const order = (buyerId: number, lines: Line[], key?: string): Promise<Answer> =>
  orders.order(buyerId, lines, key === undefined ? {} : { key })
const get = (orderId: number, buyerId: number): Promise<Answer> => orders.get(orderId, buyerId)
const list = (buyerId: number, query = ''): Promise<Answer> => orders.list(buyerId, query)
const cancel = (orderId: number, buyerId: number): Promise<Answer> => orders.cancel(orderId, buyerId)
const isExpired = (orderId: number, buyerId: number): Promise<void> => orders.isExpired(orderId, buyerId)
const normalItem = (terms?: Parameters<OrderShop['normalItem']>[0]): Promise<number> =>
  orders.normalItem(terms)
const quantityOf = async (itemId: number): Promise<number> => (await orders.left(itemId))[0]!
const expectBank = (...itemIds: number[]): Promise<void> => expectBankOf(database, ...itemIds)

const CREATED = '201 CREATED'
const IN_FLIGHT = '409 IDEMPOTENCY_IN_FLIGHT'
const NOT_ENOUGH = '409 NOT_ENOUGH_STOCK'

describe('the list of orders', () => {
  test('7.F: shows the own orders, a page at a time, and needs no parameters (the original answered 500 without)', async () => {
    const itemId = await normalItem()
    const buyerId = newBuyer()
    const placed: Answer[] = []
    for (let i = 0; i < 5; i++) placed.push(await order(buyerId, [{ itemId, itemCount: 1 }]))
    await order(newBuyer(), [{ itemId, itemCount: 1 }])
    const ids = placed.map(({ body }) => body.orderId).toSorted((a, b) => a - b)
    const pages = [await list(buyerId, '?page=0&size=2'), await list(buyerId, '?page=1&size=2')]
    pages.push(await list(buyerId, '?page=2&size=2'))
    expect(pages.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(
      pages
        .flatMap(({ body }) => body.content)
        .map((entry) => entry.orderId)
        .toSorted((a, b) => a - b),
    ).toEqual(ids)
    expect(pages[0]!.body).toMatchObject({
      totalElements: 5,
      totalPages: 3,
      size: 2,
      number: 0,
      numberOfElements: 2,
      first: true,
      last: false,
      empty: false,
      pageable: { pageNumber: 0, pageSize: 2, offset: 0 },
    })
    expect(pages[2]!.body).toMatchObject({ number: 2, numberOfElements: 1, first: false, last: true })
    const all = await list(buyerId)
    expect(all.body).toMatchObject({ size: 20, numberOfElements: 5 })
    for (const entry of all.body.content)
      expect(entry).toEqual(placed.find(({ body }) => body.orderId === entry.orderId)?.body)
  })

  test('of someone who has none is empty, and so is a page past the end', async () => {
    const buyerId = newBuyer()
    expect((await list(buyerId)).body).toMatchObject({ content: [], totalElements: 0, empty: true })
    const itemId = await normalItem()
    await order(buyerId, [{ itemId, itemCount: 1 }])
    expect((await list(buyerId, '?page=9')).body).toMatchObject({
      content: [],
      totalElements: 1,
      empty: true,
      last: true,
    })
  })

  test('begins with the newest, whichever connection of the service placed it', async () => {
    const normal = await normalItem({ quantity: 1_000 })
    const limited = await openSale(client, { quantity: 10, limitPerBuyer: 10 })
    const buyerId = newBuyer()
    // Several connections of the pool get busy, thus reserve order numbers of their own.
    await Promise.all(Array.from({ length: 20 }, () => order(newBuyer(), [{ itemId: normal, itemCount: 1 }])))
    const placed: number[] = []
    for (let i = 0; i < 4; i++) {
      placed.push((await buy(client, buyerId, { itemId: limited })).body.orderId)
      placed.push((await order(buyerId, [{ itemId: normal, itemCount: 1 }])).body.orderId)
      await Promise.all(
        Array.from({ length: 3 }, () => order(newBuyer(), [{ itemId: normal, itemCount: 1 }])),
      )
    }
    const { body } = await list(buyerId)
    const dates = body.content.map((entry: { orderDate: string }) => entry.orderDate)
    expect(dates).toEqual(dates.toSorted().toReversed())
    expect(body.content.map((entry: { orderId: number }) => entry.orderId)).toEqual(placed.toReversed())
  })

  test.each([
    ['?page=-1', 'INVALID_INPUT_VALUE'],
    ['?size=0', 'INVALID_INPUT_VALUE'],
    ['?size=101', 'INVALID_INPUT_VALUE'],
    ['?page=x', 'INVALID_TYPE_VALUE'],
    ['?page=1.5', 'INVALID_TYPE_VALUE'],
    ['?page=1&page=2', 'INVALID_TYPE_VALUE'],
  ])('with %s is refused', async (query, code) => {
    expect(said(await list(newBuyer(), query))).toBe(`400 ${code}`)
  })

  test('is for people who are signed in', async () => {
    expect(said(await client.send('GET', ORDERS))).toBe('401 UNAUTHENTICATED')
  })
})

describe('one order', () => {
  test('is shown to its buyer only', async () => {
    const itemId = await normalItem()
    const buyerId = newBuyer()
    const { body } = await order(buyerId, [{ itemId, itemCount: 1 }])
    expect((await get(body.orderId, buyerId)).body).toMatchObject(body)
    expect(said(await get(body.orderId, newBuyer()))).toBe('403 UNAUTHORIZED_ACCESS')
    expect(said(await client.send('GET', `${ORDERS}/${body.orderId}`))).toBe('401 UNAUTHENTICATED')
  })

  test('that does not exist is not found', async () => {
    expect(said(await get(999_999_999, newBuyer()))).toBe('404 NOT_FOUND_ORDER')
  })
})

describe('cancelling', () => {
  test('7.C.4: an unpaid normal order gives all its units back, once', async () => {
    const [one, two] = [await normalItem(), await normalItem()]
    const buyerId = newBuyer()
    const { body } = await order(buyerId, [
      { itemId: one, itemCount: 3 },
      { itemId: two, itemCount: 4 },
    ])
    expect([await quantityOf(one), await quantityOf(two)]).toEqual([7, 6])
    const answers = [await cancel(body.orderId, buyerId), await cancel(body.orderId, buyerId)]
    expect(answers.map(({ status, body: text }) => [status, text])).toEqual([
      [204, ''],
      [204, ''],
    ])
    expect([await quantityOf(one), await quantityOf(two)]).toEqual([10, 10])
    const shown = (await get(body.orderId, buyerId)).body
    expect(shown).toMatchObject({
      status: 'CANCELED',
      orderItemList: [{ status: 'CANCELED' }, { status: 'CANCELED' }],
    })
    await expectBank(one, two)
  })

  test('an unpaid limited order gives its units back', async () => {
    const itemId = await openSale(client, { quantity: 1 })
    const buyerId = newBuyer()
    const bought = await buy(client, buyerId, { itemId })
    expect((await cancel(bought.body.orderId, buyerId)).status).toBe(204)
    expect((await expectExact(database, itemId, [bought])).available).toBe(1)
    expect(said(await soonPlaced(() => buy(client, newBuyer(), { itemId })))).toBe(CREATED)
  })

  test('many times at once gives the units back once', async () => {
    const itemId = await openSale(client, { quantity: 5, limitPerBuyer: 5 })
    const buyerId = newBuyer()
    const bought = await buy(client, buyerId, { itemId, quantity: 3 })
    const answers = await Promise.all(Array.from({ length: 20 }, () => cancel(bought.body.orderId, buyerId)))
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 204))
    expect((await expectExact(database, itemId, [bought])).available).toBe(5)
  })

  test('works with an empty body that calls itself JSON', async () => {
    const itemId = await normalItem()
    const buyerId = newBuyer()
    const { body } = await order(buyerId, [{ itemId, itemCount: 1 }])
    const answer = await client.send('PUT', `${ORDERS}/${body.orderId}/cancel`, {
      token: tokenOf(buyerId),
      headers: { 'content-type': 'application/json', 'content-length': '0' },
    })
    expect(answer.status).toBe(204)
  })

  test('the order of someone else is refused', async () => {
    const itemId = await normalItem()
    const buyerId = newBuyer()
    const { body } = await order(buyerId, [{ itemId, itemCount: 1 }])
    expect(said(await cancel(body.orderId, newBuyer()))).toBe('403 UNAUTHORIZED_ACCESS')
    expect((await get(body.orderId, buyerId)).body.status).toBe('CREATED')
    expect(await quantityOf(itemId)).toBe(9)
  })

  test('an order that does not exist is refused', async () => {
    expect(said(await cancel(999_999_999, newBuyer()))).toBe('404 NOT_FOUND_ORDER')
  })

  test('an expired order is refused', async () => {
    const itemId = await openSale(client, { quantity: 1, holdSeconds: 1 })
    const buyerId = newBuyer()
    const bought = await buy(client, buyerId, { itemId })
    await isExpired(bought.body.orderId, buyerId)
    expect(said(await cancel(bought.body.orderId, buyerId))).toBe('409 ORDER_NOT_CANCELABLE')
    expect((await expectExact(database, itemId, [bought])).available).toBe(1)
  })

  test.each([
    ['CANCEL_REQUESTED', 'ORDER_NOT_CANCELABLE'],
    ['SHIPPING', 'ALREADY_SHIPPING'],
    ['SHIPPED', 'ALREADY_SHIPPING'],
    ['RETURNED', 'ORDER_NOT_CANCELABLE'],
    ['PAYMENT_FAILED', 'ORDER_NOT_CANCELABLE'],
  ])(
    '7.C.5: an order that is %s is refused with %s (the original’s guards were inverted)',
    async (status, code) => {
      const itemId = await normalItem()
      const buyerId = newBuyer()
      const { body } = await order(buyerId, [{ itemId, itemCount: 1 }])
      await database.query('UPDATE orders.orders SET status = $2 WHERE id = $1', [body.orderId, status])
      expect(said(await cancel(body.orderId, buyerId))).toBe(`409 ${code}`)
      expect((await get(body.orderId, buyerId)).body.status).toBe(status)
      expect(await quantityOf(itemId)).toBe(9)
    },
  )
})

describe('a normal order', () => {
  test('7.A.9: of several lines is placed at the prices of the server, whatever the client says', async () => {
    const [one, two] = [await normalItem({ price: 500 }), await normalItem({ price: 1_250 })]
    const buyerId = newBuyer()
    const { status, body } = await order(buyerId, [
      { itemId: two, itemCount: 2, price: 1_250 },
      { itemId: one, itemCount: 3 },
    ])
    expect(status).toBe(201)
    expect(body).toEqual({
      orderId: expect.any(Number),
      userId: buyerId,
      totalSum: 4_000,
      orderDate: expect.stringMatching(SEOUL),
      orderItemList: [
        { orderItemId: one, itemId: one, quantity: 3, unitPrice: 500, totalSum: 1_500, status: 'ORDERED' },
        { orderItemId: two, itemId: two, quantity: 2, unitPrice: 1_250, totalSum: 2_500, status: 'ORDERED' },
      ],
      status: 'CREATED',
      payBy: expect.stringMatching(SEOUL),
    })
    expect(Date.parse(body.payBy) - Date.parse(body.orderDate)).toBe(1_800_000)
    expect([await quantityOf(one), await quantityOf(two)]).toEqual([7, 8])
    await expectBank(one, two)
  })

  test('at a price that the buyer did not see is refused', async () => {
    const [one, two] = [await normalItem(), await normalItem()]
    const answer = await order(newBuyer(), [
      { itemId: one, itemCount: 1, price: 500 },
      { itemId: two, itemCount: 1, price: 1 },
    ])
    expect(said(answer)).toBe('409 PRICE_CHANGED')
    expect([await quantityOf(one), await quantityOf(two)]).toEqual([10, 10])
  })

  test('compares the price of every line, also where two lines name the same item', async () => {
    const itemId = await normalItem()
    const answer = await order(newBuyer(), [
      { itemId, itemCount: 1, price: 500 },
      { itemId, itemCount: 1, price: 1 },
    ])
    expect(said(answer)).toBe('409 PRICE_CHANGED')
    expect(await quantityOf(itemId)).toBe(10)
  })

  test('7.B.12: that names an item on two lines asks for their sum: 6 and 6 of 10 are refused, where the original checked each line alone and sold 12', async () => {
    const itemId = await normalItem({ quantity: 10 })
    const lines = (first: number, second: number): Line[] => [
      { itemId, itemCount: first },
      { itemId, itemCount: second },
    ]
    expect(said(await order(newBuyer(), lines(6, 6)))).toBe(NOT_ENOUGH)
    expect(await quantityOf(itemId)).toBe(10)
    const { body } = await order(newBuyer(), lines(6, 4))
    expect(body).toMatchObject({ totalSum: 5_000, orderItemList: [{ itemId, quantity: 10 }] })
    expect(body.orderItemList).toHaveLength(1)
    expect(await quantityOf(itemId)).toBe(0)
    await expectBank(itemId)
  })

  test('is placed whole or not at all', async () => {
    const [plenty, few] = [await normalItem({ quantity: 10 }), await normalItem({ quantity: 1 })]
    const limited = await openSale(client, { quantity: 5 })
    const buyerId = newBuyer()
    for (const [lines, expected] of [
      [
        [
          { itemId: plenty, itemCount: 1 },
          { itemId: few, itemCount: 2 },
        ],
        NOT_ENOUGH,
      ],
      [
        [
          { itemId: plenty, itemCount: 1 },
          { itemId: limited, itemCount: 1 },
        ],
        '409 LIMITED_ITEM',
      ],
      [
        [
          { itemId: plenty, itemCount: 1 },
          { itemId: 987_654, itemCount: 1 },
        ],
        '404 NOT_FOUND_ITEM',
      ],
    ] satisfies [Line[], string][])
      expect(said(await order(buyerId, lines))).toBe(expected)
    expect([await quantityOf(plenty), await quantityOf(few), await quantityOf(limited)]).toEqual([10, 1, 5])
    expect((await list(buyerId)).body.totalElements).toBe(0)
    await expectBank(plenty, few, limited)
  })

  test('tells an unknown item before what is wrong with the known ones', async () => {
    const itemId = await normalItem({ quantity: 0 })
    const lines = [
      { itemId, itemCount: 1 },
      { itemId: 987_654, itemCount: 1 },
    ]
    expect(said(await order(newBuyer(), lines))).toBe('404 NOT_FOUND_ITEM')
  })

  test('of the last units is had by one', async () => {
    const itemId = await normalItem({ quantity: 3 })
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => order(newBuyer(), [{ itemId, itemCount: 1 }])),
    )
    expect(answers.filter((answer) => said(answer) === CREATED)).toHaveLength(3)
    expect(answers.filter((answer) => said(answer) === NOT_ENOUGH)).toHaveLength(9)
    await expectBank(itemId)
  })

  test('repeated with its key is answered equally and placed once', async () => {
    const [one, two] = [await normalItem(), await normalItem()]
    const buyerId = newBuyer()
    const lines = [
      { itemId: one, itemCount: 2 },
      { itemId: two, itemCount: 1 },
    ]
    const first = await order(buyerId, lines, 'k')
    const again = await order(buyerId, lines, 'k')
    expect([again.status, again.body]).toEqual([201, first.body])
    expect(first.headers['idempotency-replayed']).toBeUndefined()
    expect(again.headers['idempotency-replayed']).toBe('true')
    expect([await quantityOf(one), await quantityOf(two)]).toEqual([8, 9])
  })

  test('with the key of another order of the buyer is refused', async () => {
    const [one, two] = [await normalItem(), await normalItem()]
    const buyerId = newBuyer()
    await order(buyerId, [{ itemId: one, itemCount: 1 }], 'k')
    for (const lines of [
      [{ itemId: one, itemCount: 2 }],
      [{ itemId: two, itemCount: 1 }],
      [
        { itemId: one, itemCount: 1 },
        { itemId: two, itemCount: 1 },
      ],
    ])
      expect(said(await order(buyerId, lines, 'k'))).toBe('422 IDEMPOTENCY_KEY_REUSED')
    expect(said(await order(newBuyer(), [{ itemId: one, itemCount: 2 }], 'k'))).toBe(CREATED)
    await expectBank(one, two)
  })

  test('tells a used key before an item that does not exist', async () => {
    const itemId = await normalItem()
    const buyerId = newBuyer()
    await order(buyerId, [{ itemId, itemCount: 1 }], 'k')
    expect(said(await order(buyerId, [{ itemId: 987_654, itemCount: 1 }], 'k'))).toBe(
      '422 IDEMPOTENCY_KEY_REUSED',
    )
  })

  test('that was refused leaves its key free', async () => {
    const itemId = await normalItem({ quantity: 1 })
    const buyerId = newBuyer()
    expect(said(await order(buyerId, [{ itemId, itemCount: 2 }], 'k'))).toBe(NOT_ENOUGH)
    expect(said(await order(buyerId, [{ itemId, itemCount: 1 }], 'k'))).toBe(CREATED)
  })

  test('may share its key with a limited order of the buyer', async () => {
    const [normal, limited] = [await normalItem(), await openSale(client, { quantity: 1 })]
    const buyerId = newBuyer()
    const answers = [
      await buy(client, buyerId, { itemId: limited, key: 'k' }),
      await order(buyerId, [{ itemId: normal, itemCount: 1 }], 'k'),
    ]
    expect(answers.map(said)).toEqual([CREATED, CREATED])
  })

  test('7.E: sent many times at once with one key is placed once, while units last', async () => {
    const itemId = await normalItem({ quantity: 100 })
    const buyerId = newBuyer()
    const send = () => order(buyerId, [{ itemId, itemCount: 3 }], 'k')
    const answers = await Promise.all(Array.from({ length: 20 }, send))
    expect(new Set(answers.map(said))).toEqual(new Set([CREATED, IN_FLIGHT]))
    const placed = [...answers.filter((answer) => said(answer) === CREATED), await send()]
    expect(new Set(placed.map(({ body }) => JSON.stringify(body))).size).toBe(1)
    expect(placed.filter(({ headers }) => headers['idempotency-replayed'] !== 'true')).toHaveLength(1)
    expect(await quantityOf(itemId)).toBe(97)
  })

  test('sent many times at once with one key is answered equally, also where it takes the last units', async () => {
    const buyerId = newBuyer()
    for (let round = 0; round < 5; round++) {
      const itemId = await normalItem({ quantity: 3 })
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => order(buyerId, [{ itemId, itemCount: 3 }], `last-${round}`)),
      )
      const placed = answers.filter((answer) => said(answer) === CREATED)
      placed.push(await order(buyerId, [{ itemId, itemCount: 3 }], `last-${round}`))
      expect([CREATED, IN_FLIGHT]).toEqual(expect.arrayContaining([...new Set(answers.map(said))]))
      expect(new Set(placed.map(({ body }) => body.orderId)).size).toBe(1)
      await expectBank(itemId)
    }
  })

  test('needs no key: each request without one is another', async () => {
    const itemId = await normalItem()
    const buyerId = newBuyer()
    const lines = [{ itemId, itemCount: 1 }]
    expect(said(await order(buyerId, lines))).toBe(CREATED)
    expect(said(await order(buyerId, lines))).toBe(CREATED)
    expect(await quantityOf(itemId)).toBe(8)
  })

  test('is held for the shortest hold of its items, then gives all its units back', async () => {
    const [short, long] = [await normalItem({ holdSeconds: 1 }), await normalItem({ holdSeconds: 600 })]
    const buyerId = newBuyer()
    const lines = [
      { itemId: short, itemCount: 4 },
      { itemId: long, itemCount: 2 },
    ]
    const { body } = await order(buyerId, lines)
    expect(Date.parse(body.payBy) - Date.parse(body.orderDate)).toBe(1_000)
    await isExpired(body.orderId, buyerId)
    expect(Date.now() - Date.parse(body.payBy)).toBeLessThan(5_000)
    expect([await quantityOf(short), await quantityOf(long)]).toEqual([10, 10])
    expect(said(await cancel(body.orderId, buyerId))).toBe('409 ORDER_NOT_CANCELABLE')
    await expectBank(short, long)
  })

  test('never deadlocks with one that names the same items the other way round', async () => {
    const [one, two] = [await normalItem({ quantity: 1_000 }), await normalItem({ quantity: 1_000 })]
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) => {
        const lines = [
          { itemId: one, itemCount: 1 },
          { itemId: two, itemCount: 2 },
        ]
        return order(newBuyer(), i % 2 === 0 ? lines : lines.toReversed())
      }),
    )
    expect(answers.map(said)).toEqual(answers.map(() => CREATED))
    expect([await quantityOf(one), await quantityOf(two)]).toEqual([960, 920])
    await expectBank(one, two)
  })

  test('stays exact while others are placed, cancelled and expire', async () => {
    const items = [
      await normalItem({ quantity: 15, holdSeconds: 1 }),
      await normalItem({ quantity: 15 }),
      await normalItem({ quantity: 15 }),
    ]
    const press = async (worker: number): Promise<string[]> => {
      const names: string[] = []
      for (let i = 0; i < 12; i++) {
        const buyerId = newBuyer()
        const lines = [worker + i, worker + i + 1].map((n) => ({
          itemId: items[n % items.length]!,
          itemCount: 1 + (i % 2),
        }))
        const answer = await order(buyerId, worker % 2 === 0 ? lines : lines.toReversed())
        names.push(said(answer))
        if (answer.status === 201 && i % 3 === 0) names.push(said(await cancel(answer.body.orderId, buyerId)))
      }
      return names
    }
    const names = (await Promise.all(Array.from({ length: 8 }, (_, worker) => press(worker)))).flat()
    // 409 of a cancel: its order expired a moment ago.
    const known = new Set([CREATED, NOT_ENOUGH, '204', '409 ORDER_NOT_CANCELABLE'])
    expect(names.filter((name) => !known.has(name))).toEqual([])
    await expectBank(...items)
  })
})
