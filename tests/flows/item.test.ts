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
  startSaleApp,
  type Answer,
  type SaleApp,
} from '../support/sale-app.ts'

let shop: SaleApp
beforeAll(async () => {
  shop = await startSaleApp('item')
})
afterAll(() => shop?.stop())

const post = (body: unknown, language?: string): Promise<Answer> =>
  shop.call('POST', ITEMS, { who: SELLER, body, ...(language !== undefined && { language }) })
const fieldsOf = ({ body }: Answer): (string | undefined)[] => body.errors?.map(({ field }) => field) ?? []

const remove = (itemId: number, who = SELLER): Promise<Answer> =>
  shop.call('DELETE', `${ITEMS}/${itemId}`, { who })

describe('publishing', () => {
  test('a limited item answers as the original does, with its sale beside it', async () => {
    const { status, body } = await post(
      limitedItem({ closeTime: '2999-01-01T00:00:00Z', limitPerBuyer: 2, holdSeconds: 60 }),
    )
    expect(status).toBe(201)
    expect(body).toEqual({
      id: expect.any(Number),
      name: '한정판 머그컵',
      description: '딱 열 개만 만든 머그컵입니다.',
      stock: 10,
      price: 12_000,
      sellerId: SELLER.userId,
      isReserved: true,
      openTime: '2026-01-02T12:00:00.000+09:00',
      closeTime: '2999-01-01T09:00:00.000+09:00',
      saleStatus: 'OPEN',
      limitPerBuyer: 2,
      holdSeconds: 60,
    })
    const itemId = body['id']
    expect(
      await shop.query(
        'SELECT reason, delta, available, version, actor_id FROM stock.ledger WHERE item_id = $1',
        [itemId],
      ),
    ).toEqual([{ reason: 'OPENED', delta: 10, available: 10, version: 1, actor_id: SELLER.userId }])
    expect(
      await shop.query('SELECT action, actor_id, before FROM platform.audit WHERE subject_id = $1', [itemId]),
    ).toEqual([{ action: 'CREATE', actor_id: SELLER.userId, before: null }])
  })

  test('limit and hold have defaults by kind of item', async () => {
    const terms = 'SELECT limit_per_buyer, hold_seconds, open_time FROM stock.stock WHERE item_id = $1'
    expect(await shop.query(terms, [await publish(shop)])).toMatchObject([
      { limit_per_buyer: 1, hold_seconds: 300 },
    ])
    const normal = await publish(shop, normalItem({ openTime: isoIn(60_000) }))
    expect(await shop.query(terms, [normal])).toEqual([
      { limit_per_buyer: null, hold_seconds: 1_800, open_time: null },
    ])
  })

  test('buyers may not, nor may strangers', async () => {
    expect(await shop.call('POST', ITEMS, { body: normalItem() })).toMatchObject({ status: 401 })
    expect(await shop.call('POST', ITEMS, { body: normalItem(), who: BUYER })).toMatchObject({
      status: 403,
      body: { code: 'UNAUTHORIZED_ACCESS' },
    })
  })

  test('wrong texts are refused in Korean, and in English where that is asked for', async () => {
    const wrong = normalItem({ name: '', description: '짧다' })
    const korean = await post(wrong)
    expect(korean.status).toBe(400)
    expect(korean.body.code).toBe('INVALID_INPUT_VALUE')
    expect(korean.body.errors).toEqual([
      { field: 'name', value: '', reason: '상품명은 필수 입력 대상입니다.' },
      { field: 'name', value: '', reason: '글자 수는 2 ~ 20자 제한입니다.' },
      { field: 'description', value: '짧다', reason: '글자 수는 8 ~ 500자 제한입니다.' },
    ])
    const english = await post(wrong, 'en')
    expect(english.body.errors?.[0]).toEqual({
      field: 'name',
      value: '',
      reason: 'The item name is required.',
    })
  })

  test('a missing name is told as a blank one', async () => {
    const { name: _, ...nameless } = normalItem()
    expect((await post(nameless)).body.errors).toContainEqual({
      field: 'name',
      value: '',
      reason: '상품명은 필수 입력 대상입니다.',
    })
  })

  test.each([
    ['quantity', -1],
    ['quantity', 1.5],
    ['quantity', '10'],
    ['quantity', null],
    ['quantity', 1_000_000_001],
    ['price', -1],
    ['price', 2_000_000_001],
    ['isReserved', null],
    ['isReserved', 'true'],
    ['openTime', 'tomorrow'],
    ['openTime', null],
    ['closeTime', '2026-01-02T12:00:00'],
    ['limitPerBuyer', 0],
    ['holdSeconds', 0],
    ['sellerId', 1],
  ])('%s %j is refused', async (field, value) => {
    const answer = await post(limitedItem({ [field]: value }))
    expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_INPUT_VALUE' } })
    expect(fieldsOf(answer)).toContain(field)
  })
})

