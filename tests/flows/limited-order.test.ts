// The limited order over HTTP: what it answers, when, and in which order of precedence.
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buy, tokenOf, type Answer, type Client } from '../support/buyers.ts'
import { soonPlaced, startShop, type Shop } from '../support/sale-app.ts'
import { expectExact, openSale, SELLER_ID, type SaleTerms } from '../support/sale.ts'

const LIMITED = '/order-service/api/v1/orders/limited'
const ORDERS = '/order-service/api/v1/orders'
const ITEMS = '/item-service/api/v1/items'
const SEOUL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+09:00$/

let shop: Shop
let client: Client
let database: pg.Pool
let buyers = 0

beforeAll(async () => {
  shop = await startShop('limited-order')
  client = shop.client
  database = shop.database
})
afterAll(() => shop?.stop())

const newBuyer = (): number => ++buyers
const sale = (terms: Partial<SaleTerms> = {}): Promise<number> => openSale(client, { quantity: 10, ...terms })
const bySeller = (method: string, path: string, body?: object): Promise<Answer> =>
  client.send(method, path, {
    token: tokenOf(SELLER_ID, 'SELLER'),
    ...(body !== undefined && { body }),
  })
const move = async (itemId: number, name: 'pause' | 'resume' | 'close'): Promise<void> => {
  expect((await bySeller('POST', `${ITEMS}/${itemId}/sale/${name}`)).status).toBe(200)
}
const cancel = (orderId: number, buyerId: number): Promise<Answer> =>
  client.send('PUT', `${ORDERS}/${orderId}/cancel`, { token: tokenOf(buyerId) })
const read = async (itemId: number): Promise<Record<string, unknown>> =>
  (await client.send('GET', `${ITEMS}/${itemId}`)).body
const said = ({ status, body }: Answer): string => `${status} ${String(body.code ?? body.status)}`

const CREATED = '201 CREATED'
const SOLD_OUT = '409 NOT_ENOUGH_STOCK'
const LIMIT = '409 PURCHASE_LIMIT_REACHED'
const REUSED = '422 IDEMPOTENCY_KEY_REUSED'
const TOO_EARLY = '400 NOT_REACHED_OPEN_TIME'

async function normalItem(quantity = 10): Promise<number> {
  const { body } = await bySeller('POST', ITEMS, {
    name: 'Plain mug',
    description: 'A normal item of the tests',
    price: 500,
    quantity,
    isReserved: false,
  })
  return body.id
}

describe('a placed order', () => {
  test('is shown with its lines, its price, its hold and its number', async () => {
    const itemId = await sale({ quantity: 10, limitPerBuyer: 3, holdSeconds: 77 })
    const buyerId = newBuyer()
    const sentMs = Date.now()
    const answer = await buy(client, buyerId, { itemId, quantity: 3, price: 1_000 })
    expect(answer.status).toBe(201)
    expect(answer.body).toEqual({
      orderId: expect.any(Number),
      userId: buyerId,
      totalSum: 3_000,
      orderDate: expect.stringMatching(SEOUL),
      orderItemList: [
        { orderItemId: itemId, itemId, quantity: 3, unitPrice: 1_000, totalSum: 3_000, status: 'ORDERED' },
      ],
      status: 'CREATED',
      payBy: expect.stringMatching(SEOUL),
      saleSequence: expect.any(Number),
    })
    expect(answer.headers['idempotency-replayed']).toBeUndefined()
    const orderedMs = Date.parse(answer.body.orderDate)
    expect(Math.abs(orderedMs - sentMs)).toBeLessThan(10_000)
    expect(Date.parse(answer.body.payBy) - orderedMs).toBe(77_000)
    const stored = await client.send('GET', `${ORDERS}/${answer.body.orderId}`, { token: tokenOf(buyerId) })
    expect(stored.body).toMatchObject(answer.body)
    await expectExact(database, itemId, [answer])
  })

  test('has a higher number than the one before', async () => {
    const itemId = await sale()
    const sequences: number[] = []
    for (let i = 0; i < 8; i++) sequences.push((await buy(client, newBuyer(), { itemId })).body.saleSequence)
    expect(sequences).toEqual(sequences.toSorted((a, b) => a - b))
    expect(new Set(sequences).size).toBe(8)
    expect(sequences.every((sequence) => Number.isSafeInteger(sequence))).toBe(true)
  })

  test('is of one unit where the request names no quantity', async () => {
    const itemId = await sale({ limitPerBuyer: 5 })
    const { body } = await buy(client, newBuyer(), { itemId })
    expect(body).toMatchObject({ totalSum: 1_000, orderItemList: [{ quantity: 1 }] })
  })

  test('needs no key: each request without one is another', async () => {
    const itemId = await sale({ limitPerBuyer: 2 })
    const token = tokenOf(newBuyer())
    const send = (): Promise<Answer> => client.send('POST', LIMITED, { token, body: { itemId } })
    const answers = [await send(), await send(), await send()]
    expect(answers.map(said)).toEqual([CREATED, CREATED, LIMIT])
    expect(answers[0]!.body.orderId).not.toBe(answers[1]!.body.orderId)
    await expectExact(database, itemId, answers)
  })

  test('holds its units: the item shows them as held, not as sold', async () => {
    const itemId = await sale({ quantity: 5, limitPerBuyer: 5 })
    await buy(client, newBuyer(), { itemId, quantity: 2 })
    await expect
      .poll(() => read(itemId))
      .toMatchObject({ quantity: 3, held: 2, sold: 0, total: 5, saleStatus: 'OPEN' })
  })

  test('may be of a seller or an administrator', async () => {
    const itemId = await sale({ limitPerBuyer: 1 })
    for (const role of ['SELLER', 'ADMIN'] as const) {
      const answer = await client.send('POST', LIMITED, {
        token: tokenOf(newBuyer(), role),
        body: { itemId },
      })
      expect(said(answer)).toBe(CREATED)
    }
  })
})

