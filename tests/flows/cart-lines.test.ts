// Lines of the cart: up, down, set, removed.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Answer } from '../support/buyers.ts'
import { cartsOf, newMember, said, shelfOf, withLostAnswers } from '../support/member-lists.ts'
import { startShop, type Shop } from '../support/sale-app.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startShop('cart-lines')
})
afterAll(() => shop?.stop())

const { publish } = shelfOf(() => shop)
const { call, add, linesOf } = cartsOf(() => shop)
const errorsOf = ({ body }: Answer): { field: string; value: string; reason: string }[] => body.errors

const DONE = '204'
const NOT_IN_CART = '404 NOT_FOUND_CART_ITEM'
const BAD_INPUT = '400 INVALID_INPUT_VALUE'

describe('the quantity of a line', () => {
  test('goes up and down by one, or by a number', async () => {
    const userId = newMember()
    const itemId = await publish()
    await add(userId, { itemId, quantity: 5 })
    for (const [path, body, quantity] of [
      [`/increase?itemId=${itemId}`, undefined, 6],
      [`/decrease?itemId=${itemId}`, undefined, 5],
      [`/${itemId}/increase`, 10, 15],
      [`/${itemId}/decrease`, 3, 12],
      [`/${itemId}`, { quantity: 7 }, 7],
    ] as const) {
      expect(said(await call('PUT', path, userId, { body })), path).toBe(DONE)
      expect(await linesOf(userId), path).toEqual([[itemId, quantity]])
    }
  })

  test.each(['/decrease?itemId=', '/decrease'])(
    '7.E: decreased to nothing by %s removes the line, and it can be added again (the original lost the deletion)',
    async (path) => {
      const userId = newMember()
      const [itemId, other] = [await publish(), await publish()]
      await add(
        userId,
        [itemId, other].map((id) => ({ itemId: id, quantity: 1 })),
      )
      const decrease = (): Promise<Answer> =>
        path === '/decrease'
          ? call('PUT', `/${itemId}${path}`, userId, { body: 1_000 })
          : call('PUT', `${path}${itemId}`, userId)
      expect(said(await decrease())).toBe(DONE)
      expect(await linesOf(userId)).toEqual([[other, 1]])
      expect(said(await decrease())).toBe(NOT_IN_CART)
      expect(said(await add(userId, { itemId, quantity: 4 }))).toBe(DONE)
      expect(await linesOf(userId)).toEqual([
        [other, 1],
        [itemId, 4],
      ])
    },
  )

  test('is exact when many change it at the same time', async () => {
    const userId = newMember()
    const itemId = await publish()
    await add(userId, { itemId, quantity: 100 })
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        i % 2 === 0
          ? call('PUT', `/${itemId}/increase`, userId, { body: 5 })
          : call('PUT', `/decrease?itemId=${itemId}`, userId),
      ),
    )
    expect(answers.map(said)).toEqual(answers.map(() => DONE))
    expect(await linesOf(userId)).toEqual([[itemId, 100 + 20 * 5 - 20]])
  })

  test('is changed once by a repeated key, also where its first answer was lost', async () => {
    const userId = newMember()
    const itemId = await publish()
    await add(userId, { itemId, quantity: 5 })
    const ways = [
      (key: string) => call('PUT', `/increase?itemId=${itemId}`, userId, { key }),
      (key: string) => call('PUT', `/${itemId}/decrease`, userId, { key, body: 1 }),
    ]
    for (const [i, change] of ways.entries()) {
      expect([said(await change(`k${i}`)), said(await change(`k${i}`))]).toEqual([DONE, DONE])
      expect(await linesOf(userId)).toEqual([[itemId, i === 0 ? 6 : 5]])
    }
    await withLostAnswers(shop.database, async (leasesAreOver) => {
      for (const [i, change] of ways.entries()) {
        expect(said(await change(`lost${i}`))).toBe(DONE)
        await leasesAreOver()
        expect(said(await change(`lost${i}`))).toBe('409 IDEMPOTENCY_ANSWER_LOST')
        expect(await linesOf(userId)).toEqual([[itemId, i === 0 ? 6 : 5]])
      }
    })
  })

  test('of an item that is not in the cart can not be changed', async () => {
    const userId = newMember()
    const itemId = await publish()
    for (const [method, path, body] of [
      ['PUT', `/increase?itemId=${itemId}`, undefined],
      ['PUT', `/decrease?itemId=${itemId}`, undefined],
      ['PUT', `/${itemId}/increase`, 1],
      ['PUT', `/${itemId}/decrease`, 1],
      ['PUT', `/${itemId}`, { quantity: 1 }],
      ['DELETE', `/${itemId}`, undefined],
    ] as const) {
      const answer = await call(method, path, userId, { body })
      expect(said(answer), path).toBe(NOT_IN_CART)
      expect(errorsOf(answer)).toMatchObject([{ field: 'itemId', value: String(itemId) }])
    }
  })

  test.each([0, -1, 1_001, 1.5, '1', null, [1], { amount: 1 }, true, 1e300])(
    'by %j is refused',
    async (body) => {
      const userId = newMember()
      const itemId = await publish()
      await add(userId, { itemId, quantity: 5 })
      for (const path of ['/increase', '/decrease'])
        expect(said(await call('PUT', `/${itemId}${path}`, userId, { body }))).toBe(BAD_INPUT)
      expect(said(await call('PUT', `/${itemId}`, userId, { body: { quantity: body } }))).toBe(BAD_INPUT)
      expect(await linesOf(userId)).toEqual([[itemId, 5]])
    },
  )

  test('a body that is missing, or no number, is refused', async () => {
    const userId = newMember()
    expect(said(await call('PUT', '/1/increase', userId))).toBe(BAD_INPUT)
    expect(said(await call('PUT', '/1', userId))).toBe(BAD_INPUT)
  })

  test.each(['0', '-1', 'x', '9007199254740992', '99999999999999999999', '%00', '1.5', ''])(
    'of the item %j is refused',
    async (id) => {
      const userId = newMember()
      const paths: ['PUT' | 'DELETE', string, unknown][] = [
        ['PUT', `/increase?itemId=${id}`, undefined],
        ['PUT', `/decrease?itemId=${id}`, undefined],
      ]
      if (id !== '')
        paths.push(
          ['PUT', `/${id}/increase`, 1],
          ['PUT', `/${id}`, { quantity: 1 }],
          ['DELETE', `/${id}`, undefined],
        )
      for (const [method, path, body] of paths)
        expect((await call(method, path, userId, { body })).status, path).toBe(400)
      expect((await call('PUT', '/increase', userId)).status).toBe(400)
    },
  )
})

