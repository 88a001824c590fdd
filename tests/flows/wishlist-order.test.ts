// Ordering from the wishlist: all or nothing, and what was ordered stays on the list.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tokenOf, type Answer } from '../support/buyers.ts'
import { newMember, said, shelfOf, wishlistsOf } from '../support/member-lists.ts'
import { ORDERS } from '../support/orders.ts'
import { startShop, type Shop } from '../support/sale-app.ts'
import { openSale } from '../support/sale.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startShop('wishlist-order')
})
afterAll(() => shop?.stop())

const { publish, takeOff, left } = shelfOf(() => shop)
const { call, add, addAll, read, itemsOf } = wishlistsOf(() => shop)

const DONE = '204'
const NOT_LISTED = '404 NOT_FOUND_WISHLIST_ITEM'
const BAD_INPUT = '400 INVALID_INPUT_VALUE'

describe('an order from the wishlist', () => {
  const order = (userId: number, body?: unknown, key?: string): Promise<Answer> =>
    call('POST', '/order', userId, { body, ...(key !== undefined && { key }) })

  test('7.G: takes one of each normal item that can be bought, and all stay on the list (declared by the original, never built)', async () => {
    const userId = newMember()
    const [one, two, soldOut] = [
      await publish(),
      await publish({ price: 1_250 }),
      await publish({ quantity: 0 }),
    ]
    const limited = await openSale(shop.client, { quantity: 5 })
    const gone = await publish()
    const listed = [two, limited, soldOut, gone, one]
    expect(said(await addAll(userId, listed))).toBe(DONE)
    await takeOff(gone)
    await expect
      .poll(async () => (await read(userId)).body.wishlistItems[3].isOnSale, { timeout: 3_000 })
      .toBe(false)
    const { status, body } = await order(userId)
    expect(status, JSON.stringify(body)).toBe(201)
    expect(body).toMatchObject({
      userId,
      totalSum: 1_750,
      status: 'CREATED',
      orderItemList: [
        { itemId: one, quantity: 1, unitPrice: 500 },
        { itemId: two, quantity: 1, unitPrice: 1_250 },
      ],
    })
    expect(await itemsOf(userId)).toEqual(listed)
    expect([await left(one), await left(two), await left(limited)]).toEqual([9, 9, 5])
  })

  test('takes what is named, in the quantities that are named', async () => {
    const userId = newMember()
    const [one, two, other] = [await publish(), await publish(), await publish()]
    await addAll(userId, [one, two, other])
    const items = [{ itemId: two, quantity: 3 }, { itemId: one }, { itemId: two, quantity: 2 }]
    const { status, body } = await order(userId, { items })
    expect(status, JSON.stringify(body)).toBe(201)
    expect(body.orderItemList).toMatchObject([
      { itemId: one, quantity: 1 },
      { itemId: two, quantity: 5 },
    ])
    expect([await left(one), await left(two), await left(other)]).toEqual([9, 5, 10])
  })

  test('goes to whom it names', async () => {
    const userId = newMember()
    await add(userId, await publish())
    const recipient = { name: '김수령', phoneNumber: '010-2345-6789', address: '부산광역시 해운대구 1' }
    expect(said(await order(userId, { recipient: { ...recipient, name: '' } }))).toBe(BAD_INPUT)
    const placed = await order(userId, { recipient })
    expect(said(placed)).toBe('201')
    const { body } = await shop.client.send('GET', `${ORDERS}/${placed.body.orderId}`, {
      token: tokenOf(userId),
    })
    expect(body.recipient).toEqual(recipient)
  })

  test('is placed whole or not at all', async () => {
    const userId = newMember()
    const [plenty, few, unlisted] = [await publish(), await publish({ quantity: 1 }), await publish()]
    const limited = await openSale(shop.client, { quantity: 5 })
    await addAll(userId, [plenty, few, limited])
    for (const [itemId, quantity, expected] of [
      [few, 2, '409 NOT_ENOUGH_STOCK'],
      [limited, 1, '409 LIMITED_ITEM'],
      [unlisted, 1, NOT_LISTED],
      [987_654, 1, NOT_LISTED],
    ] as const) {
      const answer = await order(userId, { items: [{ itemId: plenty }, { itemId, quantity }] })
      expect(said(answer)).toBe(expected)
      if (answer.status === 404)
        expect(answer.body.errors).toMatchObject([{ field: 'items', value: String(itemId) }])
    }
    expect([await left(plenty), await left(few), await left(limited)]).toEqual([10, 1, 5])
    const { body } = await shop.client.send('GET', ORDERS, { token: tokenOf(userId) })
    expect(body.totalElements).toBe(0)
  })

  test('of nothing that can be bought says so', async () => {
    const userId = newMember()
    expect(said(await order(userId))).toBe('409 NOTHING_TO_ORDER')
    await addAll(userId, [await openSale(shop.client, { quantity: 5 }), await publish({ quantity: 0 })])
    for (const body of [undefined, {}, null])
      expect(said(await order(userId, body))).toBe('409 NOTHING_TO_ORDER')
  })

  test('of more than a hundred items asks for names', async () => {
    const userId = newMember()
    const items = await Promise.all(Array.from({ length: 101 }, () => publish()))
    await addAll(userId, items.slice(0, 100))
    await add(userId, items[100]!)
    const answer = await order(userId)
    expect(said(answer)).toBe(BAD_INPUT)
    expect(answer.body.errors).toMatchObject([{ field: 'items', value: '101' }])
    const named = { items: items.slice(0, 100).map((itemId) => ({ itemId })) }
    expect(said(await order(userId, named))).toBe('201')
  })

  test('with one key is placed once, also 20 times at once', async () => {
    const userId = newMember()
    const itemId = await publish({ quantity: 100 })
    await add(userId, itemId)
    const answers = await Promise.all(Array.from({ length: 20 }, () => order(userId, undefined, 'k')))
    expect(['201', '409 IDEMPOTENCY_IN_FLIGHT']).toEqual(
      expect.arrayContaining([...new Set(answers.map(said))]),
    )
    const again = await order(userId, undefined, 'k')
    expect([said(again), again.headers['idempotency-replayed']]).toEqual(['201', 'true'])
    const placed = [...answers, again].filter((answer) => said(answer) === '201')
    expect(new Set(placed.map(({ body }) => body.orderId)).size).toBe(1)
    expect(await left(itemId)).toBe(99)
    expect(said(await order(userId))).toBe('201')
    expect(await left(itemId)).toBe(98)
  })

  test.each([
    [{ items: [] }, 'items'],
    [{ items: [{ itemId: 1, quantity: 0 }] }, 'items.0.quantity'],
    [{ items: [{ itemId: 1, quantity: 1_001 }] }, 'items.0.quantity'],
    [{ items: [{ quantity: 1 }] }, 'items.0.itemId'],
    [{ items: [{ itemId: 1, price: 1 }] }, 'items.0.price'],
    [{ items: Array.from({ length: 101 }, () => ({ itemId: 1 })) }, 'items'],
    [{ itemIds: [1] }, 'itemIds'],
    [[1], 'body'],
  ])('asked for as %j is refused', async (body, field) => {
    const answer = await order(newMember(), body)
    expect(said(answer)).toBe(BAD_INPUT)
    expect(answer.body.errors.map((error: { field: string }) => error.field)).toEqual([field])
  })
})
