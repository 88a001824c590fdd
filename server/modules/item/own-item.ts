import type { Caller } from '../../platform/auth.ts'
import type { Database } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import { requireOwner } from '../../platform/ownership.ts'
import { findItem } from './sql.ts'

/** Before any lock is taken: an item never changes its seller. */
export async function requireOwnItem({ db }: Database, caller: Caller, itemId: number): Promise<void> {
  const item = await findItem(db, itemId)
  if (item === undefined) throw new AppError('NOT_FOUND_ITEM')
  requireOwner(caller, item.sellerId)
}
