// Settles claims whose writer lost its connection between question and answer: only when the old backend is known to
// be gone is the absence of an order a fact, and only then may their units be anyone's again.
import type { Db } from '../../platform/db.ts'
import type { Claim, Gate, StockApi } from '../stock/contract.ts'
import { endBackend, type Backend } from './sql.ts'

export interface Reconciler {
  /** Keeps the claims taken until `settleUnknown` knows. */
  keep(claims: readonly Claim[], backend: Backend): void
  /** One look at what is kept; rejects where PostgreSQL can not be asked yet. */
  settleUnknown(): Promise<void>
  kept(): number
}

export function createReconciler(deps: { db: Db; gate: Gate; readUnits: StockApi['readUnits'] }): Reconciler {
  let unknown: { claims: readonly Claim[]; backend: Backend }[] = []
  return {
    keep(claims, backend) {
      unknown.push({ claims, backend })
    },
    async settleUnknown() {
      for (const batch of unknown) {
        if (!(await endBackend(deps.db, batch.backend))) continue
        const changes = await deps.readUnits(deps.db, [...new Set(batch.claims.map((claim) => claim.itemId))])
        unknown = unknown.filter((other) => other !== batch)
        deps.gate.settle(batch.claims, changes)
      }
    },
    kept: () => unknown.reduce((sum, batch) => sum + batch.claims.length, 0),
  }
}
