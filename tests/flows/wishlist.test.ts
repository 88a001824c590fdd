// The wishlist: what is on it, and every way to change it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tally, tokenOf, type Answer } from '../support/buyers.ts'
import { newMember, said, seller, SEVERAL, shelfOf, WISHLISTS, wishlistsOf } from '../support/member-lists.ts'
import { ITEMS, startShop, type Shop } from '../support/sale-app.ts'
import { openSale } from '../support/sale.ts'

const SEOUL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+09:00$/

let shop: Shop
beforeAll(async () => {
  shop = await startShop('wishlist')
})
afterAll(() => shop?.stop())

const { publish, takeOff } = shelfOf(() => shop)
const { call, add, addAll, read, itemsOf } = wishlistsOf(() => shop)
/** Lines of items that nobody knows, past the application. */
async function fill(userId: number, count: number): Promise<void> {
  await shop.database.query('INSERT INTO wishlists.wishlist (user_id, changed_at) VALUES ($1, now())', [
    userId,
  ])
  await shop.database.query(
    'INSERT INTO wishlists.line (user_id, item_id) SELECT $1, 800000000 + n FROM generate_series(1, $2::int) AS n',
    [userId, count],
  )
}

const DONE = '204'
const NOT_LISTED = '404 NOT_FOUND_WISHLIST_ITEM'
const NO_ITEM = '404 NOT_FOUND_ITEM'
const FULL = '409 LIST_FULL'
const BAD_INPUT = '400 INVALID_INPUT_VALUE'

describe('a wishlist', () => {
  test('7.D.9: read for the first time is empty (the original wrote inside a read, and failed)', async () => {
    const userId = newMember()
    const answer = await read(userId)
    expect([answer.status, answer.body]).toEqual([200, { wishListId: userId, wishlistItems: [] }])
  })

  test('7.D.10: shows each item as of now, in the order of adding (the original asked an address that is not there)', async () => {
    const userId = newMember()
    const [mug, limited] = [await publish(), await openSale(shop.client, { quantity: 5 })]
    const soon = await openSale(shop.client, { quantity: 5, openInMs: 3_600_000 })
    for (const itemId of [limited, mug, soon]) expect(said(await add(userId, itemId))).toBe(DONE)
    const reserved = {
      name: 'Limited drop',
      price: 1_000,
      quantity: 5,
      isReserved: true,
      openTime: expect.stringMatching(SEOUL),
      isOnSale: true,
      addedAt: expect.stringMatching(SEOUL),
    }
    const { status, body } = await read(userId)
    expect(status).toBe(200)
    expect(body).toEqual({
      wishListId: userId,
      wishlistItems: [
        { ...reserved, itemId: limited, saleStatus: 'OPEN' },
        {
          itemId: mug,
          name: 'Plain mug',
          price: 500,
          quantity: 10,
          isReserved: false,
          openTime: null,
          isOnSale: true,
          addedAt: expect.stringMatching(SEOUL),
        },
        { ...reserved, itemId: soon, saleStatus: 'SCHEDULED' },
      ],
    })
    const text = { name: 'Better mug', description: 'A normal item of the tests', price: 900 }
    await shop.client.send('PUT', `${ITEMS}/${mug}`, { token: seller, body: text })
    await expect
      .poll(async () => (await read(userId)).body.wishlistItems[1], { timeout: 3_000 })
      .toMatchObject({ itemId: mug, name: 'Better mug', price: 900 })
  })

  test('shows an item that was taken off as such, and lets it be removed', async () => {
    const userId = newMember()
    const [kept, gone] = [await publish(), await publish()]
    await addAll(userId, [gone, kept])
    await takeOff(gone)
    await expect
      .poll(async () => (await read(userId)).body.wishlistItems, { timeout: 3_000 })
      .toMatchObject([
        { itemId: gone, name: null, price: null, quantity: 0, isOnSale: false, openTime: null },
        { itemId: kept, name: 'Plain mug', isOnSale: true },
      ])
    expect(said(await call('DELETE', `?itemId=${gone}`, userId))).toBe(DONE)
    expect(await itemsOf(userId)).toEqual([kept])
  })

  test('is of its member alone, and asks who that is', async () => {
    const [one, other] = [newMember(), newMember()]
    const itemId = await publish()
    await add(one, itemId)
    expect(await itemsOf(other)).toEqual([])
    expect(said(await call('DELETE', `?itemId=${itemId}`, other))).toBe(NOT_LISTED)
    expect(said(await call('DELETE', SEVERAL, other, { body: [itemId] }))).toBe(DONE)
    expect(said(await call('DELETE', '/clear', other))).toBe(DONE)
    expect(await itemsOf(one)).toEqual([itemId])
    expect(said(await shop.client.send('GET', WISHLISTS))).toBe('401 UNAUTHENTICATED')
    const unverified = tokenOf(other, 'UNCERTIFIED_USER')
    expect(said(await shop.client.send('GET', WISHLISTS, { token: unverified }))).toBe(
      '403 UNAUTHORIZED_ACCESS',
    )
  })
})

