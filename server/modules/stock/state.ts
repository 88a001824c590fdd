// The moves of a sale, as one table. CLOSED is final: nothing leads out of it, by hand or after `closeTime`.
import type { Sale, SaleStatus } from './contract.ts'

export type SaleMove = 'SCHEDULE' | 'PAUSE' | 'RESUME' | 'CLOSE'

interface MoveRule {
  from: readonly SaleStatus[]
  /** Undefined: the state stays, the rules of the sale change. */
  to: Sale['saleState'] | undefined
}

export const SALE_MOVES: Readonly<Record<SaleMove, MoveRule>> = {
  SCHEDULE: { from: ['SCHEDULED', 'OPEN', 'PAUSED', 'SOLD_OUT'], to: undefined },
  PAUSE: { from: ['SCHEDULED', 'OPEN', 'SOLD_OUT'], to: 'PAUSED' },
  RESUME: { from: ['PAUSED'], to: 'RUNNING' },
  CLOSE: { from: ['SCHEDULED', 'OPEN', 'PAUSED', 'SOLD_OUT'], to: 'CLOSED' },
}
