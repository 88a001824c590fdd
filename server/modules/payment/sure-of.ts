// An answer that says that something else was charged than what we asked for is not believed before the provider's book was read.
import type { ConfirmResult, Provider, ProviderPayment } from './provider.ts'
import type { PaymentRow } from './sql.ts'

type Asked = Pick<PaymentRow, 'amountKrw' | 'providerOrderId' | 'requestedAt'> & { providerKey: string }

/** Amount, currency and order. */
export function isAsAsked(
  asked: Pick<PaymentRow, 'amountKrw' | 'providerOrderId'>,
  facts: ProviderPayment,
): boolean {
  return (
    facts.amountKrw === asked.amountKrw &&
    facts.balanceKrw === asked.amountKrw &&
    facts.currency === 'KRW' &&
    facts.providerOrderId === asked.providerOrderId
  )
}

export async function sureOf(
  provider: Provider,
  asked: Asked,
  result: ConfirmResult,
): Promise<ConfirmResult> {
  if (result.result !== 'paid' || isAsAsked(asked, result.payment)) return result
  const { providerKey, providerOrderId, requestedAt } = asked
  const found = await provider.lookUp({ providerKey, providerOrderId, requestedAt })
  if (found.result !== 'found') return { result: 'unknown', code: 'ANSWER_DIFFERS' }
  const isPaid = ['paid', 'partially_canceled', 'canceled'].includes(found.payment.status)
  return isPaid ? { result: 'paid', payment: found.payment } : { result: 'unknown', code: 'ANSWER_DIFFERS' }
}
