import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encodeCursor } from '../../server/platform/cursor.ts'
import { idsOf, startItemShop, type ItemShop } from '../support/item-shop.ts'
import { isoIn, ITEMS, OTHER_SELLER, SELLER } from '../support/sale-app.ts'

let shop: ItemShop
beforeAll(async () => {
  shop = await startItemShop('item search')
})
afterAll(() => shop?.stop())

const found = async (query: Record<string, string | number>): Promise<number[]> =>
  idsOf(await shop.list({ size: 100, ...query }))

/** A seller of their own, so that what other tests have put up does not matter. */
let sellers = 5_000
const nextSeller = () => ({ userId: ++sellers, role: 'SELLER' as const })

describe('words', () => {
  const seller = nextSeller()
  const ofIt = (q: string): Promise<number[]> => found({ sellerId: seller.userId, q })
  let mug: number
  let cup: number
  let english: number
  beforeAll(async () => {
    mug = await shop.publish({ name: '한정판 머그컵', description: '매일 아침에 쓰는 컵입니다.' }, seller)
    cup = await shop.publish({ name: '머그 손잡이 그컵', description: '손으로 만들었습니다!' }, seller)
    english = await shop.publish({ name: 'Big MUG 100%', description: 'for coffee (350 ml) a.b' }, seller)
  })

  test('of two Korean letters are found, as are one letter, three, and the middle of a word', async () => {
    expect(await ofIt('머그')).toEqual([cup, mug])
    expect(await found({ q: '머그' })).toContain(mug)
    expect(await ofIt('컵')).toEqual([cup, mug])
    expect(await ofIt('머그컵')).toEqual([mug])
    expect(await ofIt('정판')).toEqual([mug])
    expect(await ofIt('b')).toEqual([english])
  })

  test('have to be there as they are: their parts in other places are not enough', async () => {
    expect(await ofIt('머그컵')).not.toContain(cup)
    expect(await ofIt('판한')).toEqual([])
  })

  test('are found in the description, too, and all of them in either', async () => {
    expect(await ofIt('아침')).toEqual([mug])
    expect(await ofIt('머그 아침')).toEqual([mug])
    expect(await ofIt('아침   한정')).toEqual([mug])
    expect(await ofIt('머그 저녁')).toEqual([])
  })

  test('in Latin letters have one case; Hangul typed in parts is put together', async () => {
    expect(await ofIt('mug')).toEqual([english])
    expect(await ofIt('COFFEE')).toEqual([english])
    expect(await ofIt('머그컵'.normalize('NFD'))).toEqual([mug])
  })

  test.each([
    ['%', 1],
    ['100%', 1],
    ['_', 0],
    ['a_b', 0],
    ['a.b', 1],
    ['머%컵', 0],
    ['(350', 1],
    ["'", 0],
    ['\\', 0],
    ['😀', 0],
    ['😀😀😀', 0],
    ['\uffff', 0],
  ])('%j means itself', async (q, count) => {
    expect(await ofIt(q)).toHaveLength(count)
  })

  test('that are none find everything', async () => {
    expect(await ofIt('')).toEqual([english, cup, mug])
    expect(await ofIt('  ')).toEqual([english, cup, mug])
  })

  test('of what was edited or taken off are no longer found', async () => {
    const itemId = await shop.publish({ name: '유일무이', description: '하나뿐인 물건입니다.' }, seller)
    expect(await ofIt('유일무이')).toEqual([itemId])
    const body = { name: '흔한 물건', description: '어디에나 있는 것.', price: 1 }
    expect((await shop.ask('PUT', `${ITEMS}/${itemId}`, { who: seller, body })).status).toBe(200)
    expect([await ofIt('유일'), await ofIt('흔한')]).toEqual([[], [itemId]])
    expect((await shop.ask('DELETE', `${ITEMS}/${itemId}`, { who: seller })).status).toBe(204)
    expect(await ofIt('흔한')).toEqual([])
  })

  test.each([`q=${encodeURIComponent('가'.repeat(51))}`, 'q=a%00b', 'q=%00'])(
    '%s is refused',
    async (query) => {
      expect(await shop.ask('GET', `${ITEMS}?${query}`)).toMatchObject({
        status: 400,
        body: { code: 'INVALID_INPUT_VALUE', errors: [{ field: 'q' }] },
      })
    },
  )

  test.each(['q=%ff', 'q=%', 'q=a&q=b', 'q[]=a', `q=${'a+'.repeat(25)}`])(
    '%s is no fault of ours',
    async (query) => {
      expect((await shop.ask('GET', `${ITEMS}?${query}`)).status).toBeLessThan(500)
    },
  )
})

