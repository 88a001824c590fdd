import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buy, tokenOf } from '../support/buyers.ts'
import { readEvents, type EventReader } from '../support/event-source.ts'
import {
  ADMIN,
  BUYER,
  isoIn,
  ITEMS,
  limitedItem,
  normalItem,
  OTHER_SELLER,
  SELLER,
  startShop,
  type Shop,
} from '../support/sale-app.ts'

let shop: Shop
const open: EventReader[] = []
beforeAll(async () => {
  shop = await startShop('item-events')
})
afterAll(async () => {
  for (const reader of open) reader.close()
  await shop?.stop()
})

const put = async (body: Record<string, unknown>): Promise<number> => {
  const answer = await shop.client.send('POST', ITEMS, { token: tokenOf(SELLER.userId, 'SELLER'), body })
  expect(answer.status).toBe(201)
  return answer.body.id as number
}
const follow = async (path: string, token?: string): Promise<EventReader> => {
  const reader = await readEvents(shop.url + path, token)
  open.push(reader)
  return reader
}
const followItem = (itemId: number): Promise<EventReader> => follow(`${ITEMS}/${itemId}/events`)
const watchSale = (itemId: number, who: { userId: number; role: never }): Promise<EventReader> =>
  follow(`/order-service/api/v1/sales/${itemId}/live`, tokenOf(who.userId, who.role))

/** The first state of which this holds. */
async function until(reader: EventReader, holds: (state: Record<string, unknown>) => boolean) {
  for (;;) {
    const event = await reader.next('state')
    if (event === undefined) throw new Error('the stream has ended')
    if (holds(event.data)) return event.data as Record<string, unknown>
  }
}

describe('who follows an item', () => {
  test('is told at once how it stands, and of an order within the second', async () => {
    const itemId = await put(limitedItem({ quantity: 3 }))
    const reader = await followItem(itemId)
    expect(reader.status).toBe(200)
    expect(reader.headers.get('content-type')).toContain('text/event-stream')
    expect(reader.headers.get('cache-control')).toBe('no-store')
    const first = await until(reader, () => true)
    expect(first).toMatchObject({
      itemId,
      limited: true,
      status: 'OPEN',
      available: 3,
      held: 0,
      sold: 0,
      total: 3,
    })
    expect((await buy(shop.client, 901, { itemId })).status).toBe(201)
    const startedMs = performance.now()
    const next = await until(reader, ({ held }) => held === 1)
    expect(next).toMatchObject({ available: 2, held: 1, sold: 0, total: 3 })
    // Five times the figure of a second.
    expect(performance.now() - startedMs).toBeLessThan(5_000)
  })

  test('is told no more than five times a second, and of the last in any case', async () => {
    const itemId = await put(limitedItem({ quantity: 100 }))
    const reader = await followItem(itemId)
    await until(reader, () => true)
    let isOver = false
    const buying = (async () => {
      for (let n = 0; n < 60; n++) await buy(shop.client, 2_000 + n, { itemId })
      isOver = true
    })()
    let told = 0
    const startedMs = performance.now()
    await until(reader, ({ available }) => {
      told += 1
      return isOver && available === 40
    })
    await buying
    const seconds = (performance.now() - startedMs) / 1_000
    expect(told).toBeLessThanOrEqual(Math.ceil(seconds * 5) + 2)
  })

  test('sees it open by itself, on time', async () => {
    const itemId = await put(limitedItem({ openTime: isoIn(1_500) }))
    const reader = await followItem(itemId)
    await until(reader, ({ status }) => status === 'SCHEDULED')
    const state = await until(reader, ({ status }) => status === 'OPEN')
    const lateMs = Date.parse(String(state['serverTime'])) - Date.parse(String(state['openTime']))
    expect(lateMs).toBeGreaterThanOrEqual(0)
    expect(lateMs).toBeLessThan(2_500)
  })

  test('sees it paused, and taken off', async () => {
    const itemId = await put(normalItem())
    const reader = await followItem(itemId)
    expect(await until(reader, () => true)).toMatchObject({ limited: false, status: null, held: null })
    const removed = await shop.client.send('DELETE', `${ITEMS}/${itemId}`, {
      token: tokenOf(SELLER.userId, 'SELLER'),
    })
    expect(removed.status).toBeLessThan(300)
    expect((await reader.next('gone'))?.data).toEqual({ itemId })
    expect(await reader.next('state')).toBeUndefined()
  })

  test('of none is told so', async () => {
    const answer = await shop.client.send('GET', `${ITEMS}/999999/events`)
    expect([answer.status, answer.body.code]).toEqual([404, 'NOT_FOUND_ITEM'])
  })
})

describe('who watches a sale', () => {
  test('is its seller or an administrator, nobody else', async () => {
    const itemId = await put(limitedItem())
    for (const [who, status] of [
      [SELLER, 200],
      [ADMIN, 200],
      [OTHER_SELLER, 403],
      [BUYER, 403],
    ] as const)
      expect((await watchSale(itemId, who as never)).status).toBe(status)
    expect((await follow(`/order-service/api/v1/sales/${itemId}/live`)).status).toBe(401)
    expect((await watchSale(await put(normalItem()), SELLER as never)).status).toBe(409)
    expect((await watchSale(999_999, ADMIN as never)).status).toBe(404)
  })

  test('sees what was asked of it, what came of it, and that the units add up', async () => {
    const itemId = await put(limitedItem({ quantity: 2 }))
    const reader = await watchSale(itemId, SELLER as never)
    expect((await reader.next('recent'))?.data).toMatchObject({ itemId })
    await reader.next('second')
    for (let n = 0; n < 4; n++) await buy(shop.client, 3_000 + n, { itemId })
    const sum = { claims: 0, placed: 0, soldOut: 0 }
    for (let seconds = 0; seconds < 8 && sum.claims < 4; seconds++) {
      const { data } = (await reader.next('second'))! as unknown as {
        data: {
          perSecond: { claims: number; placed: number }
          refusals: Record<string, number>
          units: Record<'total' | 'available' | 'held' | 'sold', number>
        }
      }
      sum.claims += data.perSecond.claims
      sum.placed += data.perSecond.placed
      sum.soldOut += data.refusals['sold_out'] ?? 0
      const { total, available, held, sold } = data.units
      expect(available + held + sold).toBe(total)
    }
    expect(sum).toEqual({ claims: 4, placed: 2, soldOut: 2 })
  })
})

test('the time that decides is told to everybody, and how surely', async () => {
  const answers = []
  for (let n = 0; n < 3; n++) {
    const sentAt = Date.now()
    const answer = await fetch(`${shop.url}/time`)
    const { serverTime, errorMs } = (await answer.json()) as { serverTime: number; errorMs: number }
    answers.push(answer.status)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    // One machine, one clock.
    expect(serverTime).toBeGreaterThan(sentAt - errorMs - 50)
    expect(serverTime).toBeLessThan(Date.now() + errorMs + 50)
    await sleep(20)
  }
  expect(answers).toEqual([200, 200, 200])
})
