// The story of a confirm: the attempt is found and checked, taken in hand while its order holds its units, the provider is asked for the
// money, and what it said is written down – or that nobody knows yet.
import { writeAudit } from '../../platform/audit.ts'
import { brokenConstraint, type Database } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { createGroupCommit, type GroupCommit } from '../../platform/group-commit.ts'
import type { Ids } from '../../platform/ids.ts'
import type { BeginAsk, Begun } from './begin-confirm.ts'
import type { ProviderName } from './contract.ts'
import { leaseOf } from './lease.ts'
import type { Provider } from './provider.ts'
import type { Settle } from './settle.ts'
import { sureOf } from './sure-of.ts'
import { findPayment, listByProviderOrders, type PaymentRow } from './sql.ts'

export interface ConfirmDeps {
  database: Database
  providers: ReadonlyMap<ProviderName, Provider>
  find: FindPayment
  begin(ask: BeginAsk): Promise<Begun>
  settle: Settle
  ids: Ids
  leaseMs: number
}

export interface ConfirmRequest {
  provider: ProviderName
  providerKey: string
  providerOrderId: string
  amountKrw: number
  /** Undefined: the provider itself vouches for the request by its signature. */
  buyerId: number | undefined
}

type FindPayment = GroupCommit<string, PaymentRow | undefined>

const READ_MAX = 200
const QUEUE_MAX = 5_000

/** By what the provider calls the order. Those who come together share a read that begins after they came. */
export function createFindPayment({ db }: Database): FindPayment {
  return createGroupCommit<string, PaymentRow | undefined>({
    batchMax: READ_MAX,
    queueMax: QUEUE_MAX,
    async run(names) {
      const found = await listByProviderOrders(db, names)
      return names.map((name) => found.get(name))
    },
  })
}

/** What became of the attempt. Throws the codes of `POST …/toss/confirm`. */
export async function confirmPayment(deps: ConfirmDeps, request: ConfirmRequest): Promise<PaymentRow> {
  const payment = await deps.find(request.providerOrderId)
  if (payment === undefined || payment.provider !== request.provider) throw new AppError('NOT_FOUND_PAYMENT')
  await refuseWrong(deps.database, payment, request)
  // Decided before: the same answer again, and nothing is sent.
  if (payment.status !== 'INITIATED') return requireSameKey(payment, request)
  return requireSameKey(await askForMoney(deps, payment, request.providerKey), request)
}

/** Of an attempt that is INITIATED. What somebody else has made of it meanwhile is answered as it is. */
export async function askForMoney(
  { database, providers, begin, settle, ids, leaseMs }: ConfirmDeps,
  payment: PaymentRow,
  providerKey: string,
): Promise<PaymentRow> {
  const { paymentId, orderId, providerOrderId, amountKrw, tryNo } = payment
  const provider = providers.get(payment.provider as ProviderName)
  if (provider === undefined) throw new AppError('SERVICE_UNAVAILABLE')
  const lease = leaseOf(leaseMs)
  const leaseToken = ids.uuid()
  const begun = await begin({ paymentId, orderId, providerKey, leaseToken }).catch(refuseUsedKey)
  switch (begun.outcome) {
    case 'known':
      return begun.payment
    case 'lost':
    case 'paid_otherwise':
      throw new AppError('ORDER_NOT_PAYABLE')
    case 'in_progress':
      throw new AppError('PAYMENT_IN_PROGRESS', { retryAfterSeconds: 2 })
    case 'begun':
  }
  const { maySend } = lease
  const ask = { paymentId, tryNo, providerKey, providerOrderId, amountKrw, maySend }
  const result = await sureOf(provider, { ...payment, providerKey }, await provider.confirm(ask))
  const settled = await settle({ paymentId, orderId, leaseToken, result })
  if (settled.isApplied) return settled.payment
  return (await findPayment(database.db, paymentId)) ?? settled.payment
}

/** The key of another payment that is being confirmed, or has been. */
function refuseUsedKey(error: unknown): never {
  if (brokenConstraint(error) === 'payment_by_provider_key') throw new AppError('ORDER_NOT_PAYABLE')
  throw error
}

/** Somebody tries to pay with what is not theirs, or not what it costs: nothing moves, and it is kept who did. */
async function refuseWrong(database: Database, payment: PaymentRow, request: ConfirmRequest): Promise<void> {
  const isForeign = request.buyerId !== undefined && request.buyerId !== payment.buyerId
  if (!isForeign && request.amountKrw === payment.amountKrw) return
  await database.transaction((tx) =>
    writeAudit(tx, [
      {
        actorId: request.buyerId ?? 0,
        subject: 'payment',
        subjectId: payment.paymentId,
        action: isForeign ? 'FOREIGN_CONFIRM' : 'WRONG_AMOUNT',
        before: { amountKrw: payment.amountKrw },
        after: { amountKrw: request.amountKrw },
      },
    ]),
  )
  throw new AppError(isForeign ? 'UNAUTHORIZED_ACCESS' : 'PAYMENT_AMOUNT_MISMATCH')
}

function requireSameKey(payment: PaymentRow, { providerKey }: { providerKey: string }): PaymentRow {
  if (payment.providerKey !== null && payment.providerKey !== providerKey)
    throw new AppError('ORDER_NOT_PAYABLE')
  return payment
}
