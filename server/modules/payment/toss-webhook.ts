// Events of Toss about payments are not signed: they are hints, and what they say is asked for.
import { createHash } from 'node:crypto'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { WebhookReading } from './provider.ts'

const KEY = Type.String({ pattern: '^[\\x21-\\x7e]{1,200}$' })
const ORDER_ID = Type.String({ pattern: '^[A-Za-z0-9_-]{6,64}$' })

const StatusChanged = Compile(
  Type.Object({
    eventType: Type.Literal('PAYMENT_STATUS_CHANGED'),
    data: Type.Object({ paymentKey: KEY, orderId: ORDER_ID }),
  }),
)

/** Flat, and without a type of event. */
const DepositCallback = Compile(
  Type.Object({
    eventType: Type.Optional(Type.Never()),
    secret: Type.String({ minLength: 1, maxLength: 50 }),
    status: Type.String({ pattern: '^[A-Z_]{1,40}$' }),
    orderId: ORDER_ID,
  }),
)

const DELIVERY_ID = /^[\x21-\x7e]{1,100}$/

export function readTossWebhook(headers: Readonly<Record<string, unknown>>, body: unknown): WebhookReading {
  const deliveryId = deliveryIdOf(headers, body)
  if (deliveryId === undefined) return { reading: 'unreadable' }
  if (StatusChanged.Check(body)) {
    const { paymentKey: providerKey, orderId: providerOrderId } = body.data
    return { reading: 'hint', hint: { deliveryId, event: body.eventType, providerKey, providerOrderId } }
  }
  if (!DepositCallback.Check(body)) return { reading: 'unreadable' }
  const hint = {
    deliveryId,
    event: 'DEPOSIT_CALLBACK',
    providerKey: undefined,
    providerOrderId: body.orderId,
  }
  return { reading: 'hint', hint }
}

/** Undefined for what nobody can write down again: it is nested too deeply. */
function deliveryIdOf(headers: Readonly<Record<string, unknown>>, body: unknown): string | undefined {
  const id = headers['tosspayments-webhook-transmission-id']
  if (typeof id === 'string' && DELIVERY_ID.test(id)) return id
  try {
    return digestOf(body)
  } catch {
    return undefined
  }
}

/** The same delivery again has the same text. */
const digestOf = (body: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(body) ?? '')
    .digest('hex')
