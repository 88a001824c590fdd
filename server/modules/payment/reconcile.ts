// Attempts whose result nobody knows, and those of processes that are gone, are decided by asking their provider again.
import type { Database } from '../../platform/db.ts'
import type { Ids } from '../../platform/ids.ts'
import type { ProviderName } from './contract.ts'
import { leaseOf } from './lease.ts'
import type { Provider } from './provider.ts'
import type { Settle } from './settle.ts'
import { sureOf } from './sure-of.ts'
import { claimUnsettled, type PaymentRow } from './sql.ts'

export interface ReconcileDeps {
  database: Database
  providers: ReadonlyMap<ProviderName, Provider>
  settle: Settle
  ids: Ids
  leaseMs: number
}

const ROWS_MAX = 20

/** One round. Milliseconds to the next where there is more. */
export async function reconcile(deps: ReconcileDeps): Promise<number | undefined> {
  const lease = leaseOf(deps.leaseMs)
  const leaseToken = deps.ids.uuid()
  const due = await claimUnsettled(deps.database.db, { leaseToken, leaseMs: deps.leaseMs, rowsMax: ROWS_MAX })
  const results = await Promise.allSettled(
    due.map((payment) => decide(deps, payment, leaseToken, lease.maySend)),
  )
  const failure = results.find((result) => result.status === 'rejected')
  if (failure !== undefined) throw failure.reason
  return due.length === ROWS_MAX ? 1 : undefined
}

async function decide(
  { providers, settle }: ReconcileDeps,
  payment: PaymentRow,
  leaseToken: string,
  maySend: () => boolean,
): Promise<void> {
  const { paymentId, orderId, providerKey, providerOrderId, amountKrw, tryNo } = payment
  const provider = providers.get(payment.provider as ProviderName)
  if (provider === undefined || providerKey === null) throw new Error('an attempt that no provider knows of')
  const said = await provider.resolve({
    paymentId,
    tryNo,
    providerKey,
    providerOrderId,
    amountKrw,
    maySend,
  })
  const result = await sureOf(provider, { ...payment, providerKey }, said)
  await settle({ paymentId, orderId, leaseToken, result })
}
