// What shipping does with orders.
import type { PersonalData } from '../../platform/crypto.ts'
import type { Tx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import type { OrderShipping, ShippableOrder } from './contract.ts'
import { lockShippable, moveLines } from './move-lines.ts'
import { openRecipient } from './recipient.ts'
import { askForMoney, type ReverseDeps } from './reverse.ts'
import { findReversal, moveReversal } from './sql-reversal.ts'
import { listRecipients, readShippable, type ShippableRow } from './sql-shipping.ts'
import { lineStatusOf } from './state.ts'

export function createOrderShipping(
  deps: Pick<ReverseDeps, 'payments' | 'finish'> & { pii: PersonalData },
): OrderShipping {
  return {
    lockShippable: async (tx, orderIds) => (await lockShippable(tx, orderIds)).map(toShippable),
    async moveLines(tx, moves, actorId) {
      const orderIds = [...new Set(moves.map((move) => move.orderId))]
      await moveLines(tx, await readShippable(tx, orderIds), moves, actorId)
    },
    returnReceived: (tx, reversalId) => returnReceived(deps, tx, reversalId),
    async readRecipients(db, orderIds) {
      const sealed = await listRecipients(db, orderIds)
      return new Map(sealed.map((row) => [row.orderId, openRecipient(deps.pii, row.orderId, row)]))
    },
  }
}

/** `changes` of stock are none here: units come back with the money. */
async function returnReceived(
  deps: Pick<ReverseDeps, 'payments' | 'finish'>,
  tx: Tx,
  reversalId: number,
): Promise<void> {
  const reversal = await findReversal(tx, reversalId)
  if (reversal === undefined) throw new AppError('NOT_FOUND_ORDER')
  if (reversal.status !== 'REQUESTED') return
  await moveReversal(tx, reversalId, 'REFUNDING')
  const { orderId, amountKrw, kind } = reversal
  await askForMoney(deps, tx, { orderId, reversalId, amountKrw, kind })
}

function toShippable(row: ShippableRow): ShippableOrder {
  return {
    orderId: row.orderId,
    buyerId: row.buyerId,
    status: row.status,
    lines: row.lines.map((line) => ({
      itemId: line.itemId,
      quantity: line.quantity,
      shippableQuantity: line.quantity - line.openUnits,
      unitPriceKrw: line.unitPrice,
      status: lineStatusOf(row, line),
    })),
  }
}