describe('kinds and states', () => {
  const seller = nextSeller()
  const ofIt = (query: Record<string, string | number>): Promise<number[]> =>
    found({ sellerId: seller.userId, ...query })
  const ids: Record<string, number> = {}
  const limited = async (name: string, changes: Record<string, unknown> = {}): Promise<number> => {
    const body = { isReserved: true, openTime: isoIn(-60_000), name, ...changes }
    return (ids[name] = await shop.publish(body, seller))
  }
  const move = (itemId: number, path: string): Promise<unknown> =>
    shop.ask('POST', `${ITEMS}/${itemId}/sale/${path}`, { who: seller })

  beforeAll(async () => {
    ids['normal'] = await shop.publish({ name: 'normal' }, seller)
    await limited('open')
    await limited('scheduled', { openTime: isoIn(3_600_000) })
    await limited('sold out', { quantity: 0 })
    await move(await limited('paused'), 'pause')
    await move(await limited('paused ahead', { openTime: isoIn(3_600_000) }), 'pause')
    await move(await limited('closed'), 'close')
    await limited('over', { closeTime: isoIn(-1_000) })
    await move(await limited('paused, over', { closeTime: isoIn(-1_000) }), 'pause')
    await limited('none left and over', { closeTime: isoIn(-1_000), quantity: 0 })
  })
  const named = (...names: string[]): (number | undefined)[] => names.map((name) => ids[name])

  test('the two kinds', async () => {
    expect(await ofIt({ type: 'normal' })).toEqual(named('normal'))
    expect(await ofIt({ type: 'limited' })).toHaveLength(9)
  })

  test.each([
    ['SCHEDULED', ['scheduled']],
    ['OPEN', ['open']],
    ['SOLD_OUT', ['sold out']],
    ['PAUSED', ['paused ahead', 'paused']],
    ['CLOSED', ['none left and over', 'paused, over', 'over', 'closed']],
  ])('%s sales, by the clock of the database', async (saleStatus, names) => {
    const { body } = await shop.list({ sellerId: seller.userId, saleStatus })
    expect(body.content.map(({ name }: { name: string }) => name)).toEqual(names)
    // What the filter says and what the item says is one thing.
    for (const item of body.content) expect(item.saleStatus).toBe(saleStatus)
    expect(body.totalElements).toBe(names.length)
    expect(await ofIt({ saleStatus, type: 'normal' })).toEqual([])
    expect(await ofIt({ saleStatus, sort: 'price' })).toEqual(named(...names).toSorted((a, b) => a! - b!))
  })

  test('words, kind, state and price together', async () => {
    expect(
      await ofIt({ q: 'o', type: 'limited', saleStatus: 'OPEN', minPrice: 12_000, maxPrice: 12_000 }),
    ).toEqual(named('open'))
    expect(await ofIt({ q: 'o', saleStatus: 'OPEN', minPrice: 12_001 })).toEqual([])
  })

  test('a sale that opens by itself changes its state in the list on time', async () => {
    const openTime = isoIn(1_500)
    const itemId = await limited('soon', { openTime })
    const stateOf = async (): Promise<string> =>
      (await shop.list({ sellerId: seller.userId, q: 'soon' })).body.content[0].saleStatus
    expect(await stateOf()).toBe('SCHEDULED')
    const end = Date.parse(openTime) + 50
    while (Date.now() < end) await stateOf()
    expect(await stateOf()).toBe('OPEN')
    expect(await ofIt({ saleStatus: 'OPEN' })).toContain(itemId)
  })
})