describe('a refused order', () => {
  test('is too early before the sale opens', async () => {
    const itemId = await sale({ openInMs: 60_000 })
    const answers = [await buy(client, newBuyer(), { itemId }), await buy(client, newBuyer(), { itemId })]
    expect(answers.map(said)).toEqual([TOO_EARLY, TOO_EARLY])
    expect((await expectExact(database, itemId, [])).orders).toEqual([])
  })

  test('finds the sale closed by hand', async () => {
    const itemId = await sale()
    await move(itemId, 'close')
    expect(said(await buy(client, newBuyer(), { itemId }))).toBe('409 SALE_CLOSED')
  })

  test('finds the sale closed by its time', async () => {
    const itemId = await sale()
    const closeTime = new Date(Date.now() + 1_500).toISOString()
    expect((await bySeller('PUT', `${ITEMS}/${itemId}/sale`, { closeTime })).status).toBe(200)
    const before = await buy(client, newBuyer(), { itemId })
    await sleep(1_800)
    expect(said(before)).toBe(CREATED)
    expect(said(await buy(client, newBuyer(), { itemId }))).toBe('409 SALE_CLOSED')
  })

  test('finds the sale paused until it is resumed', async () => {
    const itemId = await sale()
    await move(itemId, 'pause')
    expect(said(await buy(client, newBuyer(), { itemId }))).toBe('409 SALE_PAUSED')
    await move(itemId, 'resume')
    expect(said(await soonPlaced(() => buy(client, newBuyer(), { itemId })))).toBe(CREATED)
  })

  test('finds nothing left', async () => {
    const itemId = await sale({ quantity: 1 })
    expect(said(await buy(client, newBuyer(), { itemId }))).toBe(CREATED)
    const answers = [await buy(client, newBuyer(), { itemId }), await buy(client, newBuyer(), { itemId })]
    expect(answers.map(said)).toEqual([SOLD_OUT, SOLD_OUT])
    await expectExact(database, itemId, answers)
  })

  test('asks for two where one is left, and the one is still had', async () => {
    const itemId = await sale({ quantity: 3, limitPerBuyer: 3 })
    await buy(client, newBuyer(), { itemId, quantity: 2 })
    const greedy = newBuyer()
    expect(said(await buy(client, greedy, { itemId, quantity: 2 }))).toBe(SOLD_OUT)
    expect((await read(itemId))['saleStatus']).toBe('OPEN')
    expect(said(await buy(client, newBuyer(), { itemId, quantity: 1 }))).toBe(CREATED)
    expect(said(await buy(client, greedy, { itemId }))).toBe(SOLD_OUT)
    await expectExact(database, itemId, [])
  })

  test('is over the limit of the buyer, at once or with what was bought before', async () => {
    const itemId = await sale({ limitPerBuyer: 3 })
    const buyerId = newBuyer()
    expect(said(await buy(client, buyerId, { itemId, quantity: 4 }))).toBe(LIMIT)
    expect(said(await buy(client, buyerId, { itemId, quantity: 2 }))).toBe(CREATED)
    expect(said(await buy(client, buyerId, { itemId, quantity: 2 }))).toBe(LIMIT)
    expect(said(await buy(client, buyerId, { itemId, quantity: 1 }))).toBe(CREATED)
    expect(said(await buy(client, buyerId, { itemId }))).toBe(LIMIT)
    await expectExact(database, itemId, [])
  })

  test('is told that nothing is left rather than that it is over the limit', async () => {
    const itemId = await sale({ quantity: 2, limitPerBuyer: 1 })
    const buyerId = newBuyer()
    await buy(client, buyerId, { itemId })
    expect(said(await buy(client, buyerId, { itemId, quantity: 2 }))).toBe(SOLD_OUT)
    expect(said(await buy(client, buyerId, { itemId }))).toBe(LIMIT)
    await buy(client, newBuyer(), { itemId })
    expect(said(await buy(client, buyerId, { itemId }))).toBe(SOLD_OUT)
  })

  test('names another price than the server: the price is compared, never charged', async () => {
    const itemId = await sale({ limitPerBuyer: 5 })
    const buyerId = newBuyer()
    for (const price of [0, 999, 1_001])
      expect(said(await buy(client, buyerId, { itemId, price }))).toBe('409 PRICE_CHANGED')
    const edited = { name: 'Limited drop', description: 'A limited item of the tests', price: 1_200 }
    expect((await bySeller('PUT', `${ITEMS}/${itemId}`, edited)).status).toBe(200)
    expect(said(await buy(client, buyerId, { itemId, price: 1_000 }))).toBe('409 PRICE_CHANGED')
    const bought = await buy(client, buyerId, { itemId, price: 1_200, quantity: 2 })
    expect(bought.body).toMatchObject({ totalSum: 2_400, orderItemList: [{ unitPrice: 1_200 }] })
    await expectExact(database, itemId, [bought])
  })

  test('names an item that is not limited, with units or without', async () => {
    for (const quantity of [10, 0]) {
      const itemId = await normalItem(quantity)
      expect(said(await buy(client, newBuyer(), { itemId }))).toBe('409 NOT_LIMITED_ITEM')
    }
  })

  test('names an item that does not exist', async () => {
    const answers = await Promise.all(
      [987_654, Number.MAX_SAFE_INTEGER].map((itemId) => buy(client, newBuyer(), { itemId })),
    )
    expect(answers.map(said)).toEqual(['404 NOT_FOUND_ITEM', '404 NOT_FOUND_ITEM'])
  })

  test('says why in Korean, and in English where that is preferred', async () => {
    const itemId = await sale({ quantity: 0 })
    const inLanguage = async (language?: string): Promise<unknown> => {
      const headers = language === undefined ? {} : { 'accept-language': language }
      const answer = await client.send('POST', LIMITED, {
        token: tokenOf(newBuyer()),
        body: { itemId },
        headers,
      })
      expect(said(answer)).toBe(SOLD_OUT)
      expect(answer.body.detail).toBe(answer.body.message)
      return answer.body.message
    }
    expect(await inLanguage()).toBe('재고가 충분하지 않습니다.')
    expect(await inLanguage('fr, de;q=0.5')).toBe('재고가 충분하지 않습니다.')
    expect(await inLanguage('ko-KR,en;q=0.8')).toBe('재고가 충분하지 않습니다.')
    expect(await inLanguage('en-US,en;q=0.9,ko;q=0.8')).toBe('Not enough stock.')
  })
})

