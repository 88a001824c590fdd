import type { Caller } from '../../platform/auth.ts'
import type { Database } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import type { Once } from '../../platform/kept-answers.ts'
import { requireOwner } from '../../platform/ownership.ts'
import { findSellers } from './sql.ts'

/** Who changes items, and how their request is told from its repeat. */
export interface Hand {
  caller: Caller
  /** Set where the request has a key. */
  once: Once | undefined
}

/**
 * Those of the items that are there; NOT_FOUND_ITEM where none is, UNAUTHORIZED_ACCESS where one is somebody else's. Before any
 * lock is taken: an item never changes its seller.
 */
export async function requireOwnItems(
  { db }: Database,
  caller: Caller,
  itemIds: readonly number[],
): Promise<number[]> {
  const found = await findSellers(db, itemIds)
  if (found.length === 0) throw new AppError('NOT_FOUND_ITEM')
  for (const { sellerId } of found) requireOwner(caller, sellerId)
  return found.map(({ id }) => id)
}