describe('removing', () => {
  test('7.G: one line leaves the others (the original could only empty the cart)', async () => {
    const userId = newMember()
    const items = [await publish(), await publish(), await publish()]
    await add(
      userId,
      items.map((itemId) => ({ itemId, quantity: 2 })),
    )
    expect(said(await call('DELETE', `/${items[1]}`, userId))).toBe(DONE)
    expect(said(await call('DELETE', `/${items[1]}`, userId))).toBe(NOT_IN_CART)
    expect(await linesOf(userId)).toEqual([
      [items[0], 2],
      [items[2], 2],
    ])
  })

  test('7.D.9: emptying takes every line for good, also where there is none (the original lost the deletion)', async () => {
    const userId = newMember()
    const items = [await publish(), await publish()]
    expect(said(await call('DELETE', '', userId))).toBe(DONE)
    await add(
      userId,
      items.map((itemId) => ({ itemId, quantity: 2 })),
    )
    expect(said(await call('DELETE', '', userId))).toBe(DONE)
    expect(await linesOf(userId)).toEqual([])
    expect(said(await call('DELETE', '', userId))).toBe(DONE)
    expect(said(await add(userId, { itemId: items[0], quantity: 1 }))).toBe(DONE)
    expect(await linesOf(userId)).toEqual([[items[0], 1]])
  })
})
