// Cancelling in every form: one line, several, some units, everything.
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buy, type Answer, type Client } from '../support/buyers.ts'
import { expectBank, orderShop, said, type OrderShop } from '../support/orders.ts'
import { soonPlaced, startShop, type Shop } from '../support/sale-app.ts'
import { expectExact, openSale } from '../support/sale.ts'

let shop: Shop
let client: Client
let database: pg.Pool
let orders: OrderShop

beforeAll(async () => {
  shop = await startShop('order-cancel')
  client = shop.client
  database = shop.database
  orders = orderShop(client, database)
})
afterAll(() => shop?.stop())

const fieldsOf = ({ body }: Answer): string[] => body.errors.map(({ field }: { field: string }) => field)
const NOT_FOUND_LINE = '404 NOT_FOUND_ORDER_ITEM'

interface Placed {
  buyerId: number
  orderId: number
  items: number[]
}

async function placed(...counts: number[]): Promise<Placed> {
  const buyerId = orders.newBuyer()
  const items: number[] = []
  for (const _ of counts) items.push(await orders.normalItem())
  const { body } = await orders.order(
    buyerId,
    items.map((itemId, i) => ({ itemId, itemCount: counts[i]! })),
  )
  return { buyerId, orderId: body.orderId, items }
}

const shown = async ({ orderId, buyerId }: Placed): Promise<[string, number, [number, string][]]> => {
  const { body } = await orders.get(orderId, buyerId)
  const lines = body.orderItemList.map(({ quantity, status }: { quantity: number; status: string }) => [
    quantity,
    status,
  ])
  return [body.status, body.totalSum, lines]
}

const auditOf = async (orderId: number): Promise<Record<string, unknown>[]> =>
  (
    await database.query(
      `SELECT actor_id, action, before, after, reason FROM platform.audit
        WHERE subject = 'order' AND subject_id = $1 ORDER BY id`,
      [orderId],
    )
  ).rows