describe('the precedence of refusals', () => {
  const send = (token: string | undefined, body: unknown, key?: string): Promise<Answer> =>
    client.send('POST', LIMITED, {
      ...(token !== undefined && { token }),
      ...(key !== undefined && { key }),
      body,
    })
  const forged = (token: string): string => {
    const [head, payload] = token.split('.')
    return `${head}.${payload}.${'A'.repeat(43)}`
  }

  test('tells who is not signed in before anything else', async () => {
    for (const body of [{}, { itemId: 987_654 }, { itemId: 'x' }])
      expect(said(await send(undefined, body))).toBe('401 UNAUTHENTICATED')
  })

  test('tells a forged or expired token before the role, the body and the item', async () => {
    const itemId = await sale({ quantity: 5 })
    const tokens = {
      '401 INVALID_JWT': [forged(tokenOf(newBuyer())), forged(tokenOf(newBuyer(), 'UNCERTIFIED_USER'))],
      '401 EXPIRED_JWT': [
        tokenOf(newBuyer(), 'CERTIFIED_USER', -10),
        tokenOf(newBuyer(), 'UNCERTIFIED_USER', -10),
      ],
    }
    for (const [expected, bad] of Object.entries(tokens))
      for (const token of bad)
        for (const body of [{}, { itemId: 987_654 }, { itemId }, { itemId, quantity: 0 }])
          expect(said(await send(token, body))).toBe(expected)
    expect((await expectExact(database, itemId, [])).orders).toEqual([])
  })

  test('tells the wrong role before the body and the item', async () => {
    const token = tokenOf(newBuyer(), 'UNCERTIFIED_USER')
    for (const body of [{}, { itemId: 987_654 }, { itemId: 1, quantity: 0 }])
      expect(said(await send(token, body))).toBe('403 UNAUTHORIZED_ACCESS')
  })

  test('tells the wrong body or key before the item', async () => {
    const token = tokenOf(newBuyer())
    expect(said(await send(token, { itemId: 987_654, quantity: 0 }))).toBe('400 INVALID_INPUT_VALUE')
    expect(said(await send(token, { itemId: 987_654 }, 'two words'))).toBe('400 INVALID_INPUT_VALUE')
    const closed = await sale()
    await move(closed, 'close')
    expect(said(await send(token, { itemId: closed, quantity: -1 }))).toBe('400 INVALID_INPUT_VALUE')
  })

  test('tells a used key before an ended sale, a limit and a price', async () => {
    const itemId = await sale({ quantity: 5, limitPerBuyer: 1 })
    const buyerId = newBuyer()
    await buy(client, buyerId, { itemId, key: 'used' })
    const again = { itemId, key: 'used', quantity: 2 }
    expect(said(await buy(client, buyerId, again))).toBe(REUSED)
    expect(said(await buy(client, buyerId, { ...again, price: 1 }))).toBe(REUSED)
    await move(itemId, 'pause')
    expect(said(await buy(client, buyerId, again))).toBe(REUSED)
    await move(itemId, 'close')
    expect(said(await buy(client, buyerId, again))).toBe(REUSED)
  })
})

