// What the provider's book says of a payment is compared with ours, and whatever is missing here follows: nothing that was charged is
// forgotten, nothing is paid that was not charged.
import { writeAudit } from '../../platform/audit.ts'
import type { Database } from '../../platform/db.ts'
import type { Log } from '../../platform/log.ts'
import { isChecking } from './begin-confirm.ts'
import type { ProviderName } from './contract.ts'
import type { Provider, ProviderPayment } from './provider.ts'
import type { Settle } from './settle.ts'
import { findByProviderOrder, type PaymentRow } from './sql.ts'

export interface CompareDeps {
  database: Database
  providers: ReadonlyMap<ProviderName, Provider>
  settle: Settle
  log: Log
}

export type Compared =
  /** Both books say the same, or do now. */
  | 'agreed'
  /** Somebody has it in hand, or a refund is on its way: to be looked at again. */
  | 'busy'
  /** The provider did not answer. */
  | 'unknown'
  /** Money went back that we know nothing of: an administrator has to look. */
  | 'differs'

/**
 * Asks the provider. Not while the payment is being checked: whoever has its lease may take it back at any moment, and what the book said
 * before that would count after it.
 */
export async function compare(
  deps: CompareDeps,
  payment: PaymentRow,
  providerKey = payment.providerKey ?? undefined,
): Promise<Compared> {
  const provider = deps.providers.get(payment.provider as ProviderName)
  if (provider === undefined) return 'agreed'
  if (isChecking(payment)) return 'busy'
  const { providerOrderId, requestedAt } = payment
  const found = await provider.lookUp({ providerKey, providerOrderId, requestedAt })
  if (found.result === 'unknown') return 'unknown'
  if (found.result === 'none') return payment.capturedKrw > 0 ? report(deps, payment, undefined) : 'agreed'
  if (found.result === 'other_order') return compareOther(deps, payment, found.payment)
  return follow(deps, payment, found.payment)
}

/**
 * As `compare`, where the provider itself has named a payment. It may be another window of the same attempt, whose own key has shown no
 * charge: that one is looked at, too.
 */
export async function compareNamed(
  deps: CompareDeps,
  payment: PaymentRow,
  named: string | undefined,
): Promise<Compared> {
  const compared = await compare(deps, payment)
  if (compared !== 'agreed' || payment.capturedKrw > 0) return compared
  const provider = deps.providers.get(payment.provider as ProviderName)
  if (provider === undefined || named === undefined || named === payment.providerKey) return compared
  const { paymentId, orderId, providerOrderId, requestedAt } = payment
  const found = await provider.lookUp({ providerKey: named, providerOrderId, requestedAt })
  if (found.result === 'unknown') return 'unknown'
  if (found.result !== 'found' || !isCharged(found.payment)) return compared
  const result = { result: 'paid', payment: found.payment } as const
  const { isApplied } = await deps.settle({ paymentId, orderId, leaseToken: undefined, result })
  return isApplied ? 'agreed' : 'busy'
}

const isCharged = ({ status }: ProviderPayment): boolean =>
  status === 'paid' || status === 'partially_canceled'

/**
 * The payment was tried with the key of another order, and NICEPAY, which signs neither order nor key, has charged that one for it. Nobody
 * may have told us, so the other payment, of which we never asked for the money, is compared from here.
 */
async function compareOther(
  deps: CompareDeps,
  payment: PaymentRow,
  facts: ProviderPayment,
): Promise<Compared> {
  if (payment.capturedKrw > 0) return report(deps, payment, undefined)
  const other = await findByProviderOrder(deps.database.db, facts.providerOrderId)
  if (other?.provider === payment.provider) return compare(deps, other, facts.providerKey)
  return isCharged(facts) ? report(deps, payment, facts) : 'agreed'
}

async function follow(deps: CompareDeps, payment: PaymentRow, facts: ProviderPayment): Promise<Compared> {
  const { paymentId, orderId } = payment
  const settle = async (result: Parameters<Settle>[0]['result']): Promise<Compared> => {
    const { isApplied } = await deps.settle({ paymentId, orderId, leaseToken: undefined, result })
    return isApplied ? 'agreed' : 'busy'
  }
  switch (facts.status) {
    case 'ready':
    case 'waiting_for_deposit':
      return payment.capturedKrw > 0 ? report(deps, payment, facts) : 'agreed'
    case 'failed':
    case 'expired':
      if (payment.capturedKrw > 0) return report(deps, payment, facts)
      return payment.status === 'FAILED' ? 'agreed' : settle({ result: 'refused', code: 'ENDED_AT_PROVIDER' })
    case 'paid':
    case 'partially_canceled':
    case 'canceled':
      if (payment.capturedKrw === 0)
        return facts.balanceKrw === 0 ? 'agreed' : settle({ result: 'paid', payment: facts })
      return compareBalance(deps, payment, facts)
  }
}

function compareBalance(
  deps: CompareDeps,
  payment: PaymentRow,
  facts: ProviderPayment,
): Promise<Compared> | Compared {
  const { capturedKrw, refundedKrw, refundAskedKrw } = payment
  if (facts.balanceKrw === capturedKrw - refundedKrw) return 'agreed'
  // A refund of ours is done there and not yet here.
  if (refundAskedKrw > refundedKrw) return 'busy'
  return report(deps, payment, facts)
}

async function report(
  { database, log }: CompareDeps,
  payment: PaymentRow,
  facts: ProviderPayment | undefined,
): Promise<Compared> {
  const { paymentId, capturedKrw, refundedKrw } = payment
  log.error({ paymentId }, 'the provider has another balance of a payment than we have')
  await database.transaction((tx) =>
    writeAudit(tx, [
      {
        actorId: 0,
        subject: 'payment',
        subjectId: paymentId,
        action: 'DIFFERS_FROM_PROVIDER',
        before: { balanceKrw: capturedKrw - refundedKrw },
        after: { balanceKrw: facts?.balanceKrw ?? 0 },
      },
    ]),
  )
  return 'differs'
}
