// Payments and errors as Toss sends them, checked before anything of them is believed.
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { parseInstant } from '../../platform/clock.ts'
import type { ProviderPayment } from './provider.ts'
import { TOSS_STATUS, type TossStatus } from './toss-answers.ts'
import { AMOUNT, CURRENCY, textOf, webUrlOf } from './provider-fields.ts'

const TossPayment = Compile(
  Type.Object({
    paymentKey: Type.String({ pattern: '^[\\x21-\\x7e]{1,200}$' }),
    orderId: Type.String({ pattern: '^[A-Za-z0-9_-]{6,64}$' }),
    status: Type.Enum(Object.keys(TOSS_STATUS) as TossStatus[]),
    totalAmount: AMOUNT,
    balanceAmount: AMOUNT,
    currency: CURRENCY,
    method: Type.Optional(Type.Unknown()),
    approvedAt: Type.Optional(Type.Unknown()),
    receipt: Type.Optional(Type.Unknown()),
  }),
)

const TossError = Compile(Type.Object({ code: Type.String({ pattern: '^[A-Z0-9_]{1,80}$' }) }))

/** Undefined where it is none. */
export function readTossPayment(body: unknown): ProviderPayment | undefined {
  if (!TossPayment.Check(body) || body.balanceAmount > body.totalAmount) return undefined
  const approvedAt = textOf(body.approvedAt, 40)
  return {
    providerKey: body.paymentKey,
    providerOrderId: body.orderId,
    status: statusOf(body.status, body.balanceAmount, approvedAt !== undefined),
    amountKrw: body.totalAmount,
    balanceKrw: body.balanceAmount,
    currency: body.currency,
    method: textOf(body.method, 50),
    approvedAt: approvedAt === undefined ? undefined : parseInstant(approvedAt),
    receiptUrl: webUrlOf((body.receipt as { url?: unknown } | null | undefined)?.url),
  }
}

/** Cancelled in parts down to nothing, Toss goes on saying "partly": of what was charged, the balance decides. */
function statusOf(status: TossStatus, balance: number, wasCharged: boolean): ProviderPayment['status'] {
  const said = TOSS_STATUS[status]
  if (said === 'paid' || said === 'partially_canceled') return balance === 0 ? 'canceled' : said
  return said === 'canceled' && wasCharged && balance > 0 ? 'partially_canceled' : said
}

export const readTossCode = (body: unknown): string => (TossError.Check(body) ? body.code : 'NO_CODE')
