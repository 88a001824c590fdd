import { describe, expect, test } from 'vitest'
import type { Answer } from '../../shared/api/answer.ts'
import { outcomeOf } from './outcome.ts'

const refused = (status: number, code: string, retryAfterSeconds?: number): Answer<never> => ({
  kind: 'refused',
  retryAfterSeconds,
  problem: { status, code, message: '', errors: [], requestId: 'r-1' } as never,
})

describe('an answer to "buy"', () => {
  test('that is an order says which, until when, and in what place it came', () => {
    const data = {
      orderId: 7,
      totalSum: 24_000,
      payBy: '2026-01-02T12:05:00.000+09:00',
      saleSequence: 3 * 2 ** 32 + 42,
      orderItemList: [{ quantity: 2 }],
    }
    expect(outcomeOf({ kind: 'done', data, response: new Response() })).toEqual({
      kind: 'placed',
      order: { orderId: 7, quantity: 2, totalKrw: 24_000, payBy: data.payBy, place: 42 },
    })
  })

  test.each([
    [400, 'NOT_REACHED_OPEN_TIME', 'not_open'],
    [409, 'NOT_ENOUGH_STOCK', 'sold_out'],
    [409, 'PURCHASE_LIMIT_REACHED', 'limit_reached'],
    [409, 'SALE_PAUSED', 'paused'],
    [409, 'SALE_CLOSED', 'closed'],
    [409, 'PRICE_CHANGED', 'price_changed'],
    [404, 'NOT_FOUND_ITEM', 'gone'],
    [429, 'TOO_MANY_REQUESTS', 'too_many'],
    [401, 'UNAUTHENTICATED', 'signed_out'],
    [403, 'UNAUTHORIZED_ACCESS', 'not_verified'],
    [400, 'SOMETHING_NEW', 'invalid'],
  ])('%i %s is refused as %s', (status, code, why) => {
    expect(outcomeOf(refused(status, code, 3))).toEqual({
      kind: 'refused',
      why,
      waitSeconds: 3,
      requestId: 'r-1',
    })
  })

  test('that is none, or a fault, leaves open what became of it', () => {
    expect(outcomeOf({ kind: 'unknown' })).toEqual({ kind: 'unknown' })
    expect(outcomeOf(refused(500, 'INTERNAL_SERVER_ERROR'))).toEqual({ kind: 'unknown' })
  })
})
