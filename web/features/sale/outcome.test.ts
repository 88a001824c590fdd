import { describe, expect, test } from 'vitest'
import type { Answer } from '../../shared/api/answer.ts'
import { nextStep, outcomeOf, type Outcome, type Refusal } from './outcome.ts'

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
      order: { orderId: 7, quantity: 2, totalKrw: 24_000, payBy: data.payBy, place: { round: 3, n: 42 } },
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

describe('what is done after an answer', () => {
  const no = (why: Refusal): Outcome => ({ kind: 'refused', why, waitSeconds: 4, requestId: 'r-1' })
  const first = { isInDoubt: false, earlyTries: 0 }
  const again = { isInDoubt: true, earlyTries: 0 }

  test('unknown: it is asked again', () => {
    expect(nextStep({ kind: 'unknown' }, first)).toEqual({ do: 'ask_later', waitSeconds: undefined })
  })

  test('too early by the clock of the server: pressed again for the buyer, a few times', () => {
    expect(nextStep(no('not_open'), first)).toEqual({ do: 'ask_soon' })
    expect(nextStep(no('not_open'), { isInDoubt: false, earlyTries: 6 })).toEqual({
      do: 'tell',
      isOpen: false,
    })
  })

  test('a refusal that did not look for the press before leaves it open', () => {
    expect(nextStep(no('too_many'), again)).toEqual({ do: 'ask_later', waitSeconds: 4 })
    expect(nextStep(no('signed_out'), again)).toEqual({ do: 'tell', isOpen: true })
    expect(nextStep(no('too_many'), first)).toEqual({ do: 'tell', isOpen: false })
    expect(nextStep(no('signed_out'), first)).toEqual({ do: 'tell', isOpen: false })
  })

  test('one that did look settles it', () => {
    for (const why of ['sold_out', 'limit_reached', 'closed', 'paused'] as const)
      expect(nextStep(no(why), again)).toEqual({ do: 'tell', isOpen: false })
  })
})
