// Reading stock: one item, many, again, and what is remembered of it.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Answer } from '../support/buyers.ts'
import { buy, limitedItem, normalItem, publish, SELLER, STOCKS } from '../support/sale-app.ts'
import { startStockShop, type StockShop } from '../support/stock-shop.ts'

let shop: StockShop
beforeAll(async () => {
  shop = await startStockShop('stock-read')
})
afterAll(() => shop?.stop())

const read = (itemId: number, headers: Record<string, string> = {}): Promise<Answer> =>
  shop.ask('GET', `${STOCKS}/items/${itemId}`, { headers })
const readMany = (itemIds: unknown): Promise<Answer> => shop.ask('POST', `${STOCKS}/batch`, { body: itemIds })
/** Past the application: nobody is told. */
const changeUnheard = (itemId: number, available: number): Promise<unknown> =>
  shop.query('UPDATE stock.stock SET available = $2, total = $2, version = version + 1 WHERE item_id = $1', [
    itemId,
    available,
  ])
/** Nobody reads a stock row meanwhile. */
const holdTable = (ms: number): Promise<unknown> =>
  shop.query(`BEGIN; LOCK TABLE stock.stock IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(${ms / 1_000}); COMMIT`)

describe('one item', () => {
  test('is read by anybody, as JSON with its tag', async () => {
    const itemId = await publish(shop)
    for (const answer of [await read(itemId), await read(itemId)]) {
      expect(answer).toMatchObject({ status: 200, body: { quantity: 10 } })
      expect(answer.headers).toMatchObject({
        'content-type': 'application/json; charset=utf-8',
        'cache-control': 'no-cache',
        etag: expect.stringMatching(/^"[\w-]+"$/),
      })
    }
  })

  test('is not sent again to who has it', async () => {
    const itemId = await publish(shop)
    const etag = String((await read(itemId)).headers['etag'])
    for (const named of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const answer = await read(itemId, { 'if-none-match': named })
      expect(answer).toMatchObject({ status: 304, body: '', headers: { etag } })
    }
    expect((await read(itemId, { 'if-none-match': '"other"' })).status).toBe(200)
    await shop.raise(itemId, 1)
    const changed = await read(itemId, { 'if-none-match': etag })
    expect(changed).toMatchObject({ status: 200, body: { quantity: 11 } })
    expect(changed.headers['etag']).not.toBe(etag)
  })

  test('is told without its number to who asks for the head alone', async () => {
    const itemId = await publish(shop)
    const { status, body, headers } = await shop.ask('HEAD', `${STOCKS}/items/${itemId}`)
    expect([status, body]).toEqual([200, ''])
    expect(headers).toMatchObject({ etag: (await read(itemId)).headers['etag'], 'content-length': '15' })
  })

  test('shows what this process has written at once', async () => {
    const itemId = await publish(shop)
    for (let quantity = 11; quantity < 21; quantity++) {
      await shop.raise(itemId, 1)
      expect(await shop.left(itemId)).toBe(quantity)
    }
    await shop.set(itemId, 3)
    expect(await shop.left(itemId)).toBe(3)
    await shop.ask('DELETE', `${STOCKS}/items/${itemId}`, { who: SELLER })
    expect(await shop.left(itemId)).toBe(0)
  })

  test('shows within a second what nobody has told this process of', async () => {
    const itemId = await publish(shop)
    expect(await shop.left(itemId)).toBe(10)
    await changeUnheard(itemId, 77)
    const since = performance.now()
    await expect.poll(() => shop.left(itemId), { timeout: 3_000, interval: 20 }).toBe(77)
    expect(performance.now() - since).toBeLessThan(1_000)
  })

  test('comes from memory in between, and when that is over one statement asks for all who wait', async () => {
    const itemId = await publish(shop)
    await shop.left(itemId)
    const locked = holdTable(1_500)
    const known = await Promise.all(Array.from({ length: 200 }, () => read(itemId)))
    expect(known.every(({ status, body }) => status === 200 && body.quantity === 10)).toBe(true)
    await sleep(1_000)
    const waiting = Array.from({ length: 200 }, () => read(itemId))
    await sleep(200)
    const statements = await shop.query(
      `SELECT query FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%seller_id%'`,
    )
    expect(statements).toHaveLength(1)
    await locked
    const late = await Promise.all(waiting)
    expect(late.every(({ status, body }) => status === 200 && body.quantity === 10)).toBe(true)
  })

  test('a new item is there though somebody asked for its id before', async () => {
    const known = await publish(shop)
    const next = known + 1
    expect((await read(next)).status).toBe(404)
    expect(await publish(shop)).toBe(next)
    expect(await read(next)).toMatchObject({ status: 200, body: { quantity: 10 } })
  })

  test('that was taken off has no stock any more', async () => {
    const itemId = await publish(shop, normalItem())
    expect(await shop.left(itemId)).toBe(10)
    expect((await shop.ask('DELETE', `/item-service/api/v1/items/${itemId}`, { who: SELLER })).status).toBe(
      204,
    )
    expect((await read(itemId)).body.code).toBe('NOT_FOUND_STOCK')
  })

  test('is right while it is sold: never more than before, and in the end what PostgreSQL says', async () => {
    const itemId = await publish(shop, limitedItem({ quantity: 60 }))
    const seen: number[] = []
    let isSelling = true
    const watch = (async () => {
      while (isSelling) seen.push(Number(await shop.left(itemId)))
    })()
    for (let i = 0; i < 60; i++) await buy(shop, itemId, { userId: 70_000 + i, role: 'CERTIFIED_USER' })
    isSelling = false
    await watch
    expect(seen).toEqual(seen.toSorted((a, b) => b - a))
    await expect.poll(() => shop.left(itemId), { timeout: 1_000, interval: 20 }).toBe(0)
  })

  test.each(['0', '-1', 'x', '1.5', '9007199254740992', '99999999999999999999', '1%00'])(
    'an id of %j is refused',
    async (id) => {
      const { status, body } = await shop.ask('GET', `${STOCKS}/items/${id}`)
      expect(status).toBe(400)
      expect(['INVALID_INPUT_VALUE', 'INVALID_TYPE_VALUE']).toContain(body.code)
    },
  )
})

