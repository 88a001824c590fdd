// What every change of units by hand has in common: the numbers, the ledger's entry, the entry in the audit trail.
import { writeAudit } from '../../platform/audit.ts'
import type { Caller } from '../../platform/auth.ts'
import type { Tx } from '../../platform/db.ts'
import type { Once } from '../../platform/kept-answers.ts'
import type { Sale, StockChange } from './contract.ts'
import { moveUnits, type MoveEntry } from './sql-ledger.ts'

/** Who changes units, and how their request is told from its repeat. */
export interface ByHand {
  caller: Caller
  /** For ledger and audit trail. */
  reason: string | undefined
  /** Set where the request has a key. */
  once: Once | undefined
}

export interface HandMove {
  action: 'RAISE' | 'LOWER' | 'SET' | 'DELETE'
  ledgerReason: MoveEntry['reason']
  /** As locked, each with what is to come or go. None with 0. */
  moves: readonly { sale: Sale; delta: number }[]
}

export async function moveByHand(tx: Tx, { caller, reason }: ByHand, move: HandMove): Promise<StockChange[]> {
  if (move.moves.length === 0) return []
  const changes = await moveUnits(
    tx,
    move.moves.map(({ sale, delta }) => ({ itemId: sale.itemId, delta })),
    { reason: move.ledgerReason, actorId: caller.userId, note: reason },
  )
  await writeAudit(
    tx,
    move.moves.map(({ sale: { itemId, total, available }, delta }) => ({
      actorId: caller.userId,
      subject: 'stock',
      subjectId: itemId,
      action: move.action,
      before: { total, available },
      after: { total: total + delta, available: available + delta },
      reason,
    })),
  )
  return changes
}