describe('reading', () => {
  test('the list is a Spring page, newest first', async () => {
    const older = await publish(shop, normalItem({ name: '먼저' }))
    const newer = await publish(shop, limitedItem({ name: '나중' }))
    const { status, body } = await shop.call('GET', `${ITEMS}?page=0&size=2`)
    expect(status).toBe(200)
    expect(body['content']).toMatchObject([
      {
        id: newer,
        name: '나중',
        description: '딱 열 개만 만든 머그컵입니다.',
        quantity: 10,
        price: 12_000,
        openTime: '2026-01-02T12:00:00.000+09:00',
        isReserved: true,
        sellerId: SELLER.userId,
        saleStatus: 'OPEN',
        held: 0,
        sold: 0,
        total: 10,
      },
      {
        id: older,
        name: '먼저',
        description: '딱 열 개만 만든 머그컵입니다.',
        quantity: 10,
        price: 12_000,
        openTime: null,
        isReserved: false,
        sellerId: SELLER.userId,
      },
    ])
    const sort = { empty: true, sorted: false, unsorted: true }
    const [count] = await shop.query('SELECT count(*) AS n FROM items.item WHERE deleted_at IS NULL')
    expect(body).toMatchObject({
      pageable: { pageNumber: 0, pageSize: 2, offset: 0, paged: true, unpaged: false, sort },
      totalElements: count?.['n'],
      size: 2,
      number: 0,
      numberOfElements: 2,
      first: true,
      last: false,
      empty: false,
      sort,
    })
  })

  test('pages follow one another without gap or repetition', async () => {
    await publish(shop)
    const idsOf = async (query: string): Promise<number[]> => {
      const { body } = await shop.call('GET', `${ITEMS}${query}`)
      return (body['content'] as { id: number }[]).map(({ id }) => id)
    }
    const whole = await idsOf('?size=6')
    expect([
      ...(await idsOf('?size=2')),
      ...(await idsOf('?page=1&size=2')),
      ...(await idsOf('?page=2&size=2')),
    ]).toEqual(whole)
    expect(await idsOf('?page=1000&size=100')).toEqual([])
    expect((await idsOf('')).length).toBeLessThanOrEqual(20)
  })

  test.each(['?page=-1', '?size=0', '?size=101', '?page=x', '?size=', '?page=1000001'])(
    '%s is refused',
    async (query) => {
      expect((await shop.call('GET', `${ITEMS}${query}`)).status).toBe(400)
    },
  )

  test('one limited item shows its sale by the clock of the database', async () => {
    const itemId = await publish(shop, limitedItem({ openTime: isoIn(3_600_000) }))
    const { body } = await shop.call('GET', `${ITEMS}/${itemId}`)
    expect(body).toMatchObject({
      id: itemId,
      saleStatus: 'SCHEDULED',
      quantity: 10,
      held: 0,
      sold: 0,
      total: 10,
      closeTime: null,
    })
    expect(body['serverTime']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+09:00$/)
    expect(Math.abs(Date.parse(body['serverTime'] as string) - Date.now())).toBeLessThan(5_000)
  })

  test('units of an unpaid order are held, and no longer left', async () => {
    const itemId = await publish(shop)
    expect((await buy(shop, itemId)).status).toBe(201)
    // At once in the process that took the order, within a second elsewhere.
    const read = async (): Promise<unknown> => (await shop.call('GET', `${ITEMS}/${itemId}`)).body
    await expect.poll(read, { timeout: 2_000 }).toMatchObject({ quantity: 9, held: 1, sold: 0, total: 10 })
  })

  test('a normal item has no sale', async () => {
    const { body } = await shop.call('GET', `${ITEMS}/${await publish(shop, normalItem())}`)
    expect(Object.keys(body)).toEqual([
      'id',
      'name',
      'description',
      'quantity',
      'price',
      'openTime',
      'isReserved',
      'sellerId',
    ])
  })

  test.each([
    ['0', 400],
    ['-1', 400],
    ['abc', 400],
    ['9007199254740992', 400],
    ['9007199254740991', 404],
  ])('item %s answers %i', async (id, status) => {
    expect((await shop.call('GET', `${ITEMS}/${id}`)).status).toBe(status)
  })
})