describe('adding to a wishlist', () => {
  test('an item that is on it already is refused', async () => {
    const userId = newMember()
    const itemId = await publish()
    expect([said(await add(userId, itemId)), said(await add(userId, itemId))]).toEqual([
      DONE,
      '409 ALREADY_EXISTS_ITEM',
    ])
    expect(await itemsOf(userId)).toEqual([itemId])
  })

  test('an item that does not exist is refused, where the original took any number', async () => {
    const userId = newMember()
    const gone = await publish()
    await takeOff(gone)
    const answer = await add(userId, 987_654)
    expect(said(answer)).toBe(NO_ITEM)
    expect(answer.body.errors).toMatchObject([{ field: 'itemId', value: '987654' }])
    await expect.poll(async () => said(await add(userId, gone)), { timeout: 3_000 }).toBe(NO_ITEM)
  })

  test('several skips those that are on it, and those that are named twice', async () => {
    const userId = newMember()
    const [one, two, three] = [await publish(), await publish(), await publish()]
    await add(userId, two)
    expect(said(await addAll(userId, [three, two, one, three]))).toBe(DONE)
    expect(await itemsOf(userId)).toEqual([two, three, one])
    expect(said(await addAll(userId, [one, two, three]))).toBe(DONE)
    expect(await itemsOf(userId)).toEqual([two, three, one])
  })

  test('several of which one does not exist adds nothing, and says which in both languages', async () => {
    const userId = newMember()
    const itemId = await publish()
    for (const [language, reason] of [
      ['ko', '존재하지 않는 상품입니다.'],
      ['en', 'No such item.'],
    ] as const) {
      const headers = { 'accept-language': language }
      const answer = await call('POST', SEVERAL, userId, {
        body: [itemId, 987_654, 987_655, 987_654],
        headers,
      })
      expect(said(answer)).toBe(NO_ITEM)
      expect(answer.body.errors).toEqual([
        { field: 'itemIds', value: '987654', reason },
        { field: 'itemIds', value: '987655', reason },
      ])
    }
    expect(await itemsOf(userId)).toEqual([])
  })

  test('7.E: the same item 50 times at the same time is one line (the original had several)', async () => {
    const userId = newMember()
    const itemId = await publish()
    const answers = await Promise.all(Array.from({ length: 50 }, () => add(userId, itemId)))
    expect(tally(answers)).toEqual({ 204: 1, '409 ALREADY_EXISTS_ITEM': 49 })
    expect(await itemsOf(userId)).toEqual([itemId])
  })

  test('500 items are a full list, also when they come at the same time', async () => {
    const userId = newMember()
    await fill(userId, 495)
    const items = await Promise.all(Array.from({ length: 12 }, () => publish()))
    expect(said(await addAll(userId, items.slice(0, 6)))).toBe(FULL)
    expect(await itemsOf(userId)).toHaveLength(495)
    const answers = await Promise.all(
      items.map((itemId, i) => (i % 2 === 0 ? add(userId, itemId) : addAll(userId, [itemId]))),
    )
    expect(tally(answers)).toEqual({ 204: 5, [FULL]: 7 })
    const listed = await itemsOf(userId)
    expect(listed).toHaveLength(500)
    // What is on it is not refused for being full.
    expect(said(await addAll(userId, [listed.at(-1)]))).toBe(DONE)
    expect(said(await add(userId, listed.at(-1)!))).toBe('409 ALREADY_EXISTS_ITEM')
    expect(said(await call('DELETE', `?itemId=${listed.at(-1)}`, userId))).toBe(DONE)
    expect(said(await add(userId, listed.at(-1)!))).toBe(DONE)
  })

  test('repeated with its key is answered as the first time', async () => {
    const userId = newMember()
    const itemId = await publish()
    const send = (): Promise<Answer> => call('POST', `?itemId=${itemId}`, userId, { key: 'k' })
    const [first, again] = [await send(), await send()]
    expect([said(first), said(again), again.headers['idempotency-replayed']]).toEqual([DONE, DONE, 'true'])
  })
})