describe('a repeated key', () => {
  const placeFirst = async (
    terms: Partial<SaleTerms> = {},
  ): Promise<{ itemId: number; buyerId: number; answer: Answer; repeat: () => Promise<Answer> }> => {
    const itemId = await sale(terms)
    const buyerId = newBuyer()
    const claim = { itemId, key: 'again-and-again' }
    const answer = await buy(client, buyerId, claim)
    expect(answer.status).toBe(201)
    return { itemId, buyerId, answer, repeat: () => buy(client, buyerId, claim) }
  }
  const expectReplayed = (replayed: Answer, first: Answer): void => {
    expect([replayed.status, replayed.body]).toEqual([201, first.body])
    expect(replayed.headers['idempotency-replayed']).toBe('true')
  }
  const isExpired = async (orderId: number, buyerId: number): Promise<void> => {
    const status = async (): Promise<unknown> =>
      (await client.send('GET', `${ORDERS}/${orderId}`, { token: tokenOf(buyerId) })).body.status
    await expect.poll(status, { timeout: 8_000 }).toBe('EXPIRED')
  }

  test('is answered equally and places nothing more', async () => {
    const { itemId, answer, repeat } = await placeFirst({ limitPerBuyer: 5 })
    for (let i = 0; i < 3; i++) expectReplayed(await repeat(), answer)
    expect((await expectExact(database, itemId, [answer])).orders).toHaveLength(1)
  })

  test('is answered equally whatever price is named', async () => {
    const { itemId, buyerId, answer } = await placeFirst()
    expectReplayed(await buy(client, buyerId, { itemId, key: 'again-and-again', price: 1 }), answer)
  })

  test('is answered equally after the order expired', async () => {
    const { itemId, buyerId, answer, repeat } = await placeFirst({ holdSeconds: 1 })
    await isExpired(answer.body.orderId, buyerId)
    expectReplayed(await repeat(), answer)
    expect((await expectExact(database, itemId, [answer])).available).toBe(10)
  })

  test('is answered equally after the order was cancelled', async () => {
    const { itemId, buyerId, answer, repeat } = await placeFirst()
    expect((await cancel(answer.body.orderId, buyerId)).status).toBe(204)
    expectReplayed(await repeat(), answer)
    expect((await expectExact(database, itemId, [answer])).available).toBe(10)
  })

  test.each(['pause', 'close'] as const)('is answered equally after the seller chose to %s', async (name) => {
    const { itemId, answer, repeat } = await placeFirst()
    await move(itemId, name)
    expectReplayed(await repeat(), answer)
    // The gate now knows by heart who has an order and who has none.
    expect((await buy(client, newBuyer(), { itemId })).status).toBe(409)
    expectReplayed(await repeat(), answer)
  })

  test('is answered equally after the sale was sold out', async () => {
    const { itemId, buyerId, answer, repeat } = await placeFirst({ quantity: 2 })
    await buy(client, newBuyer(), { itemId })
    expect(said(await buy(client, newBuyer(), { itemId }))).toBe(SOLD_OUT)
    expectReplayed(await repeat(), answer)
    const other = await buy(client, buyerId, { itemId, key: 'again-and-again', quantity: 2 })
    expect(said(other)).toBe(REUSED)
  })

  test('is answered equally after the price and the limit changed', async () => {
    const { itemId, answer, repeat } = await placeFirst({ limitPerBuyer: 2 })
    const edited = { name: 'Limited drop', description: 'A limited item of the tests', price: 5 }
    expect((await bySeller('PUT', `${ITEMS}/${itemId}`, edited)).status).toBe(200)
    expect((await bySeller('PUT', `${ITEMS}/${itemId}/sale`, { holdSeconds: 9 })).status).toBe(200)
    expectReplayed(await repeat(), answer)
  })

  test('with another quantity is refused, and the order stays as it was', async () => {
    const { itemId, buyerId, answer } = await placeFirst({ limitPerBuyer: 5 })
    const other = await buy(client, buyerId, { itemId, key: 'again-and-again', quantity: 2 })
    expect(said(other)).toBe(REUSED)
    expect((await expectExact(database, itemId, [answer])).orders).toMatchObject([{ quantity: 1 }])
  })

  test('of a refusal is not kept: pressed too early, the same key places once the sale is open', async () => {
    const itemId = await sale({ openInMs: 3_600_000 })
    const claim = { itemId, key: 'impatient' }
    const buyerId = newBuyer()
    expect(said(await buy(client, buyerId, claim))).toBe(TOO_EARLY)
    const openTime = new Date(Date.now() - 1_000).toISOString()
    expect((await bySeller('PUT', `${ITEMS}/${itemId}/sale`, { openTime })).status).toBe(200)
    const placed = await soonPlaced(() => buy(client, buyerId, claim))
    expect(said(placed)).toBe(CREATED)
    expect(placed.headers['idempotency-replayed']).toBeUndefined()
  })

  test('of a refusal is not kept, not even its quantity: it places when units come back', async () => {
    const itemId = await sale({ quantity: 1, limitPerBuyer: 2 })
    const holder = newBuyer()
    const held = await buy(client, holder, { itemId })
    const buyerId = newBuyer()
    expect(said(await buy(client, buyerId, { itemId, key: 'k', quantity: 2 }))).toBe(SOLD_OUT)
    await cancel(held.body.orderId, holder)
    const one = await soonPlaced(() => buy(client, buyerId, { itemId, key: 'k', quantity: 1 }))
    expect(said(one)).toBe(CREATED)
  })

  test('on another item is another request', async () => {
    const [one, two] = [await sale(), await sale()]
    const buyerId = newBuyer()
    const answers = [
      await buy(client, buyerId, { itemId: one, key: 'shared' }),
      await buy(client, buyerId, { itemId: two, key: 'shared' }),
    ]
    expect(answers.map(said)).toEqual([CREATED, CREATED])
    expect(answers.map(({ headers }) => headers['idempotency-replayed'])).toEqual([undefined, undefined])
  })

  test('of another buyer is another request', async () => {
    const itemId = await sale()
    const answers = [
      await buy(client, newBuyer(), { itemId, key: 'popular' }),
      await buy(client, newBuyer(), { itemId, key: 'popular' }),
    ]
    expect(answers.map(said)).toEqual([CREATED, CREATED])
  })

  test('sent by many at once is answered once as new and else as repeated', async () => {
    const itemId = await sale({ quantity: 1 })
    const buyerId = newBuyer()
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => buy(client, buyerId, { itemId, key: 'k' })),
    )
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1)
    expect(answers.map(said)).toEqual(answers.map(() => CREATED))
    expect(answers.filter(({ headers }) => headers['idempotency-replayed'] === undefined)).toHaveLength(1)
    await expectExact(database, itemId, answers)
  })

  test('of 255 visible characters is good', async () => {
    const itemId = await sale({ limitPerBuyer: 2 })
    const buyerId = newBuyer()
    for (const key of ['!'.repeat(255), `"\\{}',~`]) {
      const first = await buy(client, buyerId, { itemId, key })
      expect(said(first)).toBe(CREATED)
      expectReplayed(await buy(client, buyerId, { itemId, key }), first)
    }
  })
})