describe('who may', () => {
  test('7.A.6: nobody but a seller puts items up, and nobody but its seller or an administrator touches one (the original let anybody)', async () => {
    const itemId = await publish(shop, normalItem())
    const changes = [
      ['POST', ITEMS, normalItem()],
      ['PUT', `${ITEMS}/${itemId}`, { name: '남의 것', description: '남이 쓴 설명입니다.', price: 1 }],
      ['DELETE', `${ITEMS}/${itemId}`, undefined],
      ['DELETE', `${ITEMS}/batch`, [itemId]],
    ] as const
    for (const [method, path, body] of changes) {
      const ask = (who?: typeof SELLER): Promise<Answer> =>
        shop.call(method, path, { ...(who && { who }), ...(body !== undefined && { body }) })
      expect(await ask()).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } })
      expect(await ask(BUYER)).toMatchObject({ status: 403, body: { code: 'UNAUTHORIZED_ACCESS' } })
      if (method !== 'POST')
        expect(await ask(OTHER_SELLER)).toMatchObject({ status: 403, body: { code: 'UNAUTHORIZED_ACCESS' } })
    }
    expect((await shop.call('GET', `${ITEMS}/${itemId}`)).body).toMatchObject({
      name: '한정판 머그컵',
      price: 12_000,
    })
  })

  test('7.F: items are read without a token (the original asked for one, against its documents)', async () => {
    const itemId = await publish(shop)
    for (const path of [ITEMS, `${ITEMS}/${itemId}`]) expect((await shop.call('GET', path)).status).toBe(200)
    expect((await shop.call('POST', `${ITEMS}/batch`, { body: [itemId] })).status).toBe(200)
  })

  test('7.E: an opening time without a zone is Korean time, whatever clock the server runs by', async () => {
    const itemId = await publish(shop, limitedItem({ openTime: '2999-01-01T09:00:00' }))
    expect(
      await shop.query(
        `SELECT open_time = '2999-01-01T00:00:00Z' AS is_right FROM stock.stock WHERE item_id = $1`,
        [itemId],
      ),
    ).toEqual([{ is_right: true }])
  })
})

describe('editing', () => {
  const edited = { name: '새 이름', description: '새로 쓴 설명입니다.', price: 9_900 }

  test('the seller changes texts and price; the next read shows them and the audit trail keeps the old price', async () => {
    const itemId = await publish(shop)
    expect(await shop.call('PUT', `${ITEMS}/${itemId}`, { who: SELLER, body: edited })).toEqual({
      status: 200,
      body: { id: itemId, ...edited },
    })
    expect((await shop.call('GET', `${ITEMS}/${itemId}`)).body).toMatchObject({
      ...edited,
      quantity: 10,
      saleStatus: 'OPEN',
    })
    const audit = `SELECT actor_id, before, after FROM platform.audit WHERE subject_id = $1 AND action = 'PRICE'`
    expect(await shop.query(audit, [itemId])).toEqual([
      { actor_id: SELLER.userId, before: { unitPriceKrw: 12_000 }, after: { unitPriceKrw: 9_900 } },
    ])
    expect((await buy(shop, itemId)).body['totalSum']).toBe(9_900)
  })

  test('7.B.7: after an edit the item is whole, and can be ordered (the original kept one without time, units and kind)', async () => {
    const itemId = await publish(shop, limitedItem({ closeTime: '2999-01-01T00:00:00Z' }))
    const before = (await shop.call('GET', `${ITEMS}/${itemId}`)).body
    expect((await shop.call('PUT', `${ITEMS}/${itemId}`, { who: SELLER, body: edited })).status).toBe(200)
    for (let again = 0; again < 3; again++)
      expect((await shop.call('GET', `${ITEMS}/${itemId}`)).body).toEqual({
        ...before,
        ...edited,
        serverTime: expect.any(String),
      })
    expect(before).toMatchObject({ openTime: expect.any(String), quantity: 10, isReserved: true })
    expect((await buy(shop, itemId)).status).toBe(201)
  })

  test('the same price again is no change of the sale', async () => {
    const itemId = await publish(shop)
    await shop.call('PUT', `${ITEMS}/${itemId}`, { who: SELLER, body: { ...edited, price: 12_000 } })
    expect(await shop.query('SELECT version FROM stock.stock WHERE item_id = $1', [itemId])).toEqual([
      { version: 1 },
    ])
  })

  test('an administrator may, another seller may not, and nothing is there to edit twice', async () => {
    const itemId = await publish(shop)
    const edit = (who: typeof SELLER, id = itemId): Promise<Answer> =>
      shop.call('PUT', `${ITEMS}/${id}`, { who, body: edited })
    expect((await edit(OTHER_SELLER)).status).toBe(403)
    expect((await edit(BUYER)).status).toBe(403)
    expect((await edit(ADMIN)).status).toBe(200)
    expect(await edit(SELLER, 999_999)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND_ITEM' } })
    expect(
      await shop.call('PUT', `${ITEMS}/${itemId}`, { who: SELLER, body: { ...edited, name: 'x' } }),
    ).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'name', value: 'x', reason: '글자 수는 2 ~ 20자 제한입니다.' }] },
    })
  })
})

