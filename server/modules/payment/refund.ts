// Refunds are sent until it is certain that the money is back, and then the order is told in the same transaction.
import type { Clock } from '../../platform/clock.ts'
import type { Database } from '../../platform/db.ts'
import type { Ids } from '../../platform/ids.ts'
import type { Log } from '../../platform/log.ts'
import type { OrderMoney } from '../order/contract.ts'
import type { StockApi, StockChange } from '../stock/contract.ts'
import type { ProviderName } from './contract.ts'
import type { Provider } from './provider.ts'
import { REPLAYED_ERROR } from './provider-look.ts'
import { leaseOf } from './lease.ts'
import { findPayment, lockPayments, type PaymentRow } from './sql.ts'
import { claimRefunds, finishRefund, postponeRefund, rememberBalance, type RefundRow } from './sql-refund.ts'

export interface RefundDeps {
  database: Database
  orders: OrderMoney
  stock: Pick<StockApi, 'announceUnits'>
  providers: ReadonlyMap<ProviderName, Provider>
  ids: Ids
  clock: Clock
  log: Log
  leaseMs: number
}

const ROWS_MAX = 20
const TRY_FIRST_MS = 1_000
const TRY_MS_MAX = 5 * 60_000
/** Refusals after which somebody should look. */
const STUCK_AFTER = 5
const STUCK_TRY_MS = 15 * 60_000

/** One round. Milliseconds to the next where there is more. */
export async function refundDue(deps: RefundDeps): Promise<number | undefined> {
  const lease = leaseOf(deps.leaseMs)
  const claim = { leaseToken: deps.ids.uuid(), leaseMs: deps.leaseMs, rowsMax: ROWS_MAX }
  const due = await claimRefunds(deps.database.db, claim)
  const results = await Promise.allSettled(due.map((refund) => refundOne(deps, refund, lease.maySend)))
  const failure = results.find((result) => result.status === 'rejected')
  if (failure !== undefined) throw failure.reason
  return due.length === ROWS_MAX ? 1 : undefined
}

async function refundOne(deps: RefundDeps, refund: RefundRow, maySend: () => boolean): Promise<void> {
  const { database, providers, log } = deps
  const { refundId, tryNo, amountKrw, reason, leaseToken } = refund
  const payment = await findPayment(database.db, refund.paymentId)
  const provider = payment && providers.get(payment.provider as ProviderName)
  if (payment === undefined || provider === undefined || payment.providerKey === null || leaseToken === null)
    throw new Error('a refund of what no provider has charged')
  const balanceKrw = await rememberBalance(database.db, { refundId, leaseToken })
  if (balanceKrw === undefined) return
  const { providerKey, providerOrderId } = payment
  const result = await provider.refund({
    refundId,
    tryNo,
    providerKey,
    providerOrderId,
    amountKrw,
    balanceKrw,
    reason,
    maySend,
  })
  if (result.result === 'refunded') return finish(deps, payment, refund)
  const isRefused = result.result === 'refused'
  const isStuck = refund.status === 'STUCK' || (isRefused && refund.tries >= STUCK_AFTER)
  if (isStuck && refund.status !== 'STUCK')
    log.error({ refundId, paymentId: payment.paymentId, code: result.code }, 'a refund is stuck')
  await postponeRefund(database.db, {
    refundId,
    leaseToken,
    status: isStuck ? 'STUCK' : 'REQUESTED',
    // Refused for good, or an error that the same key will get for ever: the next try is a new request. Else it is the same one.
    tryNo: tryNo + (isRefused || result.code === REPLAYED_ERROR ? 1 : 0),
    forgetBalance: isRefused,
    code: result.code,
    nextTryMs: isStuck
      ? STUCK_TRY_MS
      : Math.min(TRY_MS_MAX, TRY_FIRST_MS * 2 ** Math.min(refund.tries - 1, 10)),
  })
}

async function finish(
  { database, orders, stock }: RefundDeps,
  payment: PaymentRow,
  refund: RefundRow,
): Promise<void> {
  const { orderId, refundId, cause, amountKrw } = refund
  const changes = await database.transaction(async (tx): Promise<StockChange[]> => {
    await orders.lockPayable(tx, [orderId])
    await lockPayments(tx, [payment.paymentId])
    if (!(await finishRefund(tx, refundId))) return []
    return orders.refunded(tx, { orderId, cause, amountKrw })
  })
  stock.announceUnits(changes)
}
