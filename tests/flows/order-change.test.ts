// Changing an unpaid order: how many of what, and who gets it.
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buy, randomOf, runSeed, tokenOf, type Answer, type Client } from '../support/buyers.ts'
import { expectBank, orderShop, ORDERS, said, type OrderShop } from '../support/orders.ts'
import { soonPlaced, startShop, type Shop } from '../support/sale-app.ts'
import { expectExact, openSale, SELLER_ID } from '../support/sale.ts'

let shop: Shop
let client: Client
let database: pg.Pool
let orders: OrderShop

beforeAll(async () => {
  shop = await startShop('order-change')
  client = shop.client
  database = shop.database
  orders = orderShop(client, database)
})
afterAll(() => shop?.stop())

const fieldsOf = ({ body }: Answer): string[] => body.errors.map(({ field }: { field: string }) => field)
const NOT_CHANGEABLE = '409 ORDER_NOT_CHANGEABLE'
const HONG = { name: '홍길동', phoneNumber: '010-1234-5678', address: '서울특별시 중구 세종대로 110' }

async function placed(
  counts: readonly number[],
  terms: Parameters<OrderShop['normalItem']>[0] = {},
): Promise<{ buyerId: number; orderId: number; items: number[]; first: Answer }> {
  const buyerId = orders.newBuyer()
  const items: number[] = []
  for (const _ of counts) items.push(await orders.normalItem(terms))
  const first = await orders.order(
    buyerId,
    items.map((itemId, i) => ({ itemId, itemCount: counts[i]! })),
  )
  expect(said(first)).toBe('201 CREATED')
  return { buyerId, orderId: first.body.orderId, items, first }
}
const lines = (...pairs: [number, number][]): { lines: { itemId: number; quantity: number }[] } => ({
  lines: pairs.map(([itemId, quantity]) => ({ itemId, quantity })),
})