describe('taking off', () => {
  test('a normal item without orders goes, with its stock, and stays gone', async () => {
    const itemId = await publish(shop, normalItem())
    expect((await remove(itemId, OTHER_SELLER)).status).toBe(403)
    expect(await remove(itemId)).toEqual({ status: 204, body: {} })
    expect(await remove(itemId)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND_ITEM' } })
    expect((await shop.call('GET', `${ITEMS}/${itemId}`)).body.code).toBe('NOT_FOUND_ITEM')
    const { body } = await shop.call('GET', `${ITEMS}?size=100`)
    expect((body['content'] as { id: number }[]).some(({ id }) => id === itemId)).toBe(false)
    const [sum] = await shop.query('SELECT sum(delta) AS left FROM stock.ledger WHERE item_id = $1', [itemId])
    expect(sum).toEqual({ left: 0 })
  })

  test('an item with live orders stays', async () => {
    const itemId = await publish(shop)
    expect((await buy(shop, itemId)).status).toBe(201)
    await shop.call('POST', `${ITEMS}/${itemId}/sale/close`, { who: SELLER })
    expect(await remove(itemId)).toMatchObject({ status: 409, body: { code: 'ITEM_IN_USE' } })
    expect((await shop.call('GET', `${ITEMS}/${itemId}`)).status).toBe(200)
  })

  test('an open sale is closed first', async () => {
    const itemId = await publish(shop)
    expect(await remove(itemId)).toMatchObject({ status: 409, body: { code: 'ITEM_IN_USE' } })
    await shop.call('POST', `${ITEMS}/${itemId}/sale/close`, { who: SELLER })
    expect((await remove(itemId)).status).toBe(204)
    expect(await buy(shop, itemId)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND_ITEM' } })
  })

  test('whoever takes it off while others order it: one of the two wins, never both', async () => {
    const itemId = await publish(shop, limitedItem({ openTime: isoIn(-1_000) }))
    await shop.call('POST', `${ITEMS}/${itemId}/sale/pause`, { who: SELLER })
    const buyers = Array.from({ length: 10 }, (_, i) => ({
      userId: 2_000 + i,
      role: 'CERTIFIED_USER' as const,
    }))
    const [removed, resumed, ...orders] = await Promise.all([
      remove(itemId),
      shop.call('POST', `${ITEMS}/${itemId}/sale/resume`, { who: SELLER }),
      ...buyers.map((buyer) => buy(shop, itemId, buyer)),
    ])
    const placed = orders.filter(({ status }) => status === 201).length
    const stayed = resumed?.status === 200
    expect([removed?.status, resumed?.status]).toEqual(stayed ? [409, 200] : [204, 404])
    expect(stayed || placed === 0).toBe(true)
    expect([201, 404, 409]).toEqual(expect.arrayContaining([...new Set(orders.map(({ status }) => status))]))
  })
})
