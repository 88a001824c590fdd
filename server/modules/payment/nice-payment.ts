// Answers and events of NICEPAY, checked and their signatures verified before anything of them is believed.
import { createHash, timingSafeEqual } from 'node:crypto'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { parseInstant } from '../../platform/clock.ts'
import { NICE_STATUS, type NiceStatus } from './nice-answers.ts'
import type { ProviderPayment } from './provider.ts'
import { AMOUNT, CURRENCY, textOf, webUrlOf } from './provider-fields.ts'

const NiceResult = Compile(Type.Object({ resultCode: Type.String({ pattern: '^[A-Z0-9]{4}$' }) }))

const NicePayment = Compile(
  Type.Object({
    tid: Type.String({ pattern: '^[\\x21-\\x7e]{1,64}$' }),
    orderId: Type.String({ pattern: '^[\\x21-\\x7e]{1,64}$' }),
    status: Type.Enum(Object.keys(NICE_STATUS) as NiceStatus[]),
    amount: AMOUNT,
    balanceAmt: AMOUNT,
    currency: CURRENCY,
    ediDate: Type.Optional(Type.Unknown()),
    signature: Type.Optional(Type.Unknown()),
    payMethod: Type.Optional(Type.Unknown()),
    paidAt: Type.Optional(Type.Unknown()),
    receiptUrl: Type.Optional(Type.Unknown()),
    vbank: Type.Optional(Type.Unknown()),
  }),
)

export interface NiceAnswer {
  code: string
  payment: ProviderPayment | undefined
  /** Refusals may have none. */
  signature: 'right' | 'wrong' | 'missing'
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** In constant time: the right one must not be found byte by byte. */
export function isSignature(given: unknown, ...parts: readonly (string | number)[]): boolean {
  const right = Buffer.from(sha256(parts.join('')))
  const other = Buffer.from(typeof given === 'string' ? given : '')
  return right.length === other.length && timingSafeEqual(right, other)
}

/** Undefined where it is no answer of NICEPAY. */
export function readNiceAnswer(body: unknown, secretKey: string): NiceAnswer | undefined {
  if (!NiceResult.Check(body)) return undefined
  const code = body.resultCode
  if (!NicePayment.Check(body) || body.balanceAmt > body.amount)
    return { code, payment: undefined, signature: 'missing' }
  const { tid, amount, ediDate, signature } = body
  if (signature === undefined || signature === null || signature === '')
    return { code, payment: toPayment(body), signature: 'missing' }
  const isRight = typeof ediDate === 'string' && isSignature(signature, tid, amount, ediDate, secretKey)
  return { code, payment: toPayment(body), signature: isRight ? 'right' : 'wrong' }
}

type Fields = ReturnType<(typeof NicePayment)['Parse']>

const toPayment = (fields: Fields): ProviderPayment => ({
  providerKey: fields.tid,
  providerOrderId: fields.orderId,
  status: statusOf(fields),
  amountKrw: fields.amount,
  balanceKrw: fields.balanceAmt,
  currency: fields.currency,
  method: textOf(fields.payMethod, 50),
  approvedAt: instantOf(fields.paidAt),
  receiptUrl: webUrlOf(fields.receiptUrl),
})

function statusOf({ status, balanceAmt, vbank }: Fields): ProviderPayment['status'] {
  const said = NICE_STATUS[status]
  if (said === 'ready') return vbank === undefined || vbank === null ? 'ready' : 'waiting_for_deposit'
  if (said === 'paid' || said === 'partially_canceled') return balanceAmt === 0 ? 'canceled' : said
  return said
}

/** `2026-01-02T03:04:05.000+0900`; `0` where there is none. */
function instantOf(value: unknown): Date | undefined {
  const text = textOf(value, 40)
  return text === undefined ? undefined : parseInstant(text.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'))
}