describe('quantities of an unpaid order', () => {
  test('7.G: go down and up, and total and stock follow at once (the original declared it and had no code for it)', async () => {
    const { buyerId, orderId, items, first } = await placed([5, 2])
    const [one, two] = items as [number, number]
    const answer = await orders.change(orderId, buyerId, lines([one, 3], [two, 6]))
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({
      ...first.body,
      totalSum: 4_500,
      orderItemList: [
        {
          orderItemId: one,
          itemId: one,
          quantity: 3,
          unitPrice: 500,
          totalSum: 1_500,
          status: 'ORDERED',
          canceledQuantity: 2,
        },
        { orderItemId: two, itemId: two, quantity: 6, unitPrice: 500, totalSum: 3_000, status: 'ORDERED' },
      ],
    })
    expect((await orders.get(orderId, buyerId)).body).toMatchObject(answer.body)
    expect(await orders.left(one, two)).toEqual([7, 4])
    await expectBank(database, one, two)
  })

  test('that are named as they are change nothing', async () => {
    const { buyerId, orderId, items, first } = await placed([5])
    const answer = await orders.change(orderId, buyerId, lines([items[0]!, 5]))
    expect([answer.status, answer.body]).toMatchObject([200, first.body])
    const { rows } = await database.query('SELECT count(*) AS entries FROM stock.ledger WHERE item_id = $1', [
      items[0],
    ])
    expect(rows[0].entries).toBe(2)
  })

  test('of 0 cancel the line; of 0 everywhere cancel the order', async () => {
    const { buyerId, orderId, items } = await placed([5, 2])
    const [one, two] = items as [number, number]
    const half = await orders.change(orderId, buyerId, lines([one, 0]))
    expect(half.body).toMatchObject({
      status: 'CREATED',
      totalSum: 1_000,
      orderItemList: [
        { itemId: one, quantity: 0, totalSum: 0, status: 'CANCELED', canceledQuantity: 5 },
        { itemId: two, quantity: 2, status: 'ORDERED' },
      ],
    })
    expect(await orders.left(one, two)).toEqual([10, 8])
    const back = await orders.change(orderId, buyerId, lines([one, 1], [two, 1]))
    expect(back.body).toMatchObject({ totalSum: 1_000, orderItemList: [{ quantity: 1 }, { quantity: 1 }] })
    const none = await orders.change(orderId, buyerId, lines([one, 0], [two, 0]))
    expect(none.body).toMatchObject({
      status: 'CANCELED',
      orderItemList: [{ status: 'CANCELED' }, { status: 'CANCELED' }],
    })
    expect(await orders.left(one, two)).toEqual([10, 10])
    expect(said(await orders.change(orderId, buyerId, lines([one, 1])))).toBe(NOT_CHANGEABLE)
    await expectBank(database, one, two)
  })

  test('are changed all or not at all', async () => {
    const { buyerId, orderId, items, first } = await placed([5, 2])
    const [one, two] = items as [number, number]
    expect(said(await orders.change(orderId, buyerId, lines([one, 1], [two, 11])))).toBe(
      '409 NOT_ENOUGH_STOCK',
    )
    expect(said(await orders.change(orderId, buyerId, lines([one, 1], [987_654, 1])))).toBe(
      '404 NOT_FOUND_ORDER_ITEM',
    )
    expect((await orders.get(orderId, buyerId)).body).toMatchObject(first.body)
    expect(await orders.left(one, two)).toEqual([5, 8])
    await expectBank(database, one, two)
  })

  test('take the last units, and no more', async () => {
    const { buyerId, orderId, items } = await placed([5])
    expect((await orders.change(orderId, buyerId, lines([items[0]!, 10]))).body).toMatchObject({
      totalSum: 5_000,
    })
    expect(await orders.left(items[0]!)).toEqual([0])
    expect(said(await orders.change(orderId, buyerId, lines([items[0]!, 11])))).toBe('409 NOT_ENOUGH_STOCK')
  })

  test('go up only at the price of the line, and down at any', async () => {
    const { buyerId, orderId, items } = await placed([5])
    const [itemId] = items as [number]
    const item = { name: 'Plain mug', description: 'A normal item of the tests', price: 700 }
    const edited = await client.send('PUT', `/item-service/api/v1/items/${itemId}`, {
      token: tokenOf(SELLER_ID, 'SELLER'),
      body: item,
    })
    expect(edited.status).toBe(200)
    expect(said(await orders.change(orderId, buyerId, lines([itemId, 6])))).toBe('409 PRICE_CHANGED')
    expect((await orders.change(orderId, buyerId, lines([itemId, 4]))).body).toMatchObject({
      totalSum: 2_000,
    })
    await expectBank(database, itemId)
  })

  test('7.C.1: of a limited order go down, and never up: more of them is a claim in the order of arrival', async () => {
    const itemId = await openSale(client, { quantity: 5, limitPerBuyer: 5 })
    const buyerId = orders.newBuyer()
    const bought = await buy(client, buyerId, { itemId, quantity: 3, key: 'k' })
    const { orderId } = bought.body
    expect(said(await orders.change(orderId, buyerId, lines([itemId, 4])))).toBe('409 LIMITED_ITEM')
    const lowered = await orders.change(orderId, buyerId, lines([itemId, 1]))
    expect(lowered.body).toMatchObject({
      totalSum: 1_000,
      payBy: bought.body.payBy,
      saleSequence: bought.body.saleSequence,
      orderItemList: [{ quantity: 1, canceledQuantity: 2 }],
    })
    expect(said(await orders.change(orderId, buyerId, lines([itemId, 2])))).toBe('409 LIMITED_ITEM')
    // Its units are for sale again, to others and within the limit to the buyer.
    expect((await soonPlaced(() => buy(client, orders.newBuyer(), { itemId, quantity: 4 }))).status).toBe(201)
    // The key still is that of the first request.
    const again = await buy(client, buyerId, { itemId, quantity: 3, key: 'k' })
    expect([again.status, again.body]).toEqual([201, bought.body])
    expect(said(await buy(client, buyerId, { itemId, quantity: 1, key: 'k' }))).toBe(
      '422 IDEMPOTENCY_KEY_REUSED',
    )
    await expectExact(database, itemId, [bought])
  })

  test('leave the key of the order as it was', async () => {
    const [itemId, buyerId] = [await orders.normalItem(), orders.newBuyer()]
    const first = await orders.order(buyerId, [{ itemId, itemCount: 3 }], { key: 'k' })
    await orders.change(first.body.orderId, buyerId, lines([itemId, 1]))
    // A day later, or after a crash: only the order itself knows of its key.
    await database.query('DELETE FROM platform.kept_answer WHERE user_id = $1', [buyerId])
    const again = await orders.order(buyerId, [{ itemId, itemCount: 3 }], { key: 'k' })
    expect([again.status, again.body.orderId]).toEqual([201, first.body.orderId])
    expect(again.headers['idempotency-replayed']).toBe('true')
    expect(said(await orders.order(buyerId, [{ itemId, itemCount: 1 }], { key: 'k' }))).toBe(
      '422 IDEMPOTENCY_KEY_REUSED',
    )
    expect(await orders.left(itemId)).toEqual([9])
  })

  test('may be lowered from more than one line of a request may have, and not raised to that', async () => {
    const [itemId, buyerId] = [await orders.normalItem({ quantity: 5_000 }), orders.newBuyer()]
    const asked = [1_000, 1_000].map((itemCount) => ({ itemId, itemCount }))
    const { body } = await orders.order(buyerId, asked)
    expect((await orders.change(body.orderId, buyerId, lines([itemId, 1_500]))).status).toBe(200)
    const more = await orders.change(body.orderId, buyerId, lines([itemId, 1_501]))
    expect([said(more), fieldsOf(more)]).toEqual(['400 INVALID_INPUT_VALUE', ['lines.0.quantity']])
  })

  test('do not move the hold', async () => {
    const { buyerId, orderId, items } = await placed([5], { holdSeconds: 1 })
    const answer = await orders.change(orderId, buyerId, lines([items[0]!, 6]))
    expect(Date.parse(answer.body.payBy) - Date.parse(answer.body.orderDate)).toBe(1_000)
    await orders.isExpired(orderId, buyerId)
    expect(await orders.left(items[0]!)).toEqual([10])
    expect(said(await orders.change(orderId, buyerId, lines([items[0]!, 1])))).toBe(NOT_CHANGEABLE)
    await expectBank(database, items[0]!)
  })

  test('are fixed once the time to pay is over, whether or not it was swept', async () => {
    const { buyerId, orderId, items } = await placed([5])
    const connection = await database.connect()
    try {
      // The sweep passes over orders that somebody holds, and so does the change once it has the order.
      await connection.query('BEGIN')
      await connection.query('UPDATE orders.orders SET pay_by = clock_timestamp() WHERE id = $1', [orderId])
      const waiting = orders.change(orderId, buyerId, lines([items[0]!, 1]))
      await new Promise((resolve) => setTimeout(resolve, 100))
      await connection.query('COMMIT')
      expect(said(await waiting)).toBe(NOT_CHANGEABLE)
    } finally {
      connection.release()
    }
  })

  test.each(['PAID', 'SHIPPING', 'SHIPPED', 'CANCELED', 'RETURNED'])(
    'of an order that is %s are fixed',
    async (status) => {
      const { buyerId, orderId, items } = await placed([5])
      await orders.setStatus(orderId, status)
      expect(said(await orders.change(orderId, buyerId, lines([items[0]!, 1])))).toBe(NOT_CHANGEABLE)
      expect(await orders.left(items[0]!)).toEqual([5])
    },
  )

  test('are in the audit trail', async () => {
    const { buyerId, orderId, items } = await placed([5])
    await orders.change(orderId, buyerId, lines([items[0]!, 2]))
    const { rows } = await database.query(
      `SELECT actor_id, action, before, after FROM platform.audit WHERE subject = 'order' AND subject_id = $1`,
      [orderId],
    )
    expect(rows).toEqual([
      {
        actor_id: buyerId,
        action: 'CHANGE',
        before: { status: 'CREATED', lines: [{ itemId: items[0], quantity: 5 }] },
        after: { status: 'CREATED', lines: [{ itemId: items[0], quantity: 2 }] },
      },
    ])
  })
})

