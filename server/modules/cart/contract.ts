import type { Tx } from '../../platform/db.ts'

/** What the other modules may ask of carts. */
export interface CartApi {
  /** Everything that is kept about a member, for their export. */
  exportOf(userId: number): Promise<unknown>
  /** The member goes. */
  erase(tx: Tx, userId: number): Promise<void>
}
