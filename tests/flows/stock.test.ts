// Units come and go by hand: more, fewer, with a reason, with a key, by administrators.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ADMIN,
  BUYER,
  buy,
  limitedItem,
  normalItem,
  OTHER_SELLER,
  publish,
  SELLER,
  soonPlaced,
  STOCKS,
} from '../support/sale-app.ts'
import { startStockShop, type StockShop } from '../support/stock-shop.ts'

const INTERNAL = '/item-service/api/v1/internal/stocks'

let shop: StockShop
beforeAll(async () => {
  shop = await startStockShop('stock')
})
afterAll(() => shop?.stop())

describe('stock', () => {
  test('7.B.14: units come and go in the database, by as many as was said, and the ledger tells who moved them', async () => {
    const itemId = await publish(shop, normalItem())
    expect(await shop.raise(itemId, 5)).toMatchObject({ status: 204, body: '' })
    expect(await shop.left(itemId)).toBe(15)
    expect(await shop.lower(itemId, 12, { who: ADMIN })).toMatchObject({ status: 204, body: '' })
    expect(await shop.left(itemId)).toBe(3)
    expect(await shop.stockOf(itemId)).toEqual({ total: 3, available: 3, version: 3 })
    const nothing = { note: null }
    expect(await shop.ledgerOf(itemId)).toEqual([
      { reason: 'OPENED', delta: 10, available: 10, version: 1, actor_id: SELLER.userId, ...nothing },
      { reason: 'RESTOCKED', delta: 5, available: 15, version: 2, actor_id: SELLER.userId, ...nothing },
      { reason: 'REDUCED', delta: -12, available: 3, version: 3, actor_id: ADMIN.userId, ...nothing },
    ])
  })

  test('a reason stands in the ledger and in the audit trail, with the numbers before and after', async () => {
    const itemId = await publish(shop)
    await buy(shop, itemId)
    await shop.raise(itemId, 5, { body: { reason: '입고' } })
    await shop.lower(itemId, 2, { who: ADMIN, body: { reason: 'broken' } })
    expect((await shop.ledgerOf(itemId)).slice(2)).toMatchObject([{ note: '입고' }, { note: 'broken' }])
    expect(await shop.auditOf(itemId)).toEqual([
      {
        action: 'RAISE',
        actor_id: SELLER.userId,
        before: { total: 10, available: 9 },
        after: { total: 15, available: 14 },
        reason: '입고',
      },
      {
        action: 'LOWER',
        actor_id: ADMIN.userId,
        before: { total: 15, available: 14 },
        after: { total: 13, available: 12 },
        reason: 'broken',
      },
    ])
  })

  test.each(['', 'x'.repeat(201), 'zero \u0000 in it', 5, null])('a reason %j is refused', async (reason) => {
    const itemId = await publish(shop)
    for (const change of [shop.raise, shop.lower, shop.set]) {
      const answer = await change(itemId, 1, { body: { reason } })
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'reason' }] } })
    }
    expect(await shop.stockOf(itemId)).toEqual({ total: 10, available: 10, version: 1 })
  })

  test('a reason of 200 characters of any kind is kept whole', async () => {
    const itemId = await publish(shop)
    const reason = '재고 조사 🧾'.padEnd(200, '가')
    expect((await shop.raise(itemId, 1, { body: { reason } })).status).toBe(204)
    expect((await shop.ledgerOf(itemId))[1]).toMatchObject({ note: reason })
  })

  test('7.F: a body needs no @type, and clients of the first version may still send it', async () => {
    const itemId = await publish(shop)
    expect((await shop.raise(itemId, 1)).status).toBe(204)
    for (const change of [shop.raise, shop.lower])
      expect((await change(itemId, 1, { body: { '@type': 'ReqStockDto' } })).status).toBe(204)
  })

  test('more than is left can not be taken, and nothing changes', async () => {
    const itemId = await publish(shop)
    expect(await shop.lower(itemId, 11)).toMatchObject({ status: 409, body: { code: 'NOT_ENOUGH_STOCK' } })
    expect(await shop.stockOf(itemId)).toEqual({ total: 10, available: 10, version: 1 })
    expect(await shop.auditOf(itemId)).toEqual([])
  })

  test('units in orders can not be taken away', async () => {
    const itemId = await publish(shop)
    expect((await buy(shop, itemId)).status).toBe(201)
    expect((await shop.lower(itemId, 10)).status).toBe(409)
    expect((await shop.lower(itemId, 9)).status).toBe(204)
    expect(await shop.stockOf(itemId)).toMatchObject({ total: 1, available: 0 })
  })

  test('an item holds at most a billion units, said in both languages', async () => {
    const itemId = await publish(shop, normalItem({ quantity: 1_000_000_000 }))
    const field = { field: 'quantity', value: '1' }
    expect(await shop.raise(itemId, 1)).toMatchObject({
      status: 400,
      body: { errors: [{ ...field, reason: '재고는 10억 개를 넘을 수 없습니다.' }] },
    })
    const english = await shop.raise(itemId, 1, { headers: { 'accept-language': 'en' } })
    expect(english.body.errors).toEqual([{ ...field, reason: 'An item has at most 1,000,000,000 units.' }])
  })

  test('only the seller and administrators change it', async () => {
    const itemId = await publish(shop)
    for (const change of [shop.raise, shop.lower]) {
      expect((await change(itemId, 1, { who: OTHER_SELLER })).status).toBe(403)
      expect((await change(itemId, 1, { who: BUYER })).status).toBe(403)
    }
    for (const method of ['POST', 'PUT'])
      expect((await shop.ask(method, STOCKS, { body: { itemId, quantity: 1 } })).status).toBe(401)
    expect(await shop.stockOf(itemId)).toEqual({ total: 10, available: 10, version: 1 })
  })

  test.each([0, -5, 1.5, '5', null, 1_000_001])(
    '7.A.10: a quantity of %j is refused (negative ones made units out of nothing)',
    async (quantity) => {
      const itemId = await publish(shop)
      expect((await shop.raise(itemId, quantity)).status).toBe(400)
      expect((await shop.lower(itemId, quantity)).status).toBe(400)
      expect(await shop.stockOf(itemId)).toEqual({ total: 10, available: 10, version: 1 })
    },
  )

  test('while people buy, no unit is made or lost', async () => {
    const itemId = await publish(shop, limitedItem({ quantity: 20 }))
    const answers = await Promise.all(
      Array.from({ length: 90 }, (_, i) => {
        if (i % 9 === 4) return shop.raise(itemId, 3)
        if (i % 9 === 7) return shop.lower(itemId, 2)
        return buy(shop, itemId, { userId: 1_000 + i, role: 'CERTIFIED_USER' })
      }),
    )
    const delta = answers.reduce(
      (sum, { status }, i) => sum + (status === 204 ? (i % 9 === 4 ? 3 : -2) : 0),
      0,
    )
    const bought = answers.filter(({ status }) => status === 201).length
    expect(await shop.stockOf(itemId)).toMatchObject({ total: 20 + delta, available: 20 + delta - bought })
    const [book] = await shop.query('SELECT sum(delta) AS sum FROM stock.ledger WHERE item_id = $1', [itemId])
    expect(book).toEqual({ sum: 20 + delta - bought })
  })

  test('sold out, restocked, sold again', async () => {
    const itemId = await publish(shop, limitedItem({ quantity: 1 }))
    expect((await buy(shop, itemId, { userId: 201, role: 'CERTIFIED_USER' })).status).toBe(201)
    const late = { userId: 202, role: 'CERTIFIED_USER' } as const
    expect(await buy(shop, itemId, late)).toMatchObject({ status: 409, body: { code: 'NOT_ENOUGH_STOCK' } })
    await shop.raise(itemId, 1)
    expect((await soonPlaced(() => buy(shop, itemId, late))).status).toBe(201)
  })
})