describe('a change', () => {
  test('is for the buyer of the order, not even for administrators', async () => {
    const { orderId, items } = await placed([5])
    for (const role of ['CERTIFIED_USER', 'ADMIN'] as const)
      expect(said(await orders.change(orderId, orders.newBuyer(), lines([items[0]!, 1]), { role }))).toBe(
        '403 UNAUTHORIZED_ACCESS',
      )
    expect(said(await client.send('PUT', `${ORDERS}/${orderId}`, { body: lines([items[0]!, 1]) }))).toBe(
      '401 UNAUTHENTICATED',
    )
    expect(await orders.left(items[0]!)).toEqual([5])
  })

  test('of an order that does not exist is told so', async () => {
    expect(said(await orders.change(999_999_999, orders.newBuyer(), lines([1, 1])))).toBe(
      '404 NOT_FOUND_ORDER',
    )
  })

  test('repeated with its key is done once', async () => {
    const { buyerId, orderId, items } = await placed([5])
    const first = await orders.change(orderId, buyerId, lines([items[0]!, 3]), { key: 'k' })
    await orders.change(orderId, buyerId, lines([items[0]!, 4]))
    const again = await orders.change(orderId, buyerId, lines([items[0]!, 3]), { key: 'k' })
    expect([again.status, again.body]).toEqual([200, first.body])
    expect((await orders.get(orderId, buyerId)).body.orderItemList[0].quantity).toBe(4)
  })

  test.each<[unknown, string[]]>([
    [{}, ['body']],
    [{ lines: [] }, ['lines']],
    [{ lines: [{ itemId: 1 }] }, ['lines.0.quantity']],
    [{ lines: [{ itemId: 1, quantity: -1 }] }, ['lines.0.quantity']],
    [{ lines: [{ itemId: 1, quantity: 1.5 }] }, ['lines.0.quantity']],
    [{ lines: [{ itemId: 1, quantity: '1' }] }, ['lines.0.quantity']],
    [{ lines: [{ itemId: 1, quantity: 2 ** 31 }] }, ['lines.0.quantity']],
    [{ lines: [{ itemId: 2 ** 53, quantity: 1 }] }, ['lines.0.itemId']],
    [{ lines: [{ itemId: 1, quantity: 1, price: 1 }] }, ['lines.0.price']],
    [
      {
        lines: [
          { itemId: 1, quantity: 1 },
          { itemId: 1, quantity: 2 },
        ],
      },
      ['lines.1.itemId'],
    ],
    [{ lines: Array.from({ length: 1_001 }, (_, i) => ({ itemId: i + 1, quantity: 1 })) }, ['lines']],
    [{ status: 'PAID' }, ['status']],
  ])('7.A.10: of %j is refused, negative quantities and all', async (body, fields) => {
    const { buyerId, orderId } = await placed([1])
    const answer = await orders.change(orderId, buyerId, body)
    expect(said(answer)).toBe('400 INVALID_INPUT_VALUE')
    expect(fieldsOf(answer)).toEqual(fields)
  })
})

