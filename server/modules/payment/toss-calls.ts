// The requests of Toss: each to its own address, each that moves money under a key of its own.
import { createHash } from 'node:crypto'
import type { ConfirmAsk, RefundAsk } from './provider.ts'
import type { Outcome, ProviderHttp } from './provider-http.ts'
import type { ProviderRequest } from './provider-line.ts'
import type { Look } from './provider-look.ts'
import { isKey } from './provider-fields.ts'
import { meaningOf, TOSS_QUERY } from './toss-answers.ts'
import { readTossCode, readTossPayment } from './toss-payment.ts'

const pathOf = (providerKey: string): string => `/v1/payments/${encodeURIComponent(providerKey)}`

/**
 * Toss compares neither the body nor whose payment it is: ours are numbered anew after a restore, so the payment is part of the key, too.
 */
const keyOf = (purpose: string, no: string, providerKey: string): Record<string, string> => ({
  'idempotency-key': `hurry-${purpose}-${no}-${createHash('sha256').update(providerKey).digest('hex').slice(0, 16)}`,
})

export const confirmRequest = ({
  paymentId,
  tryNo,
  providerKey,
  providerOrderId,
  amountKrw,
}: ConfirmAsk): ProviderRequest => ({
  name: 'confirm',
  method: 'POST',
  path: '/v1/payments/confirm',
  headers: keyOf('confirm', `${paymentId}-${tryNo}`, providerKey),
  body: { paymentKey: providerKey, orderId: providerOrderId, amount: amountKrw },
})

/** `refundableAmount`: refused where the balance is another one, so that no repeat refunds twice, under whatever key. */
export const refundRequest = (ask: RefundAsk): ProviderRequest => ({
  name: 'refund',
  method: 'POST',
  path: `${pathOf(ask.providerKey)}/cancel`,
  headers: keyOf('refund', `${ask.refundId}-${ask.tryNo}`, ask.providerKey),
  body: { cancelReason: ask.reason, cancelAmount: ask.amountKrw, refundableAmount: ask.balanceKrw },
})

/** Of a virtual account before its deposit: there is nothing to give back, and a second one finds it cancelled. */
export const voidRequest = ({ providerKey }: { providerKey: string }): ProviderRequest => ({
  name: 'void',
  method: 'POST',
  path: `${pathOf(providerKey)}/cancel`,
  body: { cancelReason: '가상계좌 결제는 받지 않습니다' },
})

/** The payment as it is now. */
export async function look(
  http: ProviderHttp,
  by: { providerKey: string } | { providerOrderId: string },
  maySend?: () => boolean,
): Promise<Look> {
  const key = 'providerKey' in by ? by.providerKey : by.providerOrderId
  if (!isKey(key)) return { look: 'none' }
  const path = 'providerKey' in by ? pathOf(key) : `/v1/payments/orders/${encodeURIComponent(key)}`
  return readLook(await http.send({ name: 'look', method: 'GET', path }, { retry: 'failed', maySend }))
}

function readLook(outcome: Outcome): Look {
  if (outcome.kind !== 'answer') return { look: 'unknown', code: outcome.code }
  const { status, body } = outcome
  if (status === 200) {
    const payment = readTossPayment(body)
    return payment === undefined ? { look: 'unknown', code: 'UNREADABLE_ANSWER' } : { look: 'found', payment }
  }
  const code = readTossCode(body)
  return meaningOf(TOSS_QUERY, { status, code }) === 'not_found'
    ? { look: 'none' }
    : { look: 'unknown', code }
}
