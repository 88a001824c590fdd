// What has become known of attempts is written down, and their orders with it: PAID, refused, or still being checked. Those that are
// known together share a transaction.
import type { Clock } from '../../platform/clock.ts'
import type { Database, Tx } from '../../platform/db.ts'
import { createGroupCommit, type GroupCommit } from '../../platform/group-commit.ts'
import type { OrderMoney, PayableOrder } from '../order/contract.ts'
import type { StockApi, StockChange } from '../stock/contract.ts'
import { isChecking } from './begin-confirm.ts'
import type { PaymentStatus } from './contract.ts'
import type { ConfirmResult, ProviderPayment } from './provider.ts'
import { REPLAYED_ERROR } from './provider-look.ts'
import { isAsAsked } from './sure-of.ts'
import { completed, failed, unknown, unwanted } from './settled.ts'
import { lockPayments, settlePayments, type PaymentRow, type SettledPayment } from './sql.ts'
import { mayMove } from './state.ts'
import { insertRefunds, type NewRefund } from './sql-refund.ts'

interface SettleAsk {
  paymentId: number
  orderId: number
  /** Undefined: nobody has it in hand, the provider's book was read. */
  leaseToken: string | undefined
  result: ConfirmResult
}

interface Settled {
  /** As it is now. Of an ask that came too late, what somebody else has found out. */
  payment: PaymentRow
  /** False: somebody else has it in hand. */
  isApplied: boolean
}

export interface SettleDeps {
  database: Database
  orders: OrderMoney
  stock: Pick<StockApi, 'announceUnits'>
  clock: Clock
  /** How long a provider's session lives: "not found" says nothing before its end. */
  sessionMs: number
}

export type Settle = GroupCommit<SettleAsk, Settled>

const BATCH_MAX = 100
const QUEUE_MAX = 5_000
const LANES = 3
const CHECK_FIRST_MS = 500
/** Nothing was sent: the provider may be back at any moment. */
const NOT_SENT_MS = 1_000
const CHECK_MS_MAX = 60_000

export function createSettle(deps: SettleDeps): Settle {
  return createGroupCommit<SettleAsk, Settled>({
    batchMax: BATCH_MAX,
    queueMax: QUEUE_MAX,
    lanes: LANES,
    async run(asks) {
      const { settled, changes } = await deps.database.transaction((tx) => settleAll(deps, tx, asks))
      deps.stock.announceUnits(changes)
      return settled
    },
  })
}

async function settleAll(
  deps: SettleDeps,
  tx: Tx,
  asks: readonly SettleAsk[],
): Promise<{ settled: Settled[]; changes: StockChange[] }> {
  const { orders } = deps
  const orderIds = [...new Set(asks.map((ask) => ask.orderId))]
  const paymentIds = asks.map((ask) => ask.paymentId)
  const locked = new Map((await orders.lockPayable(tx, orderIds)).map((order) => [order.orderId, order]))
  const payments = await lockPayments(tx, paymentIds)
  const plan: Plan = { news: new Map(), paid: [], refused: [], refunds: [], changes: [] }
  const isApplied: boolean[] = []
  for (const ask of asks) {
    const payment = payments.get(ask.paymentId)
    const order = locked.get(ask.orderId)
    if (payment === undefined || order === undefined) throw new Error('a payment without its row or order')
    const may = !plan.news.has(ask.paymentId) && maySettle(payment, ask)
    isApplied.push(may)
    if (may) await apply(deps, tx, plan, { order, payment, result: ask.result })
  }
  await orders.markPaid(tx, plan.paid)
  await orders.setPaying(tx, plan.refused, 'REFUSED')
  for (const { paymentId, status } of plan.news.values()) requireMove(payments.get(paymentId)!.status, status)
  const news = plan.news.size > 0 ? await settlePayments(tx, [...plan.news.values()]) : []
  if (plan.refunds.length > 0) await insertRefunds(tx, plan.refunds)
  const after =
    plan.refunds.length > 0
      ? await lockPayments(tx, paymentIds)
      : new Map([...payments, ...news.map((payment) => [payment.paymentId, payment] as const)])
  const settled = asks.map((ask, i) => ({ payment: after.get(ask.paymentId)!, isApplied: isApplied[i]! }))
  return { settled, changes: plan.changes }
}

/** UNKNOWN may stay so, with another time to look again; and what is FAILED may turn out to have been charged. */
function requireMove(from: PaymentStatus, to: PaymentStatus): void {
  if (from !== to && !mayMove(from, to)) throw new Error(`a payment can not move from ${from} to ${to}`)
}