describe('the recipient of an order', () => {
  const sealed = async (orderId: number): Promise<Record<string, Buffer>[]> =>
    (
      await database.query('SELECT name, phone_number, address FROM orders.recipient WHERE order_id = $1', [
        orderId,
      ])
    ).rows

  test('is kept encrypted, shown to buyer and administrators, and not in lists', async () => {
    const [itemId, buyerId] = [await orders.normalItem(), orders.newBuyer()]
    const answer = await orders.order(buyerId, [{ itemId, itemCount: 1 }], { recipient: HONG })
    expect(said(answer)).toBe('201 CREATED')
    expect(answer.body).not.toHaveProperty('recipient')
    const { orderId } = answer.body
    expect((await orders.get(orderId, buyerId)).body).toMatchObject({ ...answer.body, recipient: HONG })
    expect((await orders.get(orderId, orders.newBuyer(), { role: 'ADMIN' })).body.recipient).toEqual(HONG)
    expect(JSON.stringify((await orders.list(buyerId)).body)).not.toContain(HONG.name)
    const [row] = await sealed(orderId)
    const bytes = Buffer.concat(Object.values(row!)).toString('latin1')
    for (const text of Object.values(HONG)) expect(bytes).not.toContain(Buffer.from(text).toString('latin1'))
    expect(shop.output()).not.toContain(HONG.name)
  })

  test('is trimmed, and another one takes its place while the order is unpaid', async () => {
    const { buyerId, orderId } = await placed([1])
    expect((await orders.get(orderId, buyerId)).body).not.toHaveProperty('recipient')
    const padded = { name: ' 홍길동 ', phoneNumber: ' 01012345678 ', address: ` ${HONG.address} ` }
    const answer = await orders.change(orderId, buyerId, { recipient: padded })
    expect(answer.body.recipient).toEqual({ ...HONG, phoneNumber: '01012345678' })
    const other = { ...HONG, name: '임꺽정' }
    expect((await orders.change(orderId, buyerId, { recipient: other })).body.recipient).toEqual(other)
    expect(await sealed(orderId)).toHaveLength(1)
    await orders.setStatus(orderId, 'PAID')
    expect(said(await orders.change(orderId, buyerId, { recipient: HONG }))).toBe(NOT_CHANGEABLE)
    expect((await orders.get(orderId, buyerId)).body.recipient).toEqual(other)
  })

  test('may be given to a limited order, which is placed without one', async () => {
    const itemId = await openSale(client, { quantity: 1 })
    const buyerId = orders.newBuyer()
    const { body } = await buy(client, buyerId, { itemId })
    expect((await orders.change(body.orderId, buyerId, { recipient: HONG })).body.recipient).toEqual(HONG)
  })

  test('goes with quantities, or neither does', async () => {
    const { buyerId, orderId, items } = await placed([5])
    const both = { recipient: HONG, ...lines([items[0]!, 11]) }
    expect(said(await orders.change(orderId, buyerId, both))).toBe('409 NOT_ENOUGH_STOCK')
    expect(await sealed(orderId)).toEqual([])
  })

  test.each<[string, object, string[]]>([
    ['no name', { name: undefined }, ['recipient.name']],
    ['a blank name', { name: ' ' }, ['recipient.name']],
    ['a name that is no text', { name: 1 }, ['recipient.name']],
    ['a long name', { name: 'ㄱ'.repeat(101) }, ['recipient.name']],
    ['a character of control', { name: 'a\u0000b' }, ['recipient.name']],
    ['half a character', { address: 'a\ud800' }, ['recipient.address']],
    ['a long address', { address: 'ㄱ'.repeat(301) }, ['recipient.address']],
    ['something that is no phone number', { phoneNumber: '02-123-4567' }, ['recipient.phoneNumber']],
    ['several things wrong', { name: '', phoneNumber: '1' }, ['recipient.name', 'recipient.phoneNumber']],
    ['something unknown', { email: 'a@b.example' }, ['recipient.email']],
  ])('with %s is refused and not echoed', async (_, changes, fields) => {
    const { buyerId, orderId, items } = await placed([1])
    const recipient = { ...HONG, ...changes }
    for (const answer of [
      await orders.change(orderId, buyerId, { recipient }),
      await orders.order(buyerId, [{ itemId: items[0]!, itemCount: 1 }], { recipient }),
    ]) {
      expect(said(answer)).toBe('400 INVALID_INPUT_VALUE')
      expect(fieldsOf(answer)).toEqual(fields)
      expect(answer.body.errors.every(({ value }: { value: string }) => value === '')).toBe(true)
    }
    expect(await orders.left(items[0]!)).toEqual([9])
  })

  test('is refused in the words of sign-up, in both languages', async () => {
    const { buyerId, orderId } = await placed([1])
    const body = { recipient: { ...HONG, phoneNumber: '1' } }
    const ko = await orders.change(orderId, buyerId, body)
    const en = await orders.change(orderId, buyerId, body, { language: 'en' })
    expect(ko.body.errors[0].reason).toBe('올바른 전화번호 형식으로 입력해 주세요. (예: 01012345678)')
    expect(en.body.errors[0].reason).toBe('Enter a valid phone number (e.g. 01012345678).')
  })

  test('is what the buyer’s profile says at the time of the order where none is named', async () => {
    const itemId = await orders.normalItem()
    const address = { email: 'recipient@shop.example', password: 'glass-river-0417', ...HONG }
    const signedUp = await client.send('POST', '/user-service/api/v1/users', { body: address })
    expect(signedUp.status, JSON.stringify(signedUp.body)).toBe(201)
    const buyerId: number = signedUp.body.id
    const { body } = await orders.order(buyerId, [{ itemId, itemCount: 1 }])
    expect((await orders.get(body.orderId, buyerId)).body.recipient).toEqual(HONG)
    const named = await orders.order(buyerId, [{ itemId, itemCount: 1 }], {
      recipient: { ...HONG, name: '임꺽정' },
    })
    expect((await orders.get(named.body.orderId, buyerId)).body.recipient.name).toBe('임꺽정')
  })
})