describe('orders', () => {
  const seller = nextSeller()
  const ofIt = (query: Record<string, string | number>): Promise<number[]> =>
    found({ sellerId: seller.userId, ...query })
  let all: number[]
  beforeAll(async () => {
    all = []
    for (const [at, price] of [300, 100, 200, 200, 100].entries())
      all.push(
        await shop.publish(
          at % 2 === 0 ? { price } : { price, isReserved: true, openTime: isoIn((10 - at) * 60_000) },
          seller,
        ),
      )
  })
  const at = (...places: number[]): (number | undefined)[] => places.map((place) => all[place])

  test.each([
    ['newest', [4, 3, 2, 1, 0]],
    ['price', [1, 4, 2, 3, 0]],
    ['-price', [0, 3, 2, 4, 1]],
    ['openTime', [3, 1, 0, 2, 4]],
  ])('%s, by number and by cursor', async (sort, places) => {
    expect(await ofIt({ sort })).toEqual(at(...places))
    expect(await ofIt({ sort, page: 1, size: 2 })).toEqual(at(...places.slice(2, 4)))
    const walked: number[] = []
    let cursor: string | null = null
    do {
      const answer = await shop.list({
        sellerId: seller.userId,
        sort,
        limit: 2,
        ...(cursor !== null && { cursor }),
      })
      expect(Object.keys(answer.body)).toEqual(['content', 'next'])
      walked.push(...idsOf(answer))
      cursor = answer.body.next
    } while (cursor !== null)
    expect(walked).toEqual(at(...places))
  })

  test('newest is the order where none is asked for', async () => {
    expect(await ofIt({})).toEqual(await ofIt({ sort: 'newest' }))
  })

  test('prices are bounded on both sides, the bounds included', async () => {
    expect(await ofIt({ minPrice: 200 })).toEqual(at(3, 2, 0))
    expect(await ofIt({ maxPrice: 100 })).toEqual(at(4, 1))
    expect(await ofIt({ minPrice: 150, maxPrice: 250, sort: 'price' })).toEqual(at(2, 3))
    expect(await ofIt({ minPrice: 250, maxPrice: 150 })).toEqual([])
  })

  test('what is put up meanwhile does not move what a cursor still has to show', async () => {
    const other = nextSeller()
    const made = [await shop.publish({}, other), await shop.publish({}, other), await shop.publish({}, other)]
    const first = await shop.list({ sellerId: other.userId, limit: 2 })
    await shop.publish({}, other)
    expect(idsOf(first)).toEqual([made[2], made[1]])
    const second = await shop.list({ sellerId: other.userId, limit: 2, cursor: first.body.next })
    expect([idsOf(second), second.body.next]).toEqual([[made[0]], null])
  })
})

