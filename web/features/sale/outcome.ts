// What an answer to "buy" means. Pure: one table of codes.
import type { Answer } from '../../shared/api/answer.ts'

/** Why nothing was bought, each with words of its own and something to do next. */
export type Refusal =
  | 'not_open'
  | 'sold_out'
  | 'limit_reached'
  | 'paused'
  | 'closed'
  | 'price_changed'
  | 'gone'
  | 'key_used'
  | 'too_many'
  | 'signed_out'
  | 'not_verified'
  | 'invalid'

export interface PlacedOrder {
  orderId: number
  quantity: number
  totalKrw: number
  /** ISO 8601. */
  payBy: string
  /** Place in the order of arrival; undefined where the order has none. */
  place: number | undefined
}

export type Outcome =
  | { kind: 'placed'; order: PlacedOrder }
  | { kind: 'refused'; why: Refusal; waitSeconds: number | undefined; requestId: string }
  /** It may have been bought, or not: only the same key tells. */
  | { kind: 'unknown' }

const REFUSALS: Readonly<Record<string, Refusal>> = {
  NOT_REACHED_OPEN_TIME: 'not_open',
  NOT_ENOUGH_STOCK: 'sold_out',
  PURCHASE_LIMIT_REACHED: 'limit_reached',
  SALE_PAUSED: 'paused',
  SALE_CLOSED: 'closed',
  PRICE_CHANGED: 'price_changed',
  NOT_FOUND_ITEM: 'gone',
  NOT_LIMITED_ITEM: 'gone',
  IDEMPOTENCY_KEY_REUSED: 'key_used',
  TOO_MANY_REQUESTS: 'too_many',
  UNAUTHENTICATED: 'signed_out',
  EXPIRED_JWT: 'signed_out',
  INVALID_JWT: 'signed_out',
  // Who may buy is known: only an address that is not verified stands between.
  UNAUTHORIZED_ACCESS: 'not_verified',
}

interface OrderAnswer {
  orderId: number
  totalSum: number
  payBy: string
  saleSequence?: number | undefined
  orderItemList: readonly { quantity: number }[]
}

export function outcomeOf(answer: Answer<OrderAnswer>): Outcome {
  if (answer.kind === 'unknown') return answer
  if (answer.kind === 'done') return { kind: 'placed', order: placedOrder(answer.data) }
  const { problem, retryAfterSeconds } = answer
  // A fault of the server says nothing of what was done before it.
  if (problem.status >= 500) return { kind: 'unknown' }
  return {
    kind: 'refused',
    why: REFUSALS[problem.code] ?? 'invalid',
    waitSeconds: retryAfterSeconds,
    requestId: problem.requestId,
  }
}

/** Its numbers begin anew with each epoch of the gate, which is the upper part. */
const EPOCH = 2 ** 32

function placedOrder(body: OrderAnswer): PlacedOrder {
  return {
    orderId: body.orderId,
    quantity: body.orderItemList.reduce((sum, { quantity }) => sum + quantity, 0),
    totalKrw: body.totalSum,
    payBy: body.payBy,
    place: body.saleSequence === undefined ? undefined : body.saleSequence % EPOCH,
  }
}
