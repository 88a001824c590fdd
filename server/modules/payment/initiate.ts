// A payment window is about to open: the order is looked at, its hold gets its extension, an attempt is written down. Those who come
// together share a transaction.
import { brokenConstraint, type Database, type Tx } from '../../platform/db.ts'
import { createGroupCommit, type GroupCommit } from '../../platform/group-commit.ts'
import type { Ids } from '../../platform/ids.ts'
import type { OrderMoney, PayableOrder } from '../order/contract.ts'
import type { ProviderName } from './contract.ts'
import { insertPayments, listOfOrders, type NewPayment, type PaymentRow } from './sql.ts'

export interface InitiateAsk {
  orderId: number
  buyerId: number
  /** What the buyer believes to pay. */
  amountKrw: number
  provider: ProviderName
  /** Made by the browser; ours where it is left out. */
  providerOrderId: string | undefined
}

export type Initiated =
  | { outcome: 'initiated'; payment: PaymentRow; order: PayableOrder }
  | { outcome: 'no_order' | 'not_owner' | 'not_payable' | 'wrong_amount' | 'in_progress' | 'name_taken' }

export interface InitiateDeps {
  database: Database
  orders: OrderMoney
  ids: Ids
  /** The extension of the hold, once for each order. */
  extendSeconds: number
}

const BATCH_MAX = 100
const QUEUE_MAX = 5_000
const LANES = 2
/** Windows that one order may open. */
const ATTEMPTS_MAX = 30
const NAME_ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789'
const NAME_CHARACTERS = 16

export function createInitiate(deps: InitiateDeps): GroupCommit<InitiateAsk, Initiated> {
  const group = createGroupCommit<InitiateAsk, Initiated>({
    batchMax: BATCH_MAX,
    queueMax: QUEUE_MAX,
    lanes: LANES,
    run: (asks) => deps.database.transaction((tx) => initiateAll(deps, tx, asks)),
  })
  return async (ask) => {
    try {
      return await group(ask)
    } catch (error) {
      if (brokenConstraint(error) === 'payment_provider_order_id_key') return { outcome: 'name_taken' }
      throw error
    }
  }
}

async function initiateAll(
  { orders, ids, extendSeconds }: InitiateDeps,
  tx: Tx,
  asks: readonly InitiateAsk[],
): Promise<Initiated[]> {
  const orderIds = [...new Set(asks.map((ask) => ask.orderId))]
  const locked = new Map((await orders.lockPayable(tx, orderIds)).map((order) => [order.orderId, order]))
  const attempts = Map.groupBy(await listOfOrders(tx, orderIds), (payment) => payment.orderId)
  const fresh: NewPayment[] = []
  const answers = asks.map((ask): Initiated | { order: PayableOrder; name: string } => {
    const order = locked.get(ask.orderId)
    const before = attempts.get(ask.orderId) ?? []
    const refusal = refusalOf(order, ask, before)
    if (refusal !== undefined) return refusal
    const payment = before.find((one) => isSameWindow(one, ask))
    if (payment !== undefined) return { outcome: 'initiated', payment, order: order! }
    const name = ask.providerOrderId ?? `${ask.orderId}-${ids.text(NAME_ALPHABET, NAME_CHARACTERS)}`
    // Equal asks of one batch open one window.
    const same = fresh.find((one) => one.orderId === ask.orderId && one.provider === ask.provider)
    if (same !== undefined && ask.providerOrderId === undefined)
      return { order: order!, name: same.providerOrderId }
    if (!fresh.some((one) => one.providerOrderId === name)) fresh.push(toNew(ask, name))
    return { order: order!, name }
  })
  const ending = unique(fresh).filter((orderId) => locked.get(orderId)!.secondsLeft < extendSeconds / 2)
  const payBys = ending.length === 0 ? NONE : await orders.extendHolds(tx, ending, extendSeconds)
  const made = new Map(
    (fresh.length === 0 ? [] : await insertPayments(tx, fresh)).map((row) => [row.providerOrderId, row]),
  )
  return answers.map((answer) => {
    if ('name' in answer)
      return { outcome: 'initiated', payment: made.get(answer.name)!, order: extended(answer.order, payBys) }
    return answer.outcome === 'initiated' ? { ...answer, order: extended(answer.order, payBys) } : answer
  })
}

const NONE: ReadonlyMap<number, Date> = new Map()

function refusalOf(
  order: PayableOrder | undefined,
  ask: InitiateAsk,
  before: readonly PaymentRow[],
): Initiated | undefined {
  if (order === undefined || (order.isHidden && order.buyerId === ask.buyerId)) return { outcome: 'no_order' }
  if (order.buyerId !== ask.buyerId) return { outcome: 'not_owner' }
  if (order.isChecking) return { outcome: 'in_progress' }
  if (order.status !== 'CREATED' || order.isLate || before.length >= ATTEMPTS_MAX)
    return { outcome: 'not_payable' }
  if (order.totalPriceKrw !== ask.amountKrw) return { outcome: 'wrong_amount' }
  return undefined
}

function isSameWindow(payment: PaymentRow, ask: InitiateAsk): boolean {
  return (
    payment.status === 'INITIATED' &&
    payment.provider === ask.provider &&
    payment.amountKrw === ask.amountKrw &&
    (ask.providerOrderId === undefined || ask.providerOrderId === payment.providerOrderId)
  )
}

const toNew = (ask: InitiateAsk, providerOrderId: string): NewPayment => ({
  orderId: ask.orderId,
  buyerId: ask.buyerId,
  provider: ask.provider,
  providerOrderId,
  amountKrw: ask.amountKrw,
  status: 'INITIATED',
})

const unique = (fresh: readonly NewPayment[]): number[] => [...new Set(fresh.map((one) => one.orderId))]

const extended = (order: PayableOrder, payBys: ReadonlyMap<number, Date>): PayableOrder => ({
  ...order,
  payBy: payBys.get(order.orderId) ?? order.payBy,
})
