import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ADMIN,
  BUYER,
  buy,
  isoIn,
  ITEMS,
  limitedItem,
  normalItem,
  OTHER_SELLER,
  publish,
  SELLER,
  soonPlaced,
  startSaleApp,
  type Answer,
  type SaleApp,
} from '../support/sale-app.ts'

let shop: SaleApp
beforeAll(async () => {
  shop = await startSaleApp('sale-control')
})
afterAll(() => shop?.stop())

type Move = 'pause' | 'resume' | 'close'
const move = (itemId: number, name: Move, who = SELLER, body?: unknown): Promise<Answer> =>
  shop.call('POST', `${ITEMS}/${itemId}/sale/${name}`, { who, body })
const schedule = (itemId: number, body: unknown, who = SELLER): Promise<Answer> =>
  shop.call('PUT', `${ITEMS}/${itemId}/sale`, { who, body })
const audit = (itemId: number): Promise<Record<string, unknown>[]> =>
  shop.query(
    'SELECT action, actor_id, before, after, reason FROM platform.audit WHERE subject_id = $1 ORDER BY id',
    [itemId],
  )
const buying = async (itemId: number): Promise<unknown> => {
  const { status, body } = await buy(shop, itemId)
  return body.code ?? status
}

describe('pause, resume, close', () => {
  test('a paused sale sells nothing until it is resumed', async () => {
    const itemId = await publish(shop)
    const paused = await move(itemId, 'pause', SELLER, { reason: '가격 확인' })
    expect(paused).toEqual({
      status: 200,
      body: {
        itemId,
        saleStatus: 'PAUSED',
        openTime: '2026-01-02T12:00:00.000+09:00',
        closeTime: null,
        limitPerBuyer: 1,
        holdSeconds: 300,
        total: 10,
        available: 10,
        serverTime: expect.stringMatching(/\+09:00$/),
      },
    })
    expect(await buying(itemId)).toBe('SALE_PAUSED')
    expect(await move(itemId, 'resume', ADMIN)).toMatchObject({ status: 200, body: { saleStatus: 'OPEN' } })
    expect((await soonPlaced(() => buy(shop, itemId))).status).toBe(201)
    expect(await audit(itemId)).toMatchObject([
      { action: 'CREATE' },
      {
        action: 'PAUSE',
        actor_id: SELLER.userId,
        before: { saleState: 'RUNNING' },
        after: { saleState: 'PAUSED' },
        reason: '가격 확인',
      },
      {
        action: 'RESUME',
        actor_id: ADMIN.userId,
        before: { saleState: 'PAUSED' },
        after: { saleState: 'RUNNING' },
        reason: null,
      },
    ])
  })

  test('a closed sale stays closed', async () => {
    const itemId = await publish(shop)
    expect(await move(itemId, 'close')).toMatchObject({ status: 200, body: { saleStatus: 'CLOSED' } })
    expect(await buying(itemId)).toBe('SALE_CLOSED')
    for (const answer of [
      await move(itemId, 'resume'),
      await move(itemId, 'pause'),
      await move(itemId, 'close'),
      await schedule(itemId, { closeTime: null }),
    ])
      expect(answer).toMatchObject({ status: 409, body: { code: 'SALE_CONFLICT' } })
  })

  test('so does one whose time is over', async () => {
    const itemId = await publish(shop, limitedItem({ closeTime: '2026-01-02T13:00:00' }))
    expect(await schedule(itemId, { closeTime: null })).toMatchObject({
      status: 409,
      body: { code: 'SALE_CONFLICT' },
    })
  })

  test('a sale that runs can not be resumed, a paused one not be paused', async () => {
    const itemId = await publish(shop)
    expect(await move(itemId, 'resume')).toMatchObject({ status: 409, body: { code: 'SALE_CONFLICT' } })
    await move(itemId, 'pause')
    expect(await move(itemId, 'pause')).toMatchObject({ status: 409, body: { code: 'SALE_CONFLICT' } })
  })

  test('of two who pause at the same time one is told', async () => {
    const itemId = await publish(shop)
    const answers = await Promise.all([move(itemId, 'pause'), move(itemId, 'pause', ADMIN)])
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 409]))
    expect(await audit(itemId)).toHaveLength(2)
  })
})

