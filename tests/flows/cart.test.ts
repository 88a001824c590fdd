// The cart: what is in it, and adding to it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tokenOf, type Answer } from '../support/buyers.ts'
import { CARTS, cartsOf, newMember, said, seller, shelfOf } from '../support/member-lists.ts'
import { ITEMS, startShop, type Shop } from '../support/sale-app.ts'
import { openSale } from '../support/sale.ts'

const SEOUL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+09:00$/

let shop: Shop
beforeAll(async () => {
  shop = await startShop('cart')
})
afterAll(() => shop?.stop())

const { publish, takeOff } = shelfOf(() => shop)
const { call, add, read, linesOf } = cartsOf(() => shop)
const errorsOf = ({ body }: Answer): { field: string; value: string; reason: string }[] => body.errors

/** Lines of items that nobody knows, past the application. */
async function fill(userId: number, count: number): Promise<void> {
  await shop.database.query('INSERT INTO carts.cart (user_id, changed_at) VALUES ($1, now())', [userId])
  await shop.database.query(
    'INSERT INTO carts.line (user_id, item_id, quantity) SELECT $1, 800000000 + n, 1 FROM generate_series(1, $2::int) AS n',
    [userId, count],
  )
}

const DONE = '204'
const NOT_IN_CART = '404 NOT_FOUND_CART_ITEM'
const BAD_INPUT = '400 INVALID_INPUT_VALUE'
const NO_ITEM = '404 NOT_FOUND_ITEM'

describe('a cart', () => {
  test('of a member who never added anything is empty, where the original answered 404', async () => {
    const userId = newMember()
    const answer = await read(userId)
    expect([answer.status, answer.body]).toEqual([200, { cartId: userId, cartItems: [], totalSum: 0 }])
  })

  test('7.D.10: shows the quantities of the cart and the units of the stock apart (the original showed the stock for both)', async () => {
    const userId = newMember()
    const [mug, bag] = [
      await publish({ quantity: 10 }),
      await publish({ name: 'Bag', price: 1_250, quantity: 2 }),
    ]
    const limited = await openSale(shop.client, { quantity: 5 })
    const soon = await openSale(shop.client, { quantity: 5, openInMs: 3_600_000 })
    const lines = [
      { itemId: mug, quantity: 3 },
      { itemId: bag, quantity: 4 },
      { itemId: limited, quantity: 1 },
      { itemId: soon, quantity: 2 },
    ]
    expect(said(await add(userId, lines))).toBe(DONE)
    const { status, body } = await read(userId)
    expect(status).toBe(200)
    const normal = { isReserved: false, openTime: null, isOnSale: true }
    const reserved = {
      name: 'Limited drop',
      price: 1_000,
      available: 5,
      isReserved: true,
      openTime: expect.stringMatching(SEOUL),
      isOnSale: true,
      isOrderable: false,
    }
    expect(body).toEqual({
      cartId: userId,
      cartItems: [
        {
          ...normal,
          itemId: mug,
          name: 'Plain mug',
          price: 500,
          quantity: 3,
          available: 10,
          isOrderable: true,
          totalSum: 1_500,
        },
        {
          ...normal,
          itemId: bag,
          name: 'Bag',
          price: 1_250,
          quantity: 4,
          available: 2,
          isOrderable: false,
          totalSum: 5_000,
        },
        { ...reserved, itemId: limited, quantity: 1, saleStatus: 'OPEN', totalSum: 1_000 },
        { ...reserved, itemId: soon, quantity: 2, saleStatus: 'SCHEDULED', totalSum: 2_000 },
      ],
      totalSum: 1_500,
    })
  })

  test('shows each item as of now, and one that was taken off as such', async () => {
    const userId = newMember()
    const [changed, gone] = [await publish(), await publish()]
    await add(
      userId,
      [changed, gone].map((itemId) => ({ itemId, quantity: 2 })),
    )
    const text = { name: 'Better mug', description: 'A normal item of the tests', price: 900 }
    expect((await shop.client.send('PUT', `${ITEMS}/${changed}`, { token: seller, body: text })).status).toBe(
      200,
    )
    await takeOff(gone)
    await expect
      .poll(async () => (await read(userId)).body, { timeout: 3_000 })
      .toMatchObject({
        cartItems: [
          { itemId: changed, name: 'Better mug', price: 900, isOnSale: true, totalSum: 1_800 },
          {
            itemId: gone,
            name: null,
            price: null,
            quantity: 2,
            available: 0,
            isOnSale: false,
            isOrderable: false,
            totalSum: 0,
          },
        ],
        totalSum: 1_800,
      })
    expect(said(await call('DELETE', `/${gone}`, userId))).toBe(DONE)
    expect(await linesOf(userId)).toEqual([[changed, 2]])
  })

  test('is of its member alone, and asks who that is', async () => {
    const [one, other] = [newMember(), newMember()]
    const itemId = await publish()
    await add(one, { itemId, quantity: 2 })
    expect(await linesOf(other)).toEqual([])
    expect(said(await call('PUT', `/increase?itemId=${itemId}`, other))).toBe(NOT_IN_CART)
    expect(said(await call('DELETE', `/${itemId}`, other))).toBe(NOT_IN_CART)
    expect(said(await call('DELETE', '', other))).toBe(DONE)
    expect(await linesOf(one)).toEqual([[itemId, 2]])
    expect(said(await shop.client.send('GET', CARTS))).toBe('401 UNAUTHENTICATED')
    const unverified = tokenOf(other, 'UNCERTIFIED_USER')
    expect(said(await shop.client.send('GET', CARTS, { token: unverified }))).toBe('403 UNAUTHORIZED_ACCESS')
  })
})

