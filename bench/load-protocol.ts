// What the bench and its load process say to each other.
import type { HistogramData } from './histogram.ts'

export interface LoadTarget {
  itemId: number
  tokensFile: string
  /** Gets the order id and the key's number of every 201, as pairs of float64. */
  placedFile: string
}

export interface LoadJob {
  /** On 127.0.0.1. */
  port: number
  /** Closed: each connection sends its next request when it has its answer. Open: arrivals at a fixed rate, come what may. */
  model: { kind: 'closed' } | { kind: 'open'; perSecond: number }
  connections: number
  warmupSeconds: number
  seconds: number
  /** Requests take turns over these. */
  targets: readonly LoadTarget[]
  /** Sent in turn instead of orders: method, path, and what else the request needs. */
  requests?: readonly PlainRequest[] | undefined
  /** A long run: targets follow one another instead, one for each slice of this length, whose latencies are kept apart. */
  sliceSeconds: number | undefined
  /** Ends when every token was used once. */
  eachTokenOnce: boolean
  /** Keys are this and a number. */
  keyPrefix: string
}

export interface PlainRequest {
  method: string
  path: string
  token?: string
  body?: string
}

export interface LoadResult {
  /** Epoch milliseconds at which the measured part began. */
  startedMs: number
  /** Length of the measured part. */
  seconds: number
  /** Answers by status in the measured part. */
  statuses: Record<string, number>
  /** Every 201 of the run, warm-up and last answers included. */
  placed: number
  accepted: HistogramData
  refused: HistogramData
  /** 201s in each slice of SLICE_MS since `startedMs`. */
  timeline: number[]
  /** The slowest answer of whatever status that came in each of these slices, in ms. */
  slowest: number[]
  /** Of a long run: `accepted` by slice. */
  slices: HistogramData[]
  /** Arrivals that found the queue of the open model full. */
  dropped: number
  /** Requests without an answer: lost connections, and what was still open long after the end. */
  unanswered: number
}

/** Orders that are paid, each from the claim to the provider's money. */
export interface PayJob {
  /** On 127.0.0.1: the service, and the simulator in whose window the buyer says yes. */
  port: number
  simulatorPort: number
  model: LoadJob['model']
  /** Buyers who are at it at once, each with a connection of its own to both. */
  buyers: number
  warmupSeconds: number
  seconds: number
  target: LoadTarget
  priceKrw: number
  keyPrefix: string
}

export const PAY_STEPS = ['claim', 'open', 'window', 'confirm'] as const
export type PayStep = (typeof PAY_STEPS)[number]

export interface PayResult {
  startedMs: number
  /** Length of the measured part. */
  seconds: number
  /** Answers of the measured part: `claim 201`, `confirm 200 COMPLETED`. */
  answers: Record<string, number>
  /** Paid in the measured part, from the first byte sent – in the open model, from when it was to be sent – to COMPLETED. */
  paid: HistogramData
  steps: Record<PayStep, HistogramData>
  /** Of the whole run, warm-up and last answers included. */
  paidInAll: number
  dropped: number
  unanswered: number
}

export const SLICE_MS = 50

export const ORDERS_PATH = '/order-service/api/v1/orders/limited'
export const PAYMENTS_PATH = '/payment-service/api/v1/payments'
