import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createClient, tokenOf, type Answer } from '../support/buyers.ts'
import { startItemShop, type ItemShop } from '../support/item-shop.ts'
import { ADMIN, BUYER, isoIn, ITEMS, SELLER } from '../support/sale-app.ts'
import { startServer, type ServerProcess } from '../support/server-process.ts'

let shop: ItemShop
beforeAll(async () => {
  shop = await startItemShop('item cache')
})
afterAll(() => shop?.stop())

const get = (itemId: number, headers: Record<string, string> = {}): Promise<Answer> =>
  shop.ask('GET', `${ITEMS}/${itemId}`, { headers })
const put = (itemId: number, changes: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
  shop.ask('PUT', `${ITEMS}/${itemId}`, {
    who: SELLER,
    headers,
    body: { name: '새 이름', description: '새로 쓴 설명입니다.', price: 9_900, ...changes },
  })
const order = (itemId: number, buyerId: number): Promise<Answer> =>
  shop.ask('POST', '/order-service/api/v1/orders/limited', {
    who: { ...BUYER, userId: buyerId },
    body: { itemId },
  })
const restock = (itemId: number, quantity: number): Promise<Answer> =>
  shop.ask('POST', '/item-service/api/v1/stocks', { who: SELLER, body: { itemId, quantity } })

describe('what this process has answered is what it shows next', () => {
  test('after an edit, more units, a pause, a close, a new window', async () => {
    const itemId = await shop.publishLimited()
    expect((await get(itemId)).body).toMatchObject({ quantity: 10, saleStatus: 'OPEN' })
    await put(itemId)
    expect((await get(itemId)).body).toMatchObject({ name: '새 이름', price: 9_900 })
    expect((await restock(itemId, 5)).status).toBe(204)
    expect((await get(itemId)).body).toMatchObject({ quantity: 15, total: 15 })
    const sale = (path: string, body?: unknown): Promise<Answer> =>
      shop.ask(body === undefined ? 'POST' : 'PUT', `${ITEMS}/${itemId}/sale${path}`, { who: SELLER, body })
    await sale('/pause')
    expect((await get(itemId)).body.saleStatus).toBe('PAUSED')
    await sale('/resume')
    await sale('', { limitPerBuyer: 3 })
    expect((await get(itemId)).body).toMatchObject({ saleStatus: 'OPEN', limitPerBuyer: 3 })
    await sale('/close')
    expect((await get(itemId)).body.saleStatus).toBe('CLOSED')
  })

  test('in lists, too', async () => {
    const seller = { userId: 6_001, role: 'SELLER' as const }
    const listed = async (): Promise<unknown[]> => (await shop.list({ sellerId: seller.userId })).body.content
    expect(await listed()).toEqual([])
    const itemId = await shop.publish({}, seller)
    expect(await listed()).toMatchObject([{ id: itemId, name: '한정판 머그컵' }])
    await shop.ask('PUT', `${ITEMS}/${itemId}`, {
      who: seller,
      body: { name: '새 이름', description: '새로 쓴 설명입니다.', price: 1 },
    })
    expect(await listed()).toMatchObject([{ name: '새 이름', price: 1 }])
    await shop.ask('DELETE', `${ITEMS}/${itemId}`, { who: seller })
    expect(await listed()).toEqual([])
  })

  test('an item is there at once, also where somebody has looked for it before', async () => {
    const before = await shop.publish()
    expect((await get(before + 1)).status).toBe(404)
    expect((await get(before + 1)).body.code).toBe('NOT_FOUND_ITEM')
    expect(await shop.publish()).toBe(before + 1)
    expect((await get(before + 1)).status).toBe(200)
  })

  test('an order takes its units off, at once for one, within a second for a crowd', async () => {
    const itemId = await shop.publishLimited({ quantity: 100 })
    expect((await get(itemId)).body.quantity).toBe(100)
    expect((await order(itemId, 7_000)).status).toBe(201)
    expect((await get(itemId)).body).toMatchObject({ quantity: 99, held: 1, sold: 0, total: 100 })
    const asked = Array.from({ length: 60 }, async (_, n) => {
      await order(itemId, 7_001 + n)
      return (await get(itemId)).body.quantity as number
    })
    for (const quantity of await Promise.all(asked)) expect(quantity).toBeGreaterThanOrEqual(39)
    await expect.poll(async () => (await get(itemId)).body.quantity, { timeout: 1_000 }).toBe(39)
  })
})

describe('what others change', () => {
  test('past every process, without a word, is seen within a second', async () => {
    const itemId = await shop.publishLimited()
    const unknown = itemId + 1_000_000
    const busy = setInterval(() => void get(itemId), 5)
    try {
      for (let round = 1; round <= 3; round++) {
        await shop.query('UPDATE items.item SET name = $2 WHERE id = $1', [itemId, `round ${round}`])
        const committed = performance.now()
        while ((await get(itemId)).body.name !== `round ${round}`)
          expect(performance.now() - committed).toBeLessThan(1_000)
      }
    } finally {
      clearInterval(busy)
    }
    expect((await get(unknown)).status).toBe(404)
  })

  describe('on a deep page that many look at', () => {
    const seller = { userId: 6_003, role: 'SELLER' as const }
    const COUNT = 1_500
    /** Neither the first nor the last: what it holds follows from what was counted and marked. */
    const DEEP = { sellerId: seller.userId, page: 24, size: 50 }
    let itemIds: number[]
    let isOver = false
    let looking: Promise<unknown>
    beforeAll(async () => {
      const rows = await shop.query(
        `WITH item AS (
           INSERT INTO items.item (seller_id, name, description, is_limited)
           SELECT $1, '깊은 목록', '많은 것들 가운데 하나', false FROM generate_series(1, ${COUNT}) RETURNING id
         ), stock AS (
           INSERT INTO stock.stock (item_id, seller_id, is_limited, unit_price, total, available, hold_seconds)
           SELECT id, $1, false, 100, 10, 10, 300 FROM item
         )
         SELECT id FROM item ORDER BY id DESC`,
        [seller.userId],
      )
      itemIds = rows.map(({ id }) => Number(id))
      const look = async (): Promise<void> => {
        while (!isOver) await shop.list(DEEP)
      }
      looking = Promise.all([look(), look(), look()])
    })
    afterAll(() => {
      isOver = true
      return looking
    })

    interface Shown {
      content: { id: number; name: string; price: number; quantity: number }[]
      totalElements: number
    }
    /** By somebody who asks again and again, less than a second after it was committed. */
    const seen = async (isSeen: (page: Shown) => boolean, query: object = DEEP): Promise<void> => {
      const committed = performance.now()
      while (!isSeen((await shop.list({ ...query })).body as Shown))
        expect(performance.now() - committed).toBeLessThan(1_000)
    }
    const holds = (ids: readonly number[]): ((page: Shown) => boolean) => {
      const [total, place] = [ids.length, DEEP.page * DEEP.size]
      const expected = String(ids.slice(place, place + DEEP.size))
      return ({ content, totalElements }) =>
        totalElements === total && String(content.map(({ id }) => id)) === expected
    }

    test('a text and a number are seen within a second, also where nobody was told', async () => {
      const itemId = itemIds[DEEP.page * DEEP.size]
      for (let round = 1; round <= 3; round++) {
        await seen(holds(itemIds))
        await shop.query('UPDATE items.item SET name = $2 WHERE id = $1', [itemId, `round ${round}`])
        await seen(({ content }) => content[0]?.name === `round ${round}`)
        const left = 10 - round
        await shop.query('UPDATE stock.stock SET available = $2, version = version + 1 WHERE item_id = $1', [
          itemId,
          left,
        ])
        await seen(({ content }) => content[0]?.quantity === left)
      }
    })

    test('so is what goes, comes and changes its place, though lists are counted only when something did', async () => {
      const dearest = { ...DEEP, sort: '-price', page: 0 }
      for (let round = 1; round <= 3; round++) {
        const gone = itemIds.shift()
        await seen((page) => page.totalElements === itemIds.length + 1)
        await shop.query('UPDATE items.item SET deleted_at = now() WHERE id = $1', [gone])
        await seen(holds(itemIds))
        const dear = itemIds[700]
        await shop.query('UPDATE stock.stock SET unit_price = $2, version = version + 1 WHERE item_id = $1', [
          dear,
          1_000 + round,
        ])
        await seen(({ content }) => content[0]?.id === dear && content[0]?.price === 1_000 + round, dearest)
        itemIds.unshift(await shop.publish({}, seller))
        await seen(holds(itemIds))
      }
    })

    test('orders are no such change: they leave the version of the catalogue as it is', async () => {
      const version = async (): Promise<number> => {
        const [row] = await shop.query('SELECT sum(changes)::integer AS version FROM items.catalogue')
        return row?.['version'] as number
      }
      const changes = async (work: () => Promise<unknown>): Promise<boolean> => {
        const before = await version()
        await work()
        return (await version()) !== before
      }
      const itemId = await shop.publishLimited()
      const sale = `${ITEMS}/${itemId}/sale`
      const rules = { openTime: isoIn(-30_000), limitPerBuyer: 2 }
      expect(await changes(() => order(itemId, 7_500))).toBe(false)
      expect(await changes(() => restock(itemId, 1))).toBe(false)
      expect(await changes(() => shop.ask('POST', `${sale}/pause`, { who: SELLER }))).toBe(false)
      expect(await changes(() => put(itemId))).toBe(true)
      expect(await changes(() => shop.ask('PUT', sale, { who: SELLER, body: rules }))).toBe(true)
      expect(await changes(() => shop.publish())).toBe(true)
      const before = await version()
      await Promise.all(Array.from({ length: 20 }, () => shop.publish()))
      // One for the item and one for its stock, also where several counted at the same moment.
      expect(await version()).toBe(before + 40)
    })

    test('and what another process edits, puts up and takes off', async () => {
      const other = await startServer({ databaseUrl: shop.databaseUrl })
      const client = createClient(other.url)
      const by = (method: string, path: string, body?: unknown): Promise<Answer> =>
        client.send(method, path, { token: tokenOf(seller.userId, seller.role), body })
      const item = { name: '다른 이름', description: '새로 쓴 설명입니다.', price: 1 }
      try {
        await seen(holds(itemIds))
        expect((await by('PUT', `${ITEMS}/${itemIds[DEEP.page * DEEP.size]}`, item)).status).toBe(200)
        await seen(({ content }) => content[0]?.name === '다른 이름')
        const put = await by('POST', ITEMS, { ...item, quantity: 1, isReserved: false })
        itemIds.unshift(put.body.id as number)
        await seen(holds(itemIds))
        expect((await by('DELETE', `${ITEMS}/${itemIds.splice(1_000, 1)[0]}`)).status).toBe(204)
        await seen(holds(itemIds))
      } finally {
        client.close()
        await other.stop()
      }
    })
  })

  describe('in another process', () => {
    let other: ServerProcess
    beforeAll(async () => {
      other = await startServer({ databaseUrl: shop.databaseUrl })
    })
    afterAll(() => other?.stop())

    test('is told to this one, and seen within a second at most', async () => {
      const itemId = await shop.publishLimited()
      const client = createClient(other.url)
      const token = tokenOf(SELLER.userId, SELLER.role)
      try {
        for (const name of ['첫째', '둘째', '셋째']) {
          await get(itemId)
          const body = { name, description: '새로 쓴 설명입니다.', price: 12_000 }
          expect((await client.send('PUT', `${ITEMS}/${itemId}`, { token, body })).status).toBe(200)
          await expect.poll(async () => (await get(itemId)).body.name, { timeout: 1_000 }).toBe(name)
          await expect
            .poll(async () => (await shop.list({ limit: 1 })).body.content[0].name, { timeout: 1_000 })
            .toBe(name)
        }
      } finally {
        client.close()
      }
    })
  })
})

describe('a sale', () => {
  test('opens and closes on time for those who look, whatever is kept', async () => {
    const [openTime, closeTime] = [isoIn(1_200), isoIn(2_400)]
    const itemId = await shop.publishLimited({ openTime, closeTime })
    const [opens, closes] = [Date.parse(openTime), Date.parse(closeTime)]
    const seen = new Set<string>()
    while (Date.now() < closes + 200) {
      const asked = Date.now()
      const { saleStatus } = (await get(itemId)).body
      const answered = Date.now()
      seen.add(saleStatus)
      // The database runs on this machine: one clock. What is decided in between may be either.
      if (answered < opens) expect(saleStatus).toBe('SCHEDULED')
      if (asked > opens && answered < closes) expect(saleStatus).toBe('OPEN')
      if (asked > closes) expect(saleStatus).toBe('CLOSED')
      await sleep(1)
    }
    expect([...seen]).toEqual(['SCHEDULED', 'OPEN', 'CLOSED'])
  })

  test('shows the clock of the database as it is, not as it was when the item was read', async () => {
    const itemId = await shop.publishLimited()
    const times: number[] = []
    for (let round = 0; round < 5; round++) {
      const before = Date.now()
      const one = Date.parse((await get(itemId)).body.serverTime)
      const { body } = await shop.list({ limit: 1 })
      const listed = Date.parse(body.content[0].serverTime)
      for (const time of [one, listed]) {
        expect(time).toBeGreaterThan(before - 100)
        expect(time).toBeLessThanOrEqual(Date.now() + 1)
      }
      times.push(one)
      await sleep(60)
    }
    for (const [at, time] of times.slice(1).entries()) expect(time).toBeGreaterThan(times[at]!)
  })
})

describe('ETag', () => {
  test('an item that the caller has is not sent again, until it changes', async () => {
    const itemId = await shop.publishLimited()
    const first = await get(itemId)
    const etag = first.headers['etag'] as string
    expect(etag).toMatch(/^"[\w-]+\.[\w-]+"$/)
    expect(first.headers['cache-control']).toBe('no-cache')
    expect(first.headers['content-type']).toBe('application/json; charset=utf-8')
    await sleep(20)
    for (const tag of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const again = await get(itemId, { 'if-none-match': tag })
      expect([again.status, again.body, again.headers['etag']]).toEqual([304, '', etag])
    }
    expect((await get(itemId, { 'if-none-match': '"x"' })).status).toBe(200)
    await order(itemId, BUYER.userId)
    const changed = await get(itemId, { 'if-none-match': etag })
    expect(changed.status).toBe(200)
    expect(changed.headers['etag']).not.toBe(etag)
  })

  test('nor are a list, a part of one, and a batch', async () => {
    const itemId = await shop.publishLimited()
    const asks = [
      ['GET', `${ITEMS}?size=3`, undefined],
      ['GET', `${ITEMS}?limit=3`, undefined],
      ['POST', `${ITEMS}/batch`, [itemId, itemId + 1_000_000]],
    ] as const
    const tags: string[] = []
    for (const [method, path, body] of asks) {
      const first = await shop.ask(method, path, { body })
      const etag = first.headers['etag'] as string
      const again = await shop.ask(method, path, { body, headers: { 'if-none-match': etag } })
      expect([first.status, again.status, again.body]).toEqual([200, 304, ''])
      tags.push(etag)
    }
    await put(itemId)
    for (const [at, [method, path, body]] of asks.entries())
      expect((await shop.ask(method, path, { body, headers: { 'if-none-match': tags[at]! } })).status).toBe(
        200,
      )
    expect(new Set(tags).size).toBe(3)
  })
})

describe('If-Match', () => {
  const match = (etag: unknown): Record<string, string> => ({ 'if-match': String(etag) })

  test('an editor who has not seen the last edit changes nothing', async () => {
    const itemId = await shop.publish()
    const { etag } = (await get(itemId)).headers
    const first = await put(itemId, { price: 1 }, match(etag))
    expect(first.status).toBe(200)
    expect(await put(itemId, { price: 2 }, match(etag))).toMatchObject({
      status: 412,
      body: { code: 'PRECONDITION_FAILED', message: '그 사이에 내용이 변경되었습니다.' },
    })
    const now = await get(itemId)
    expect(now.body.price).toBe(1)
    expect(first.headers['etag']).toBe(now.headers['etag'])
    expect((await put(itemId, { price: 3 }, match(first.headers['etag']))).status).toBe(200)
    expect((await put(itemId, { price: 4 }, match('*'))).status).toBe(200)
    expect((await put(itemId, { price: 5 }, match('"x"'))).status).toBe(412)
    expect((await put(itemId, { price: 5 })).status).toBe(200)
  })

  test('units that were sold meanwhile do not make it stale; the price does', async () => {
    const itemId = await shop.publishLimited()
    const { etag } = (await get(itemId)).headers
    await order(itemId, BUYER.userId)
    await restock(itemId, 1)
    expect((await put(itemId, { name: '한정판 머그컵', price: 11_000 }, match(etag))).status).toBe(200)
    expect((await put(itemId, { name: '한정판 머그컵' }, match(etag))).status).toBe(412)
  })

  test('of many editors who saw the same, exactly one is let through', async () => {
    const itemId = await shop.publish()
    const { etag } = (await get(itemId)).headers
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => put(itemId, { name: `editor ${n}` }, match(etag))),
    )
    const won = answers.filter(({ status }) => status === 200)
    expect(won).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 412)).toHaveLength(7)
    expect((await get(itemId)).body.name).toBe(won[0]?.body.name)
  })

  test('of an item that is gone, or of somebody else, says that first', async () => {
    expect(await put(999_999_999, {}, match('"x"'))).toMatchObject({ status: 404 })
    const itemId = await shop.publish({}, { userId: 6_002, role: 'SELLER' })
    expect(await put(itemId, {}, match('"x"'))).toMatchObject({ status: 403 })
    const byAdmin = await shop.ask('PUT', `${ITEMS}/${itemId}`, {
      who: ADMIN,
      headers: match('"x"'),
      body: { name: '새 이름', description: '새로 쓴 설명입니다.', price: 1 },
    })
    expect(byAdmin.status).toBe(412)
  })
})

test.skipIf(inject('target') === 'split')(
  'a thousand who look at an item at once get one answer',
  async () => {
    const itemId = await shop.publish()
    const answers = await Promise.all(Array.from({ length: 1_000 }, () => get(itemId)))
    expect(new Set(answers.map(({ status, headers }) => `${status} ${String(headers['etag'])}`)).size).toBe(1)
  },
)