describe('adding to a cart', () => {
  test('sums up, one entry or many, also an item that is named twice', async () => {
    const userId = newMember()
    const [one, two] = [await publish(), await publish()]
    expect(said(await add(userId, { itemId: two, quantity: 2 }))).toBe(DONE)
    const lines = [
      { itemId: one, quantity: 1 },
      { itemId: two, quantity: 5 },
      { itemId: one, quantity: 3 },
    ]
    expect(said(await add(userId, lines))).toBe(DONE)
    expect(await linesOf(userId)).toEqual([
      [two, 7],
      [one, 4],
    ])
  })

  test('an unknown item is refused by name, and nothing is added', async () => {
    const userId = newMember()
    const itemId = await publish()
    const lines = [itemId, 987_654, 987_655].map((id) => ({ itemId: id, quantity: 1 }))
    const answer = await add(userId, lines)
    expect(said(answer)).toBe(NO_ITEM)
    expect(errorsOf(answer)).toEqual([
      { field: 'itemId', value: '987654', reason: '존재하지 않는 상품입니다.' },
      { field: 'itemId', value: '987655', reason: '존재하지 않는 상품입니다.' },
    ])
    expect(said(await add(userId, { itemId: 987_654, quantity: 1 }))).toBe(NO_ITEM)
    expect(await linesOf(userId)).toEqual([])
  })

  test('more than 1,000 units of an item is refused in the language of the caller, and nothing is added', async () => {
    const userId = newMember()
    const [one, two] = [await publish(), await publish()]
    expect(said(await add(userId, { itemId: one, quantity: 999 }))).toBe(DONE)
    const lines = [
      { itemId: two, quantity: 1 },
      { itemId: one, quantity: 2 },
    ]
    for (const [language, reason] of [
      ['ko', `상품 ${one}: 수량은 1000 이하여야 합니다.`],
      ['en', `Item ${one}: the quantity must be at most 1000.`],
    ] as const) {
      const answer = await call('POST', '', userId, { body: lines, headers: { 'accept-language': language } })
      expect(said(answer)).toBe(BAD_INPUT)
      expect(errorsOf(answer)).toEqual([{ field: 'quantity', value: '1001', reason }])
    }
    expect(await linesOf(userId)).toEqual([[one, 999]])
    expect(said(await call('PUT', `/increase?itemId=${one}`, userId))).toBe(DONE)
    expect(said(await call('PUT', `/increase?itemId=${one}`, userId))).toBe(BAD_INPUT)
    expect(await linesOf(userId)).toEqual([[one, 1_000]])
  })

  test('a hundred items are a full cart, also when they come at the same time', async () => {
    const userId = newMember()
    await fill(userId, 95)
    const items = await Promise.all(Array.from({ length: 10 }, () => publish()))
    const answers = await Promise.all(items.map((itemId) => add(userId, { itemId, quantity: 1 })))
    expect(answers.map(said).toSorted()).toEqual([...Array(5).fill(DONE), ...Array(5).fill('409 LIST_FULL')])
    const lines = await linesOf(userId)
    expect(lines).toHaveLength(100)
    // What is in it can still be added to.
    const [inCart] = lines.at(-1)!
    expect(said(await add(userId, { itemId: inCart, quantity: 1 }))).toBe(DONE)
    expect((await linesOf(userId)).at(-1)).toEqual([inCart, 2])
    expect(said(await call('DELETE', `/${inCart}`, userId))).toBe(DONE)
    expect(said(await add(userId, { itemId: inCart, quantity: 1 }))).toBe(DONE)
  })

  test('7.E: 50 at the same time make one line with the exact sum (the original made several, or lost some)', async () => {
    const userId = newMember()
    const itemId = await publish()
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        add(userId, i % 2 === 0 ? { itemId, quantity: 3 } : [{ itemId, quantity: 1 }]),
      ),
    )
    expect(answers.map(said)).toEqual(answers.map(() => DONE))
    expect(await linesOf(userId)).toEqual([[itemId, 100]])
  })

  test('repeated with its key adds once, also 20 times at once', async () => {
    const userId = newMember()
    const itemId = await publish()
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => add(userId, { itemId, quantity: 5 }, 'k')),
    )
    expect([DONE, '409 IDEMPOTENCY_IN_FLIGHT']).toEqual(
      expect.arrayContaining([...new Set(answers.map(said))]),
    )
    expect(said(await add(userId, { itemId, quantity: 5 }, 'k'))).toBe(DONE)
    expect(await linesOf(userId)).toEqual([[itemId, 5]])
    expect(said(await add(userId, { itemId, quantity: 6 }, 'k'))).toBe('422 IDEMPOTENCY_KEY_REUSED')
  })

  test('malformed bodies are told field by field, of the shape that was meant', async () => {
    const userId = newMember()
    const itemId = await publish()
    for (const [body, fields] of [
      [{ itemId }, ['quantity']],
      [{ itemId, quantity: 0 }, ['quantity']],
      [{ itemId, quantity: 1_001 }, ['quantity']],
      [{ itemId, quantity: '2' }, ['quantity']],
      [{ itemId, quantity: 1.5 }, ['quantity']],
      [{ itemId: 2 ** 53, quantity: 1 }, ['itemId']],
      [{ itemId: '\u0000', quantity: 1 }, ['itemId']],
      [{ itemId, quantity: 1, price: 5 }, ['price']],
      [
        [
          { itemId, quantity: 1 },
          { itemId, quantity: -1 },
        ],
        ['1.quantity'],
      ],
      [[], ['body']],
      [Array.from({ length: 101 }, () => ({ itemId, quantity: 1 })), ['body']],
      ['text', ['body']],
      [5, ['body']],
      [null, ['body']],
      [undefined, ['body']],
    ] as const) {
      const answer = await add(userId, body)
      expect(said(answer), JSON.stringify(body)).toBe(BAD_INPUT)
      expect(
        errorsOf(answer).map(({ field }) => field),
        JSON.stringify(body),
      ).toEqual(fields)
    }
    expect(await linesOf(userId)).toEqual([])
  })
})
