// NICEPAY: netcancel – whatever became of the approval of this order, let it not have been.
import type { Outcome } from './answer.ts'
import { HOUR_MS, type Clock } from './clock.ts'
import type { Journal } from './journal.ts'
import { checkSigned, type NiceParts } from './nice-approve.ts'
import { cancelWhole } from './nice-cancel.ts'
import { niceRefusal } from './nice-codes.ts'
import { niceEvent, toNicePayment } from './nice-payment.ts'
import { wasApproved } from './payment.ts'

const NETCANCEL_MS_MAX = HOUR_MS

export interface Netcancel {
  orderId: string
  at: number
}

/** Orders whose approval was called off before it came: it is refused when it does. */
export interface Netcancels {
  add(orderId: string): void
  has(orderId: string, authenticatedAt: number): boolean
  restore(netcancel: Netcancel): void
  clear(): void
}

const KEPT_MAX = 1_000_000

export function createNetcancels(clock: Clock, journal: Journal): Netcancels {
  const at = new Map<string, number>()
  return {
    add(orderId) {
      if (at.size >= KEPT_MAX) return
      at.set(orderId, clock.now())
      journal.write('netcancel', { orderId, at: clock.now() })
    },
    has: (orderId, authenticatedAt) => authenticatedAt <= (at.get(orderId) ?? -1),
    restore: (netcancel) => void at.set(netcancel.orderId, netcancel.at),
    clear: () => at.clear(),
  }
}

export function netcancel(parts: NiceParts, body: unknown): Outcome {
  const { book, clock, keys, netcancels } = parts
  const { orderId, ediDate, signData } = (body ?? {}) as Record<string, unknown>
  if (typeof orderId !== 'string' || orderId === '') return niceRefusal('A117')
  const unsigned = checkSigned(keys, [orderId, ediDate], signData)
  if (unsigned !== undefined) return niceRefusal(unsigned)
  const payment = book.listByOrder(orderId).find(wasApproved)
  if (payment === undefined) {
    netcancels.add(orderId)
    return niceRefusal('2012')
  }
  const isGone = payment.balance === 0
  // Asked again, because the answer was lost: the same answer.
  if (isGone && payment.cancels.at(-1)?.isNet === true) {
    return { status: 200, body: toNicePayment(payment, keys, clock.now()) }
  }
  if (isGone) return niceRefusal('2013')
  if (clock.now() > (payment.approvedAt ?? payment.authenticatedAt ?? 0) + NETCANCEL_MS_MAX)
    return niceRefusal('2020')
  cancelWhole(parts, payment)
  return {
    status: 200,
    body: toNicePayment(payment, keys, clock.now()),
    isDone: true,
    events: [niceEvent(payment, keys, clock.now())],
  }
}