describe('a change with a key', () => {
  test('7.B.6: a raise that is repeated with its key counts once', async () => {
    const itemId = await publish(shop)
    const answers = [
      await shop.raise(itemId, 5, { key: `raise-${itemId}` }),
      await shop.raise(itemId, 5, { key: `raise-${itemId}` }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([204, 204])
    expect(answers[1]!.headers['idempotency-replayed']).toBe('true')
    expect(await shop.stockOf(itemId)).toEqual({ total: 15, available: 15, version: 2 })
  })

  test('7.B.6: so does a lower, and one sent many times at once', async () => {
    const itemId = await publish(shop)
    const lower = (): ReturnType<StockShop['lower']> => shop.lower(itemId, 3, { key: `lower-${itemId}` })
    const answers = await Promise.all(Array.from({ length: 10 }, lower))
    expect(new Set(answers.map(({ status, body }) => body.code ?? status))).toEqual(
      new Set([204, 'IDEMPOTENCY_IN_FLIGHT']),
    )
    expect((await lower()).status).toBe(204)
    expect(await shop.stockOf(itemId)).toEqual({ total: 7, available: 7, version: 2 })
  })

  test('a refusal does not use the key up', async () => {
    const itemId = await publish(shop)
    const key = `later-${itemId}`
    expect((await shop.lower(itemId, 11, { key })).status).toBe(409)
    await shop.raise(itemId, 1)
    expect((await shop.lower(itemId, 11, { key })).status).toBe(204)
    expect((await shop.lower(itemId, 10, { key })).body.code).toBe('IDEMPOTENCY_KEY_REUSED')
    expect(await shop.stockOf(itemId)).toMatchObject({ total: 0, available: 0 })
  })

  test('carried out by a process that died before it answered: the repeat is told so and changes nothing', async () => {
    const itemId = await publish(shop)
    // The change is committed and its answer is not kept: what a crash between the two leaves behind.
    await shop.query(`
      CREATE FUNCTION public.keep_no_answer() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN IF NEW.answer IS NOT NULL AND NEW.idem_key LIKE 'crash-%' THEN RAISE 'no'; END IF; RETURN NEW; END $$;
      CREATE TRIGGER keep_no_answer BEFORE UPDATE ON platform.kept_answer
        FOR EACH ROW EXECUTE FUNCTION public.keep_no_answer()`)
    try {
      for (const [change, version] of [
        [shop.raise, 2],
        [shop.lower, 3],
        [shop.set, 4],
      ] as const) {
        const key = `crash-${itemId}-${version}`
        expect((await change(itemId, 4, { key })).status).toBeLessThan(300)
        await shop.query(
          `UPDATE platform.kept_answer SET lease_until = clock_timestamp() - interval '1 s' WHERE idem_key = $1`,
          [key],
        )
        expect((await change(itemId, 4, { key })).body.code).toBe('IDEMPOTENCY_ANSWER_LOST')
        expect((await shop.stockOf(itemId)).version).toBe(version)
      }
    } finally {
      await shop.query('DROP FUNCTION public.keep_no_answer CASCADE')
    }
  })
})

describe('the stock of administrators', () => {
  const change = (method: string, query: string, who = ADMIN): ReturnType<StockShop['ask']> =>
    shop.ask(method, `${INTERNAL}?${query}`, { who })

  test('is raised and lowered by a query', async () => {
    const itemId = await publish(shop)
    expect(await change('POST', `itemId=${itemId}&quantity=5`)).toMatchObject({ status: 204, body: '' })
    expect(await change('PUT', `itemId=${itemId}&quantity=7`)).toMatchObject({ status: 204, body: '' })
    expect(await shop.left(itemId)).toBe(8)
    expect((await shop.auditOf(itemId)).map(({ action, actor_id }) => [action, actor_id])).toEqual([
      ['RAISE', ADMIN.userId],
      ['LOWER', ADMIN.userId],
    ])
  })

  test('7.A.7: is for administrators alone (it was routed to everybody)', async () => {
    const itemId = await publish(shop)
    for (const method of ['POST', 'PUT']) {
      for (const who of [SELLER, OTHER_SELLER, BUYER])
        expect((await change(method, `itemId=${itemId}&quantity=1`, who)).body.code).toBe(
          'UNAUTHORIZED_ACCESS',
        )
      expect((await shop.ask(method, `${INTERNAL}?itemId=${itemId}&quantity=1`)).status).toBe(401)
    }
    expect(await shop.stockOf(itemId)).toEqual({ total: 10, available: 10, version: 1 })
  })

  test('refuses what the other refuses', async () => {
    const itemId = await publish(shop)
    expect((await change('PUT', `itemId=${itemId}&quantity=11`)).body.code).toBe('NOT_ENOUGH_STOCK')
    for (const method of ['POST', 'PUT'])
      expect((await change(method, 'itemId=999999&quantity=1')).body.code).toBe('NOT_FOUND_STOCK')
    expect(await shop.stockOf(itemId)).toEqual({ total: 10, available: 10, version: 1 })
  })

  test.each([
    '',
    'itemId=1',
    'quantity=1',
    'itemId=1&quantity=0',
    'itemId=1&quantity=-1',
    'itemId=1&quantity=1000001',
    'itemId=1&quantity=1.5',
    'itemId=x&quantity=1',
    'itemId=9007199254740993&quantity=1',
    'itemId=1&itemId=2&quantity=1',
    'itemId=1%00&quantity=1',
  ])('a query of %j is refused', async (query) => {
    for (const method of ['POST', 'PUT']) {
      const { status, body } = await change(method, query)
      expect(status).toBe(400)
      expect(['INVALID_INPUT_VALUE', 'INVALID_TYPE_VALUE']).toContain(body.code)
    }
  })
})