describe('removing from a wishlist', () => {
  test('one item, once', async () => {
    const userId = newMember()
    const [one, two] = [await publish(), await publish()]
    await addAll(userId, [one, two])
    expect(said(await call('DELETE', `?itemId=${one}`, userId))).toBe(DONE)
    expect(said(await call('DELETE', `?itemId=${one}`, userId))).toBe(NOT_LISTED)
    expect(await itemsOf(userId)).toEqual([two])
  })

  test('several skips what is not on it', async () => {
    const userId = newMember()
    const [one, two, three] = [await publish(), await publish(), await publish()]
    await addAll(userId, [one, two, three])
    expect(said(await call('DELETE', SEVERAL, userId, { body: [three, 987_654, one, one] }))).toBe(DONE)
    expect(await itemsOf(userId)).toEqual([two])
    expect(said(await call('DELETE', SEVERAL, userId, { body: [one] }))).toBe(DONE)
  })

  test('7.D.9: all of it is for good, also where there is nothing (the original lost the deletion)', async () => {
    const userId = newMember()
    const itemId = await publish()
    expect(said(await call('DELETE', '/clear', userId))).toBe(DONE)
    await add(userId, itemId)
    expect(said(await call('DELETE', '/clear', userId))).toBe(DONE)
    expect(await itemsOf(userId)).toEqual([])
    expect(said(await add(userId, itemId))).toBe(DONE)
  })
})

describe('malformed requests', () => {
  test.each([
    [[]],
    [[0]],
    [[2 ** 53]],
    [['1']],
    [['\u0000']],
    [[null]],
    [Array(101).fill(1)],
    [{ itemId: 1 }],
    [1],
    [null],
    [undefined],
  ])('a list of %j is refused', async (body) => {
    const userId = newMember()
    expect(said(await addAll(userId, body))).toBe(BAD_INPUT)
    expect(said(await call('DELETE', SEVERAL, userId, { body }))).toBe(BAD_INPUT)
  })

  test.each(['0', '-1', 'x', '9007199254740992', '99999999999999999999', '%00', '1.5', ''])(
    'the item %j is refused',
    async (id) => {
      const userId = newMember()
      expect((await call('POST', `?itemId=${id}`, userId)).status).toBe(400)
      expect((await call('DELETE', `?itemId=${id}`, userId)).status).toBe(400)
    },
  )

  test('no item is refused', async () => {
    const userId = newMember()
    expect(said(await call('POST', '', userId))).toBe(BAD_INPUT)
    expect(said(await call('DELETE', '', userId))).toBe(BAD_INPUT)
  })
})