/** What the transaction is going to write. */
interface Plan {
  news: Map<number, SettledPayment>
  /** Orders that hold their units. */
  paid: number[]
  refused: number[]
  refunds: NewRefund[]
  changes: StockChange[]
}

async function apply(
  deps: SettleDeps,
  tx: Tx,
  plan: Plan,
  { order, payment, result }: { order: PayableOrder; payment: PaymentRow; result: ConfirmResult },
): Promise<void> {
  const { paymentId, orderId } = payment
  const decision = decide(deps, order, payment, result)
  if (decision.kind === 'paid') return keep(deps, tx, plan, { order, payment, facts: decision.facts })
  if (decision.kind === 'unknown') {
    plan.news.set(paymentId, decision.news)
    return
  }
  if (decision.kind === 'mismatch') giveUp(plan, payment, decision.facts, 'CHARGED_OTHERWISE')
  else plan.news.set(paymentId, failed(payment, decision.code))
  if (isChecking(payment) && order.status === 'CREATED') plan.refused.push(orderId)
}

async function keep(
  { orders }: SettleDeps,
  tx: Tx,
  plan: Plan,
  { order, payment, facts }: { order: PayableOrder; payment: PaymentRow; facts: ProviderPayment },
): Promise<void> {
  const { paymentId, orderId } = payment
  // Another attempt that is being checked keeps the order for itself.
  const isHeld = order.status === 'CREATED' && (isChecking(payment) || !order.isChecking)
  if (isHeld && !plan.paid.includes(orderId)) {
    plan.paid.push(orderId)
    plan.news.set(paymentId, completed(payment, facts))
    return
  }
  // Too late for its units: others may have become free; else the money goes back at once.
  const again = order.status === 'CREATED' ? GONE : await orders.takeAgain(tx, orderId)
  if (again.outcome === 'gone') {
    giveUp(plan, payment, facts, 'CHARGED_TOO_LATE')
    return
  }
  plan.changes.push(...again.changes)
  order.status = 'PAID'
  plan.news.set(paymentId, completed(payment, facts))
}

const GONE = { outcome: 'gone' } as const

/** What was charged and is not wanted goes back. */
function giveUp(plan: Plan, payment: PaymentRow, facts: ProviderPayment, code: string): void {
  const { paymentId, orderId } = payment
  plan.news.set(paymentId, unwanted(payment, facts, code))
  if (facts.balanceKrw === 0) return
  const cause = `unwanted:${paymentId}`
  plan.refunds.push({ paymentId, orderId, amountKrw: facts.balanceKrw, cause, reason: REASON })
}

const REASON = '주문에 쓰이지 않은 결제'

/** Who has it in hand may; and whoever has read the provider's book, where nobody has it in hand. */
function maySettle(payment: PaymentRow, { leaseToken, result }: SettleAsk): boolean {
  if (leaseToken !== undefined) return payment.leaseToken === leaseToken && isChecking(payment)
  if (isChecking(payment)) return !payment.isLeased
  // What is charged counts whatever we believed; of what is decided nothing else is news.
  if (result.result === 'paid')
    return payment.capturedKrw === 0 && (payment.status === 'INITIATED' || payment.status === 'FAILED')
  return result.result === 'refused' && payment.status === 'INITIATED'
}

type Decision =
  | { kind: 'paid'; facts: ProviderPayment }
  | { kind: 'mismatch'; facts: ProviderPayment }
  | { kind: 'refused'; code: string }
  | { kind: 'unknown'; news: SettledPayment }

/** Amount, currency and order are compared with what we asked for before anything is paid. */
function decide(
  { sessionMs, clock }: SettleDeps,
  order: PayableOrder,
  payment: PaymentRow,
  result: ConfirmResult,
): Decision {
  if (result.result === 'paid') {
    const facts = result.payment
    const isRight = isAsAsked(payment, facts) && order.totalPriceKrw === payment.amountKrw
    return isRight ? { kind: 'paid', facts } : { kind: 'mismatch', facts }
  }
  if (result.result === 'refused') return { kind: 'refused', code: result.code }
  const isOver = payment.confirmedAt === null || clock.now() - payment.confirmedAt.getTime() > sessionMs
  if (result.result === 'not_found' && isOver) return { kind: 'refused', code: result.code }
  const backOffMs = Math.min(CHECK_MS_MAX, CHECK_FIRST_MS * 2 ** Math.min(payment.checks, 10))
  const nextCheckMs = result.result === 'not_sent' ? NOT_SENT_MS : backOffMs
  const tryNo = payment.tryNo + (result.code === REPLAYED_ERROR ? 1 : 0)
  return { kind: 'unknown', news: unknown(payment, { code: result.code, nextCheckMs, tryNo }) }
}