describe('cancelling a part', () => {
  test('7.C.6: by ?itemId= takes that line alone out, and its units back (the original cancelled and refunded all)', async () => {
    const order = await placed(3, 4)
    const [one, two] = order.items as [number, number]
    expect(said(await orders.cancel(order.orderId, order.buyerId, { itemId: one }))).toBe('204')
    expect(await shown(order)).toEqual([
      'CREATED',
      2_000,
      [
        [0, 'CANCELED'],
        [4, 'ORDERED'],
      ],
    ])
    expect(await orders.left(one, two)).toEqual([10, 6])
    await expectBank(database, one, two)
  })

  test('7.C.6: by orderItemIds takes those lines out, also where one is named twice (the original failed on that)', async () => {
    const order = await placed(1, 2, 3)
    const [one, two, three] = order.items as [number, number, number]
    const body = { orderItemIds: [three, one, three], cancelReason: '단순 변심' }
    expect(said(await orders.cancel(order.orderId, order.buyerId, { body }))).toBe('204')
    expect(await shown(order)).toEqual([
      'CREATED',
      1_000,
      [
        [0, 'CANCELED'],
        [2, 'ORDERED'],
        [0, 'CANCELED'],
      ],
    ])
    expect(await orders.left(one, two, three)).toEqual([10, 8, 10])
    await expectBank(database, ...order.items)
  })

  test('by lines takes some units out', async () => {
    const order = await placed(5, 2)
    const [one, two] = order.items as [number, number]
    const body = { lines: [{ itemId: one, quantity: 2 }] }
    expect(said(await orders.cancel(order.orderId, order.buyerId, { body }))).toBe('204')
    expect(await shown(order)).toEqual([
      'CREATED',
      2_500,
      [
        [3, 'ORDERED'],
        [2, 'ORDERED'],
      ],
    ])
    expect(await orders.left(one, two)).toEqual([7, 8])
    const detail = await orders.get(order.orderId, order.buyerId)
    expect(detail.body.orderItemList[0].canceledQuantity).toBe(2)
    expect(detail.body.orderItemList[1]).not.toHaveProperty('canceledQuantity')
    await expectBank(database, one, two)
  })

  test('of the last units cancels the order, once', async () => {
    const order = await placed(2, 1)
    const [one, two] = order.items as [number, number]
    const cancel = (body: unknown): Promise<Answer> => orders.cancel(order.orderId, order.buyerId, { body })
    await cancel({ orderItemIds: [two] })
    await cancel({ lines: [{ itemId: one, quantity: 1 }] })
    expect((await shown(order))[0]).toBe('CREATED')
    expect(said(await cancel({ lines: [{ itemId: one, quantity: 1 }] }))).toBe('204')
    expect((await shown(order))[0]).toBe('CANCELED')
    for (const body of [{}, { orderItemIds: [one, two] }, { lines: [{ itemId: one, quantity: 1 }] }])
      expect(said(await cancel(body))).toBe('204')
    expect(await orders.left(one, two)).toEqual([10, 10])
    await expectBank(database, one, two)
  })

  test('that is cancelled already changes nothing', async () => {
    const order = await placed(3, 4)
    const [one, two] = order.items as [number, number]
    for (const what of [
      { itemId: one },
      { itemId: one },
      { body: { lines: [{ itemId: one, quantity: 1 }] } },
    ])
      expect(said(await orders.cancel(order.orderId, order.buyerId, what))).toBe('204')
    expect(await orders.left(one, two)).toEqual([10, 6])
    expect(await auditOf(order.orderId)).toHaveLength(1)
    await expectBank(database, one, two)
  })

  test('and then the rest gives back what is left, and no unit twice', async () => {
    const order = await placed(5, 2)
    await orders.cancel(order.orderId, order.buyerId, {
      body: { lines: [{ itemId: order.items[0]!, quantity: 2 }] },
    })
    expect(said(await orders.cancel(order.orderId, order.buyerId))).toBe('204')
    expect(await orders.left(...order.items)).toEqual([10, 10])
    await expectBank(database, ...order.items)
  })

  test('and then running out of time gives back what is left, and no unit twice', async () => {
    const [itemId, other] = [await orders.normalItem({ holdSeconds: 1 }), await orders.normalItem()]
    const buyerId = orders.newBuyer()
    const { body } = await orders.order(buyerId, [
      { itemId, itemCount: 5 },
      { itemId: other, itemCount: 3 },
    ])
    const part = { lines: [{ itemId, quantity: 2 }] }
    await orders.cancel(body.orderId, buyerId, { body: part })
    await orders.cancel(body.orderId, buyerId, { itemId: other })
    await orders.isExpired(body.orderId, buyerId)
    expect(await orders.left(itemId, other)).toEqual([10, 10])
    const { rows } = await database.query(
      `SELECT reason, delta, orders FROM stock.ledger WHERE item_id = $1 ORDER BY id`,
      [itemId],
    )
    expect(rows).toEqual([
      { reason: 'OPENED', delta: 10, orders: 0 },
      { reason: 'PLACED', delta: -5, orders: 1 },
      { reason: 'CANCELED', delta: 2, orders: 0 },
      { reason: 'EXPIRED', delta: 3, orders: 1 },
    ])
    await expectBank(database, itemId, other)
  })

  test('of a limited order frees its units for others and for the limit of the buyer', async () => {
    const itemId = await openSale(client, { quantity: 3, limitPerBuyer: 3 })
    const buyerId = orders.newBuyer()
    const bought = await buy(client, buyerId, { itemId, quantity: 3, key: 'k' })
    const body = { lines: [{ itemId, quantity: 2 }], cancelReason: 'changed my mind' }
    expect(said(await orders.cancel(bought.body.orderId, buyerId, { body }))).toBe('204')
    expect((await soonPlaced(() => buy(client, orders.newBuyer(), { itemId }))).status).toBe(201)
    expect((await buy(client, buyerId, { itemId, quantity: 1 })).status).toBe(201)
    expect((await buy(client, buyerId, { itemId, quantity: 3, key: 'k' })).body).toEqual(bought.body)
    await expectExact(database, itemId, [bought])
  })
})

