// What an answer to "buy" means. Pure: one table of codes.
import type { Answer } from '../../shared/api/answer.ts'
import { placeOf, type Place } from '../../shared/format/place.ts'

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
  /** In the order of arrival; undefined where the order has none that says something to people. */
  place: Place | undefined
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

/** The button may turn on as early as the clock is inaccurate: who presses at once is not sent away for that. */
const EARLY_TRIES_MAX = 6

export type NextStep =
  /** It opens any moment. */
  | { do: 'ask_soon' }
  /** Nobody knows yet what became of it. */
  | { do: 'ask_later'; waitSeconds: number | undefined }
  /** `isOpen`: what became of an earlier press is still to be asked, once that is possible. */
  | { do: 'tell'; isOpen: boolean }

/** `isInDoubt`: this key was sent before, and no answer came. `earlyTries`: how often it was too early so far. */
export function nextStep(
  outcome: Outcome,
  { isInDoubt, earlyTries }: { isInDoubt: boolean; earlyTries: number },
): NextStep {
  if (outcome.kind === 'unknown') return { do: 'ask_later', waitSeconds: undefined }
  if (outcome.kind === 'placed') return { do: 'tell', isOpen: false }
  const { why, waitSeconds } = outcome
  if (why === 'not_open' && earlyTries < EARLY_TRIES_MAX) return { do: 'ask_soon' }
  // Refused before anybody looked whether this key has bought: it says nothing about the press before.
  if (isInDoubt && why === 'too_many') return { do: 'ask_later', waitSeconds }
  return { do: 'tell', isOpen: isInDoubt && why === 'signed_out' }
}

/** Refused for how the sale stood: over as soon as it stands differently. */
export const isAboutSale = (why: Refusal): boolean =>
  why === 'not_open' || why === 'sold_out' || why === 'paused' || why === 'closed'

function placedOrder(body: OrderAnswer): PlacedOrder {
  return {
    orderId: body.orderId,
    quantity: body.orderItemList.reduce((sum, { quantity }) => sum + quantity, 0),
    totalKrw: body.totalSum,
    payBy: body.payBy,
    place: placeOf(body.saleSequence),
  }
}
