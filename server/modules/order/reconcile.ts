// Settles claims that nobody will: of a writer that lost its connection between question and answer, of a process that
// died. Only when the old backend is known to be gone is the absence of an order a fact, and only then may their units be
// anyone's again.
import type { Db } from '../../platform/db.ts'
import type { Claim, Gate, OverdueClaim, StockApi } from '../stock/contract.ts'
import type { Backend } from './sql.ts'

export interface Reconciler {
  /** Keeps the claims taken until `settleUnknown` knows. */
  keep(claims: readonly Claim[], backend: Backend): void
  /** One look at what is kept; rejects where PostgreSQL can not be asked yet. */
  settleUnknown(): Promise<void>
  /** One look at claims of others whose lease ends, or whose process died. */
  settleOverdue(): Promise<void>
  kept(): number
}

export function createReconciler(deps: {
  db: Db
  gate: Gate
  readUnits: StockApi['readUnits']
  /** True once the backend is known to be gone; `end` ends it where it still is. */
  isGone(backend: Backend, end: 'ask' | 'end'): Promise<boolean>
  /** The backend that writes for this process now. */
  owner(): string
  claimLeaseMs: number
}): Reconciler {
  let unknown: { claims: readonly Claim[]; backend: Backend }[] = []

  const settle = async (claims: readonly Pick<Claim, 'itemId' | 'buyerId' | 'key'>[]): Promise<void> => {
    const changes = await deps.readUnits(deps.db, [...new Set(claims.map((claim) => claim.itemId))])
    deps.gate.settle(claims, changes)
  }
  /** A claim of this process that it does not have in hand was answered: only the gate has not heard of it. */
  const isKnown = async (owner: string, claims: readonly OverdueClaim[]): Promise<boolean> => {
    const backend = backendOf(owner)
    if (backend === undefined || owner === deps.owner()) return true
    const isOver = claims.some((claim) => claim.ageMs > deps.claimLeaseMs)
    return deps.isGone(backend, isOver ? 'end' : 'ask')
  }
  return {
    keep(claims, backend) {
      unknown.push({ claims, backend })
    },
    async settleUnknown() {
      for (const batch of unknown) {
        if (!(await deps.isGone(batch.backend, 'end'))) continue
        await settle(batch.claims)
        unknown = unknown.filter((other) => other !== batch)
      }
    },
    async settleOverdue() {
      const owners = Map.groupBy(await deps.gate.overdue(), (claim) => claim.owner)
      for (const [owner, claims] of owners) if (await isKnown(owner, claims)) await settle(claims)
    },
    kept: () => unknown.reduce((sum, batch) => sum + batch.claims.length, 0),
  }
}

export function ownerOf(backend: Backend | undefined): string {
  return backend === undefined ? '-' : `${backend.pid}@${backend.startedAt}`
}

function backendOf(owner: string): Backend | undefined {
  const [pid, startedAt] = owner.split('@').map(Number)
  return pid === undefined || startedAt === undefined ? undefined : { pid, startedAt }
}