describe('a cancel', () => {
  test('7.A.11: of lines of another order is refused, even of the same buyer (the original looked at the order of the path alone)', async () => {
    const order = await placed(2, 2)
    const other = await placed(3)
    const own = await orders.order(order.buyerId, [{ itemId: other.items[0]!, itemCount: 1 }])
    expect(own.status).toBe(201)
    const foreign = other.items[0]!
    for (const what of [
      { itemId: foreign },
      { body: { orderItemIds: [order.items[0]!, foreign] } },
      { body: { lines: [{ itemId: foreign, quantity: 1 }] } },
    ])
      expect(said(await orders.cancel(order.orderId, order.buyerId, what))).toBe(NOT_FOUND_LINE)
    expect(await orders.left(...order.items, foreign)).toEqual([8, 8, 6])
    expect(said(await orders.cancel(other.orderId, order.buyerId, { itemId: foreign }))).toBe(
      '403 UNAUTHORIZED_ACCESS',
    )
    await expectBank(database, ...order.items, foreign)
  })

  test('tells which line is unknown, in both languages', async () => {
    const order = await placed(1)
    const what = { body: { orderItemIds: [order.items[0]!, 987_654] } }
    const ko = await orders.cancel(order.orderId, order.buyerId, what)
    const en = await orders.cancel(order.orderId, order.buyerId, { ...what, language: 'en' })
    expect(ko.body).toMatchObject({
      message: '주문하신 상품이 없습니다.',
      errors: [{ field: 'orderItemIds', value: '987654', reason: '이 주문에 없는 상품입니다.' }],
    })
    expect(en.body).toMatchObject({ errors: [{ reason: 'Not part of this order.' }] })
  })

  test('of more units than the order still has changes nothing', async () => {
    const order = await placed(3, 1)
    const [one, two] = order.items as [number, number]
    const lines = [
      { itemId: two, quantity: 1 },
      { itemId: one, quantity: 4 },
    ]
    const answer = await orders.cancel(order.orderId, order.buyerId, { body: { lines } })
    expect([said(answer), fieldsOf(answer)]).toEqual(['400 INVALID_INPUT_VALUE', ['lines.1.quantity']])
    expect(await orders.left(one, two)).toEqual([7, 9])
  })

  test('keeps who did it, what and why', async () => {
    const order = await placed(3)
    const [itemId] = order.items as [number]
    const body = { lines: [{ itemId, quantity: 1 }], cancelReason: '단순 변심 😀' }
    await orders.cancel(order.orderId, order.buyerId, { body })
    await orders.cancel(order.orderId, order.buyerId)
    const entry = { actor_id: order.buyerId, action: 'CANCEL' }
    expect(await auditOf(order.orderId)).toEqual([
      {
        ...entry,
        before: { status: 'CREATED', lines: [{ itemId, quantity: 3 }] },
        after: { status: 'CREATED', lines: [{ itemId, quantity: 2 }] },
        reason: '단순 변심 😀',
      },
      {
        ...entry,
        before: { status: 'CREATED', lines: [{ itemId, quantity: 2 }] },
        after: { status: 'CANCELED', lines: [{ itemId, quantity: 0 }] },
        reason: null,
      },
    ])
  })

  test('repeated with its key takes units out once', async () => {
    const order = await placed(5)
    const what = { body: { lines: [{ itemId: order.items[0]!, quantity: 2 }] }, key: 'k' }
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => orders.cancel(order.orderId, order.buyerId, what)),
    )
    for (const answer of answers) expect(['204', '409 IDEMPOTENCY_IN_FLIGHT']).toContain(said(answer))
    expect(said(await orders.cancel(order.orderId, order.buyerId, what))).toBe('204')
    expect(await orders.left(order.items[0]!)).toEqual([7])
  })

  test('7.C.4: of the same line many times at once gives its units back once', async () => {
    const order = await placed(3, 4)
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        orders.cancel(order.orderId, order.buyerId, i % 3 === 0 ? {} : { itemId: order.items[i % 2]! }),
      ),
    )
    expect(answers.map(said)).toEqual(answers.map(() => '204'))
    expect(await orders.left(...order.items)).toEqual([10, 10])
    await expectBank(database, ...order.items)
  })

  test.each<[{ body?: unknown; itemId?: string }, string, string[]]>([
    [{ itemId: '0' }, 'INVALID_INPUT_VALUE', ['itemId']],
    [{ itemId: '-1' }, 'INVALID_INPUT_VALUE', ['itemId']],
    [{ itemId: 'x' }, 'INVALID_TYPE_VALUE', ['itemId']],
    [{ itemId: '9007199254740992' }, 'INVALID_INPUT_VALUE', ['itemId']],
    [{ body: { orderItemIds: [] } }, 'INVALID_INPUT_VALUE', ['orderItemIds']],
    [{ body: { orderItemIds: ['1'] } }, 'INVALID_INPUT_VALUE', ['orderItemIds.0']],
    [{ body: { orderItemIds: [2 ** 53] } }, 'INVALID_INPUT_VALUE', ['orderItemIds.0']],
    [
      { body: { orderItemIds: Array.from({ length: 1_001 }, (_, i) => i + 1) } },
      'INVALID_INPUT_VALUE',
      ['orderItemIds'],
    ],
    [{ body: { lines: [] } }, 'INVALID_INPUT_VALUE', ['lines']],
    [{ body: { lines: [{ itemId: 1, quantity: 0 }] } }, 'INVALID_INPUT_VALUE', ['lines.0.quantity']],
    [{ body: { lines: [{ itemId: 1, quantity: -1 }] } }, 'INVALID_INPUT_VALUE', ['lines.0.quantity']],
    [{ body: { cancelReason: '' } }, 'INVALID_INPUT_VALUE', ['cancelReason', 'cancelReason']],
    [{ body: { cancelReason: 'x'.repeat(201) } }, 'INVALID_INPUT_VALUE', ['cancelReason', 'cancelReason']],
    [
      { body: { cancelReason: 'e\u0301'.repeat(101) } },
      'INVALID_INPUT_VALUE',
      ['cancelReason', 'cancelReason'],
    ],
    [{ body: { cancelReason: 'a\u0000b' } }, 'INVALID_INPUT_VALUE', ['cancelReason']],
    [{ body: { cancelReason: 'a\ud800b' } }, 'INVALID_INPUT_VALUE', ['cancelReason']],
    [{ body: { reason: 'x' } }, 'INVALID_INPUT_VALUE', ['reason']],
    [{ body: ['x'] }, 'INVALID_INPUT_VALUE', ['0']],
    [{ body: true }, 'INVALID_INPUT_VALUE', ['body']],
    [{ body: { orderItemIds: [1] }, itemId: '1' }, 'INVALID_INPUT_VALUE', ['itemId', 'orderItemIds']],
    [
      { body: { orderItemIds: [1], lines: [{ itemId: 1, quantity: 1 }] } },
      'INVALID_INPUT_VALUE',
      ['orderItemIds', 'lines'],
    ],
  ])('7.F: of %j is a 400 that says what is wrong, never a 500', async (what, code, fields) => {
    const order = await placed(1)
    const answer = await orders.cancel(order.orderId, order.buyerId, what)
    expect([said(answer), fieldsOf(answer)]).toEqual([`400 ${code}`, fields])
    expect(await orders.left(order.items[0]!)).toEqual([9])
  })

  test('of a line twice in one request is a contradiction', async () => {
    const order = await placed(3)
    const line = { itemId: order.items[0]!, quantity: 1 }
    const answer = await orders.cancel(order.orderId, order.buyerId, { body: { lines: [line, line] } })
    expect([said(answer), fieldsOf(answer)]).toEqual(['400 INVALID_INPUT_VALUE', ['lines.1.itemId']])
  })

  test.each(['x', '1.5', '-1', '9007199254740992', '%00'])('of the order %j is a 400', async (orderId) => {
    const answer = await orders.cancel(orderId as unknown as number, orders.newBuyer())
    expect(answer.status).toBe(400)
  })
})