describe('units that come back', () => {
  test('do so soon after an unpaid hold ends, and can be had by anyone', async () => {
    const itemId = await sale({ quantity: 2, limitPerBuyer: 2, holdSeconds: 2 })
    const buyerId = newBuyer()
    const first = await buy(client, buyerId, { itemId, quantity: 2 })
    await expect.poll(() => read(itemId)).toMatchObject({ quantity: 0, held: 2, sold: 0, total: 2 })
    expect(said(await buy(client, newBuyer(), { itemId }))).toBe(SOLD_OUT)
    await expect
      .poll(() => read(itemId), { timeout: Date.parse(first.body.payBy) - Date.now() + 5_000, interval: 20 })
      .toMatchObject({ quantity: 2, held: 0, sold: 0, total: 2, saleStatus: 'OPEN' })
    const shown = await client.send('GET', `${ORDERS}/${first.body.orderId}`, { token: tokenOf(buyerId) })
    expect(shown.body).toMatchObject({ status: 'EXPIRED', orderItemList: [{ status: 'EXPIRED' }] })
    const others: Answer[] = []
    for (let i = 0; i < 2; i++) others.push(await soonPlaced(() => buy(client, newBuyer(), { itemId })))
    expect(others.map(said)).toEqual([CREATED, CREATED])
    await expectExact(database, itemId, [first, ...others])
  })

  test('are not given back before the hold ends', async () => {
    const itemId = await sale({ quantity: 1, holdSeconds: 2 })
    const { body } = await buy(client, newBuyer(), { itemId })
    await expect.poll(async () => (await read(itemId))['quantity'], { timeout: 8_000, interval: 20 }).toBe(1)
    const { rows } = await database.query<{ at: Date }>(
      "SELECT at FROM stock.ledger WHERE item_id = $1 AND reason = 'EXPIRED'",
      [itemId],
    )
    expect(rows).toHaveLength(1)
    expect(rows[0]!.at.getTime()).toBeGreaterThanOrEqual(Date.parse(body.payBy))
  })

  test('free the limit of their buyer when the hold ends', async () => {
    const itemId = await sale({ limitPerBuyer: 1, holdSeconds: 2 })
    const buyerId = newBuyer()
    expect(said(await buy(client, buyerId, { itemId }))).toBe(CREATED)
    expect(said(await buy(client, buyerId, { itemId }))).toBe(LIMIT)
    await expect
      .poll(async () => said(await buy(client, buyerId, { itemId })), { timeout: 7_000 })
      .toBe(CREATED)
    await expectExact(database, itemId, [])
  })

  test('free the limit of their buyer when the order is cancelled', async () => {
    const itemId = await sale({ quantity: 1, limitPerBuyer: 1 })
    const buyerId = newBuyer()
    for (let i = 0; i < 3; i++) {
      const answer = await soonPlaced(() => buy(client, buyerId, { itemId }))
      expect(said(answer)).toBe(CREATED)
      expect((await cancel(answer.body.orderId, buyerId)).status).toBe(204)
    }
    expect(await read(itemId)).toMatchObject({ quantity: 1, held: 0, sold: 0, total: 1 })
    await expectExact(database, itemId, [])
  })
})