describe('what is refused', () => {
  test('a cursor of another order, of another list, or of nobody', async () => {
    const { body } = await shop.list({ limit: 1, sort: 'price' })
    const wrong = [
      body.next,
      'x',
      encodeCursor([1]),
      encodeCursor(['newest', 'key', 1]),
      encodeCursor(['newest', null, 0]),
      encodeCursor(['newest', null, 1.5]),
    ]
    for (const cursor of wrong)
      expect(await shop.list({ cursor })).toMatchObject({ status: 400, body: { code: 'INVALID_CURSOR' } })
    const badKeys: [string, string | null][] = [
      ['price', null],
      ['price', '-1'],
      ['price', '9999999999'],
      ['-price', "1'; --"],
      ['openTime', '2026-02-31T00:00:00.000000Z'],
      ['openTime', 'infinity'],
      ['openTime', '2026-01-02T00:00:00'],
    ]
    for (const [sort, key] of badKeys)
      expect(await shop.list({ sort, cursor: encodeCursor([sort, key, 1]) })).toMatchObject({
        status: 400,
        body: { code: 'INVALID_CURSOR' },
      })
  })

  test.each([
    'type=other',
    'saleStatus=open',
    'sort=name',
    'minPrice=-1',
    'minPrice=1.5',
    'maxPrice=2000000001',
    'maxPrice=x',
    'sellerId=0',
    'sellerId=9007199254740992',
    'limit=0',
    'limit=101',
    'limit=',
    'cursor=',
    `cursor=${'a'.repeat(301)}`,
    'sort=price&sort=newest',
    'page=0&limit=5',
    'size=5&cursor=abc',
  ])('%s', async (query) => {
    const answer = await shop.ask('GET', `${ITEMS}?${query}`)
    expect(answer.status).toBe(400)
    expect(['INVALID_INPUT_VALUE', 'INVALID_TYPE_VALUE']).toContain(answer.body.code)
  })

  test('in both languages', async () => {
    const reason = async (language: string): Promise<string> =>
      (await shop.ask('GET', `${ITEMS}?page=0&limit=5`, { headers: { 'accept-language': language } })).body
        .errors[0].reason
    expect(await reason('ko')).toBe('page, size와 cursor, limit는 함께 사용할 수 없습니다.')
    expect(await reason('en')).toBe('Use page and size, or cursor and limit.')
  })

  test('7.F: nothing at all in the address is a good question, and unknown names are passed over (the original answered 500)', async () => {
    for (const path of [ITEMS, `${ITEMS}?`, `${ITEMS}?unknown=1`])
      expect((await shop.ask('GET', path)).status).toBe(200)
  })
})

test('deep pages are right, in every order, also where they are found by marks', async () => {
  const seller = nextSeller()
  await shop.query(
    `WITH item AS (
       INSERT INTO items.item (seller_id, name, description, is_limited)
       SELECT $1, '깊은 목록', '많은 것들 가운데 하나', false FROM generate_series(1, 3456) RETURNING id
     )
     INSERT INTO stock.stock (item_id, seller_id, is_limited, unit_price, total, available, hold_seconds)
     SELECT id, $1, false, (id * 7919) % 100, 1, 1, 300 FROM item`,
    [seller.userId],
  )
  const orders = {
    newest: 'item_id DESC',
    price: 'unit_price, item_id',
    '-price': 'unit_price DESC, item_id DESC',
    openTime: 'item_id',
  }
  for (const [sort, by] of Object.entries(orders)) {
    const rows = await shop.query(`SELECT item_id FROM stock.stock WHERE seller_id = $1 ORDER BY ${by}`, [
      seller.userId,
    ])
    const expected = rows.map(({ item_id: id }) => id)
    for (const [page, size] of [
      [9, 100],
      [10, 100],
      [49, 20],
      [50, 20],
      [27, 37],
      [300, 10],
      [34, 100],
      [35, 100],
      [1_000_000, 100],
    ] as const) {
      const answer = await shop.list({ sellerId: seller.userId, sort, page, size })
      expect([sort, page, idsOf(answer)]).toEqual([
        sort,
        page,
        expected.slice(page * size, (page + 1) * size),
      ])
      expect(answer.body).toMatchObject({
        totalElements: 3_456,
        totalPages: Math.ceil(3_456 / size),
        number: page,
      })
    }
  }
})

test('sellers are told apart, and what others put up is not theirs', async () => {
  const mine = await shop.publish({}, SELLER)
  const theirs = await shop.publish({}, OTHER_SELLER)
  expect(await found({ sellerId: SELLER.userId })).toContain(mine)
  expect(await found({ sellerId: SELLER.userId })).not.toContain(theirs)
  expect(await found({ sellerId: 999_999 })).toEqual([])
})