describe('changing, cancelling and expiring at once', () => {
  test('keep the bank, whoever wins', async () => {
    const random = randomOf(runSeed())
    const upTo = (n: number): number => Math.floor(random() * n)
    const items = await Promise.all(
      [1, 1, 600].map((holdSeconds) => orders.normalItem({ quantity: 60, holdSeconds })),
    )
    const limited = await openSale(client, { quantity: 40, limitPerBuyer: 3, holdSeconds: 1 })
    const press = async (): Promise<string[]> => {
      const names: string[] = []
      for (let i = 0; i < 8; i++) {
        const buyerId = orders.newBuyer()
        const isLimited = random() < 0.3
        const chosen = isLimited ? [limited] : [items[upTo(3)]!, items[upTo(3)]!]
        const first = isLimited
          ? await buy(client, buyerId, { itemId: limited, quantity: 3 })
          : await orders.order(
              buyerId,
              chosen.map((itemId) => ({ itemId, itemCount: 1 + upTo(4) })),
            )
        names.push(said(first))
        if (first.status !== 201) continue
        const { orderId } = first.body
        const one = (): number => chosen[upTo(chosen.length)]!
        const acts = [
          () => orders.change(orderId, buyerId, lines([one(), upTo(6)])),
          () =>
            orders.cancel(orderId, buyerId, { body: { lines: [{ itemId: one(), quantity: 1 + upTo(2) }] } }),
          () => orders.cancel(orderId, buyerId, { itemId: one() }),
          () => orders.cancel(orderId, buyerId),
          () =>
            database.query('UPDATE orders.orders SET pay_by = clock_timestamp() WHERE id = $1', [orderId]),
        ]
        const did = await Promise.all(Array.from({ length: 3 }, () => acts[upTo(acts.length)]!()))
        names.push(...did.map((answer) => ('headers' in answer ? said(answer) : 'due')))
      }
      return names
    }
    const names = (await Promise.all(Array.from({ length: 8 }, press))).flat()
    const known = new Set([
      '201 CREATED',
      '409 NOT_ENOUGH_STOCK',
      '200 CREATED',
      '200 CANCELED',
      '204',
      'due',
    ])
    for (const code of [
      'ORDER_NOT_CHANGEABLE',
      'ORDER_NOT_CANCELABLE',
      'LIMITED_ITEM',
      'PURCHASE_LIMIT_REACHED',
    ])
      known.add(`409 ${code}`)
    // More units than the order still had; the order expired between the change and its answer.
    known.add('400 INVALID_INPUT_VALUE').add('200 EXPIRED')
    expect(names.filter((name) => !known.has(name))).toEqual([])
    await expectBank(database, ...items, limited)
    await expectExact(database, limited, [])
  })

  test('two cancels of the same units and a raise never deadlock and count once', async () => {
    const { buyerId, orderId, items } = await placed([5, 5])
    const [one, two] = items as [number, number]
    const answers = await Promise.all([
      ...Array.from({ length: 5 }, () =>
        orders.cancel(orderId, buyerId, { body: { orderItemIds: [two, one] } }),
      ),
      ...Array.from({ length: 5 }, () => orders.change(orderId, buyerId, lines([two, 6], [one, 4]))),
    ])
    const names = new Set(answers.map(said))
    for (const name of names)
      expect(['204', '200 CREATED', '409 ORDER_NOT_CHANGEABLE', '200 CANCELED']).toContain(name)
    expect(await orders.left(one, two)).toEqual([10, 10])
    await expectBank(database, one, two)
  })
})
