import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Answer } from '../support/buyers.ts'
import { startItemShop, type ItemShop } from '../support/item-shop.ts'
import {
  ADMIN,
  BUYER,
  ITEMS,
  limitedItem,
  normalItem,
  OTHER_SELLER,
  SELLER,
  type Who,
} from '../support/sale-app.ts'

const INTERNAL = '/item-service/api/v1/internal/items'

let shop: ItemShop
beforeAll(async () => {
  shop = await startItemShop('item batch')
})
afterAll(() => shop?.stop())

const read = (body: unknown): Promise<Answer> => shop.ask('POST', `${ITEMS}/batch`, { body })
const remove = (body: unknown, who: Who = SELLER, key?: string): Promise<Answer> =>
  shop.ask('DELETE', `${ITEMS}/batch`, { who, body, ...(key !== undefined && { key }) })
const statusesOf = (answers: readonly Answer[]): number[] =>
  answers.map(({ status }) => status).toSorted((a, b) => a - b)
const UNKNOWN = 900_000_000

const WRONG_IDS = [
  ['nothing', undefined],
  ['no ids', []],
  ['too many', Array.from({ length: 101 }, (_, n) => n + 1)],
  ['a number', 1],
  ['an object', { itemIds: [1] }],
  ['text', ['1']],
  ['zero', [0]],
  ['a part of one', [1.5]],
  ['beyond what is exact', [9_007_199_254_740_992]],
  ['null', [null]],
] as const

describe('reading several', () => {
  test('answers each as it is alone, in their order, null for those that are not there', async () => {
    const [normal, limited] = [await shop.publish(), await shop.publishLimited()]
    const alone = async (itemId: number): Promise<unknown> => ({
      ...(await shop.ask('GET', `${ITEMS}/${itemId}`)).body,
      ...(itemId === limited && { serverTime: expect.any(String) }),
    })
    const { status, body } = await read([limited, UNKNOWN, normal, limited])
    expect(status).toBe(200)
    expect(body).toEqual([await alone(limited), null, await alone(normal), await alone(limited)])
    expect((await read([UNKNOWN])).body).toEqual([null])
  })

  test('takes a hundred', async () => {
    const ids = Array.from({ length: 100 }, (_, n) => UNKNOWN + n)
    expect((await read(ids)).body).toEqual(Array(100).fill(null))
  })

  test.each(WRONG_IDS)('refuses %s', async (_, body) => {
    expect(await read(body)).toMatchObject({ status: 400, body: { code: 'INVALID_INPUT_VALUE' } })
  })
})

describe('for other services', () => {
  test('7.A.7: nobody but an administrator reads the internal items (the original let everybody in)', async () => {
    const itemId = await shop.publishLimited()
    const asks = [
      ['GET', `${INTERNAL}/${itemId}`, undefined],
      ['POST', `${INTERNAL}/batch`, [itemId, UNKNOWN]],
    ] as const
    for (const [method, path, body] of asks) {
      expect((await shop.ask(method, path, { body })).status).toBe(401)
      for (const who of [BUYER, SELLER])
        expect(await shop.ask(method, path, { body, who })).toMatchObject({
          status: 403,
          body: { code: 'UNAUTHORIZED_ACCESS' },
        })
    }
    const same = { id: itemId, quantity: 10, saleStatus: 'OPEN', serverTime: expect.any(String) }
    expect((await shop.ask('GET', `${INTERNAL}/${itemId}`, { who: ADMIN })).body).toMatchObject(same)
    const batch = await shop.ask('POST', `${INTERNAL}/batch`, { who: ADMIN, body: [itemId, UNKNOWN] })
    expect(batch.body).toMatchObject([same, null])
    expect((await shop.ask('GET', `${INTERNAL}/${UNKNOWN}`, { who: ADMIN })).body.code).toBe('NOT_FOUND_ITEM')
  })
})