describe('many items', () => {
  test('are read by anybody: by id, and 0 for what there is not', async () => {
    const [one, two] = [
      await publish(shop, normalItem({ quantity: 4 })),
      await publish(shop, normalItem({ quantity: 5 })),
    ]
    const answer = await readMany([two, 999_999, one, two])
    expect(answer).toMatchObject({ status: 200 })
    expect(answer.body).toEqual({ [one]: 4, [two]: 5, 999_999: 0 })
  })

  test('a hundred are', async () => {
    const itemId = await publish(shop)
    const ids = Array.from({ length: 100 }, (_, i) => (i === 99 ? itemId : 900_000 + i))
    const { status, body } = await readMany(ids)
    expect(status).toBe(200)
    expect(Object.keys(body)).toHaveLength(100)
    expect(body[itemId]).toBe(10)
  })

  test.each([
    { name: 'no list', body: { ids: [1] } },
    { name: 'nothing at all', body: undefined },
    { name: 'an empty list', body: [] },
    { name: 'more than a hundred', body: Array.from({ length: 101 }, (_, i) => i + 1) },
    { name: 'a huge list', body: Array.from({ length: 5_000 }, (_, i) => i + 1) },
    { name: 'text', body: ['1'] },
    { name: 'null', body: [null] },
    { name: 'zero', body: [0] },
    { name: 'an id past 2^53', body: [9_007_199_254_740_992] },
    { name: 'text with a zero in it', body: ['\u0000'] },
  ])('$name is refused', async ({ body }) => {
    expect(await readMany(body)).toMatchObject({ status: 400, body: { code: 'INVALID_INPUT_VALUE' } })
  })
})
