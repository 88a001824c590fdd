// Before any money is asked for, one transaction makes sure that the order still holds its units, and takes the attempt in hand: from
// here on nobody expires or cancels the order until it is known what became of it.
import type { Database, Tx } from '../../platform/db.ts'
import { createGroupCommit, type GroupCommit } from '../../platform/group-commit.ts'
import type { OrderMoney, PayableOrder } from '../order/contract.ts'
import { beginConfirms, lockPayments, settlePayments, type PaymentRow } from './sql.ts'
import { failed } from './settled.ts'
import { PAYMENT_STATES } from './state.ts'

export interface BeginAsk {
  paymentId: number
  orderId: number
  providerKey: string
  leaseToken: string
}

export type Begun =
  | { outcome: 'begun'; payment: PaymentRow }
  /** Decided before, or in somebody else's hands: nothing may be sent. */
  | { outcome: 'known'; payment: PaymentRow }
  /** The order has lost its hold, or what it costs has changed: not charged. */
  | { outcome: 'lost'; payment: PaymentRow }
  /** Another attempt of the order is being checked, or has paid it. */
  | { outcome: 'in_progress' | 'paid_otherwise' }

const BATCH_MAX = 100
const QUEUE_MAX = 5_000
const LANES = 2

export function createBeginConfirm(deps: {
  database: Database
  orders: OrderMoney
  leaseMs: number
}): GroupCommit<BeginAsk, Begun> {
  return createGroupCommit<BeginAsk, Begun>({
    batchMax: BATCH_MAX,
    queueMax: QUEUE_MAX,
    lanes: LANES,
    run: (asks) => deps.database.transaction((tx) => beginAll(deps, tx, asks)),
  })
}

async function beginAll(
  { orders, leaseMs }: { orders: OrderMoney; leaseMs: number },
  tx: Tx,
  asks: readonly BeginAsk[],
): Promise<Begun[]> {
  const locked = new Map(
    (await orders.lockPayable(tx, [...new Set(asks.map((ask) => ask.orderId))])).map((order) => [
      order.orderId,
      order,
    ]),
  )
  const payments = await lockPayments(
    tx,
    asks.map((ask) => ask.paymentId),
  )
  const begun: { ask: BeginAsk; payment: PaymentRow }[] = []
  const lost: PaymentRow[] = []
  const answers = asks.map((ask): Begun => {
    const payment = payments.get(ask.paymentId)
    if (payment === undefined) throw new Error('a payment that is not there')
    // Our own transaction may have committed without our knowing.
    if (payment.leaseToken === ask.leaseToken) return { outcome: 'begun', payment }
    if (payment.status !== 'INITIATED') return { outcome: 'known', payment }
    const order = locked.get(ask.orderId)
    const taken = begun.some((one) => one.ask.orderId === ask.orderId)
    if (taken || order?.isChecking === true) return { outcome: 'in_progress' }
    if (!isHeld(order, payment)) {
      lost.push(payment)
      return { outcome: 'lost', payment }
    }
    begun.push({ ask, payment })
    return { outcome: 'begun', payment }
  })
  if (begun.length > 0) {
    await orders.setPaying(
      tx,
      begun.map(({ ask }) => ask.orderId),
      'CHECKING',
    )
    await beginConfirms(
      tx,
      begun.map(({ ask }) => ask),
      leaseMs,
    )
  }
  if (lost.length > 0) {
    await settlePayments(
      tx,
      lost.map((payment) => failed(payment, 'HOLD_ENDED')),
    )
  }
  return answers
}

function isHeld(order: PayableOrder | undefined, payment: PaymentRow): boolean {
  return order?.status === 'CREATED' && !order.isLate && order.totalPriceKrw === payment.amountKrw
}

/** True while nobody knows whether the payment will be charged. */
export const isChecking = (payment: PaymentRow): boolean => PAYMENT_STATES[payment.status].checking