describe('taking several off', () => {
  const isThere = async (itemId: number): Promise<boolean> =>
    (await shop.ask('GET', `${ITEMS}/${itemId}`)).status === 200

  test('they go with their stock, each with its entries in ledger and audit trail', async () => {
    const ids = [
      await shop.publish(),
      await shop.publish({ quantity: 0 }),
      await shop.publish({ quantity: 3 }),
    ]
    expect(await remove([...ids, ids[0]])).toMatchObject({ status: 204, body: '' })
    expect(await Promise.all(ids.map(isThere))).toEqual([false, false, false])
    expect(
      await shop.query(
        `SELECT item_id, sum(delta)::integer AS left, count(*) FILTER (WHERE reason = 'REMOVED')::integer AS removed
           FROM stock.ledger WHERE item_id = ANY ($1) GROUP BY item_id ORDER BY item_id`,
        [ids],
      ),
    ).toEqual(ids.map((id) => ({ item_id: id, left: 0, removed: 1 })))
    expect(
      await shop.query(
        `SELECT subject_id, actor_id, before FROM platform.audit
          WHERE subject_id = ANY ($1) AND action = 'REMOVE' ORDER BY subject_id`,
        [ids],
      ),
    ).toEqual(
      ids.map((id, at) => ({ subject_id: id, actor_id: SELLER.userId, before: { total: [10, 0, 3][at] } })),
    )
    expect(await shop.query('SELECT FROM stock.stock WHERE item_id = ANY ($1)', [ids])).toEqual([])
    expect(await remove(ids)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND_ITEM' } })
  })

  test('one that belongs to somebody else: nothing happens, unless an administrator asks', async () => {
    const [mine, theirs] = [await shop.publish(), await shop.publish({}, OTHER_SELLER)]
    expect(await remove([mine, theirs])).toMatchObject({ status: 403, body: { code: 'UNAUTHORIZED_ACCESS' } })
    expect([await isThere(mine), await isThere(theirs)]).toEqual([true, true])
    expect((await remove([mine, theirs], ADMIN)).status).toBe(204)
    expect([await isThere(mine), await isThere(theirs)]).toEqual([false, false])
  })

  test('one that is in use: nothing happens', async () => {
    const [free, onSale, ordered] = [await shop.publish(), await shop.publishLimited(), await shop.publish()]
    const bought = await shop.ask('POST', '/order-service/api/v1/orders', {
      who: BUYER,
      body: { orderItemList: [{ itemId: ordered, itemCount: 1, price: 12_000 }] },
    })
    expect(bought.status).toBe(201)
    for (const used of [onSale, ordered])
      expect(await remove([free, used])).toMatchObject({ status: 409, body: { code: 'ITEM_IN_USE' } })
    expect(await Promise.all([free, onSale, ordered].map(isThere))).toEqual([true, true, true])
    expect((await shop.ask('GET', `${ITEMS}/${free}`)).body.quantity).toBe(10)
  })

  test('unknown ones are passed over, unless there is no other', async () => {
    const itemId = await shop.publish()
    expect((await remove([UNKNOWN, itemId])).status).toBe(204)
    expect(await isThere(itemId)).toBe(false)
    expect(await remove([UNKNOWN, itemId])).toMatchObject({ status: 404, body: { code: 'NOT_FOUND_ITEM' } })
  })

  test.each(WRONG_IDS)('refuses %s', async (_, body) => {
    expect(await remove(body)).toMatchObject({ status: 400, body: { code: 'INVALID_INPUT_VALUE' } })
  })

  test('twice at the same time: once', async () => {
    const ids = [await shop.publish(), await shop.publish()]
    const answers = await Promise.all([remove(ids), remove(ids.toReversed()), remove(ids)])
    expect(statusesOf(answers)).toEqual([204, 404, 404])
  })

  test('batches that cross one another never block one another', async () => {
    const ids = await Promise.all(Array.from({ length: 12 }, () => shop.publish()))
    const answers = await Promise.all(
      ids.map((_, turn) => remove([...ids.slice(turn), ...ids.slice(0, turn)].slice(0, 7))),
    )
    for (const { status } of answers) expect([204, 404]).toContain(status)
    expect(await Promise.all(ids.map(isThere))).toEqual(Array(12).fill(false))
  })

  test('with a key it is answered again as it was', async () => {
    const itemId = await shop.publish()
    expect((await remove([itemId], SELLER, 'remove-1')).status).toBe(204)
    const again = await remove([itemId], SELLER, 'remove-1')
    expect([again.status, again.headers['idempotency-replayed']]).toEqual([204, 'true'])
  })
})

describe('putting up', () => {
  const count = async (): Promise<unknown> =>
    (await shop.query('SELECT count(*) AS n FROM items.item'))[0]?.['n']

  test('with a key it happens once, however often and however fast it is asked', async () => {
    const before = (await count()) as number
    const ask = (): Promise<Answer> =>
      shop.ask('POST', ITEMS, { who: SELLER, body: normalItem(), key: 'publish-1' })
    const answers = await Promise.all([ask(), ask(), ask()])
    const later = await ask()
    for (const { status, body } of answers)
      if (status !== 201) expect([status, body.code]).toEqual([409, 'IDEMPOTENCY_IN_FLIGHT'])
    expect([later.status, later.headers['idempotency-replayed']]).toEqual([201, 'true'])
    expect(later.headers['etag']).toMatch(/^".+"$/)
    expect(await count()).toBe(before + 1)
    expect((await shop.ask('GET', `${ITEMS}/${later.body.id}`)).status).toBe(200)
  })

  test('a key that died between what was done and its answer does nothing again', async () => {
    const body = limitedItem()
    const key = 'publish-2'
    expect((await shop.ask('POST', ITEMS, { who: SELLER, body, key })).status).toBe(201)
    const before = await count()
    // As if the process had been killed before the answer was kept.
    await shop.query(
      `UPDATE platform.kept_answer SET answer = NULL, lease_until = now() - interval '1 second' WHERE idem_key = $1`,
      [key],
    )
    expect(await shop.ask('POST', ITEMS, { who: SELLER, body, key })).toMatchObject({
      status: 409,
      body: { code: 'IDEMPOTENCY_ANSWER_LOST' },
    })
    expect(await count()).toBe(before)
  })

  test('7.F: what is no JSON is told so (the original answered 500 with its exception)', async () => {
    const answer = await fetch(`${shop.url}${ITEMS}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${shop.tokenOf(SELLER)}`, 'content-type': 'application/json' },
      body: '{"name":',
    })
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([400, 'MALFORMED_JSON'])
  })
})
