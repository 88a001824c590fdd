// Toss: the payout event, the one kind of event that is signed.
import { createHmac, randomUUID } from 'node:crypto'
import { toTossEventTime } from './clock.ts'
import type { Event } from './webhooks.ts'

/**
 * `v1:<base64>,v1:<base64>`: HMAC-SHA256 of `body:time`. Two, because a key that was just changed signs beside the new
 * one; here the other one is made with a key that nobody has.
 */
function signPayout(securityKey: string, body: string, time: string): string {
  const made = (key: Buffer): string =>
    `v1:${createHmac('sha256', key).update(`${body}:${time}`).digest('base64')}`
  return `${made(Buffer.from('0'.repeat(64), 'hex'))},${made(Buffer.from(securityKey, 'hex'))}`
}

export function payoutEvent(securityKey: string, wanted: Record<string, unknown>, now: number): Event {
  const id =
    typeof wanted['id'] === 'string' ? wanted['id'] : `FPA_${randomUUID().replaceAll('-', '').slice(0, 16)}`
  return {
    provider: 'toss',
    name: 'payout.changed',
    orderId: null,
    body: {
      eventType: 'payout.changed',
      createdAt: toTossEventTime(now),
      version: '2022-11-16',
      eventId: randomUUID(),
      entityType: 'payout',
      entityBody: {
        id,
        refPayoutId: wanted['refPayoutId'] ?? id,
        status: wanted['status'] ?? 'COMPLETED',
        amount: { currency: 'KRW', value: wanted['amountKrw'] ?? 10_000 },
      },
    },
    sign: (body, time) => signPayout(securityKey, body, time),
  }
}