describe('window, limit and hold', () => {
  test('what is named changes, the rest stays, and the audit trail shows both', async () => {
    const itemId = await publish(shop, limitedItem({ openTime: '2990-01-02T12:00:00' }))
    const answer = await schedule(itemId, {
      openTime: '2991-01-02T12:00:00',
      limitPerBuyer: 3,
      reason: '연기',
    })
    expect(answer).toMatchObject({
      status: 200,
      body: {
        saleStatus: 'SCHEDULED',
        openTime: '2991-01-02T12:00:00.000+09:00',
        limitPerBuyer: 3,
        holdSeconds: 300,
      },
    })
    expect((await shop.call('GET', `${ITEMS}/${itemId}`)).body).toMatchObject({
      limitPerBuyer: 3,
      saleStatus: 'SCHEDULED',
    })
    expect((await audit(itemId))[1]).toMatchObject({
      action: 'SCHEDULE',
      reason: '연기',
      before: { openTime: '2990-01-02T03:00:00.000Z', limitPerBuyer: 1, closeTime: null },
      after: { openTime: '2991-01-02T03:00:00.000Z', limitPerBuyer: 3, closeTime: null },
    })
  })

  test('opening earlier opens at once', async () => {
    const itemId = await publish(shop, limitedItem({ openTime: isoIn(3_600_000) }))
    expect(await buying(itemId)).toBe('NOT_REACHED_OPEN_TIME')
    expect(await schedule(itemId, { openTime: isoIn(-1_000) })).toMatchObject({
      status: 200,
      body: { saleStatus: 'OPEN' },
    })
    expect((await soonPlaced(() => buy(shop, itemId))).status).toBe(201)
  })

  test('a closing time is set and cleared', async () => {
    const itemId = await publish(shop)
    expect((await schedule(itemId, { closeTime: '2999-01-01T00:00:00' })).body['closeTime']).toBe(
      '2999-01-01T00:00:00.000+09:00',
    )
    expect((await schedule(itemId, { holdSeconds: 1 })).body).toMatchObject({
      closeTime: '2999-01-01T00:00:00.000+09:00',
      holdSeconds: 1,
    })
    expect((await schedule(itemId, { closeTime: null })).body['closeTime']).toBeNull()
  })

  test.each([
    {},
    { reason: 'only' },
    { closeTime: '2026-01-02T12:00:00' },
    { closeTime: '2026-01-03T12:00:00' },
    { openTime: null },
    { openTime: 'soon' },
    { openTime: '2999-01-01T00:00:00', closeTime: '2998-01-01T00:00:00' },
    { limitPerBuyer: 0 },
    { holdSeconds: 0 },
    { holdSeconds: 86_401 },
    { limitPerBuyer: 2, reason: 'zero \u0000 in it' },
    { limitPerBuyer: 2, reason: 'x'.repeat(501) },
    { quantity: 5 },
  ])('%j is refused and changes nothing', async (body) => {
    const itemId = await publish(shop)
    expect(await schedule(itemId, body)).toMatchObject({ status: 400, body: { code: 'INVALID_INPUT_VALUE' } })
    expect(await shop.query('SELECT version FROM stock.stock WHERE item_id = $1', [itemId])).toEqual([
      { version: 1 },
    ])
    expect(await audit(itemId)).toHaveLength(1)
  })
})

test.each([
  { body: {}, field: 'body', ko: '변경할 값을', en: 'Name at least one' },
  { body: { closeTime: '2026-01-02T12:00:00' }, field: 'closeTime', ko: '판매 종료', en: 'must close after' },
  { body: { closeTime: '2026-01-03T12:00:00' }, field: 'closeTime', ko: '판매 종료', en: 'in the future' },
])('why $body is refused is said in the language of the caller', async ({ body, field, ko, en }) => {
  const itemId = await publish(shop)
  for (const [language, text] of [
    ['ko', ko],
    ['en', en],
  ] as const) {
    const path = `${ITEMS}/${itemId}/sale`
    const answer = await shop.call('PUT', path, { who: SELLER, body, language })
    expect(answer.body.errors).toEqual([{ field, value: '', reason: expect.stringContaining(text) }])
  }
})

describe('who may', () => {
  test.each<Move>(['pause', 'resume', 'close'])('%s is for the seller and administrators', async (name) => {
    const itemId = await publish(shop)
    expect((await move(itemId, name, OTHER_SELLER)).status).toBe(403)
    expect((await move(itemId, name, BUYER)).status).toBe(403)
    expect((await shop.call('POST', `${ITEMS}/${itemId}/sale/${name}`)).status).toBe(401)
    expect(await move(999_999, name)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND_ITEM' } })
  })

  test('a normal item has no sale to control', async () => {
    const itemId = await publish(shop, normalItem())
    expect(await move(itemId, 'pause')).toMatchObject({ status: 409, body: { code: 'NOT_LIMITED_ITEM' } })
    expect(await schedule(itemId, { limitPerBuyer: 2 })).toMatchObject({
      status: 409,
      body: { code: 'NOT_LIMITED_ITEM' },
    })
  })
})
