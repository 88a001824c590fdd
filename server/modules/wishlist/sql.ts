// Every statement of the module.
import { sql } from 'kysely'
import type { Db, Tx } from '../../platform/db.ts'

export interface WishlistLine {
  itemId: number
  addedAt: Date
}

/** In the order in which they were added. */
export async function listLines(db: Db, userId: number): Promise<WishlistLine[]> {
  const { rows } = await sql<WishlistLine>`
    SELECT item_id AS "itemId", added_at AS "addedAt" FROM wishlists.line
     WHERE user_id = ${userId} ORDER BY added_no`.execute(db)
  return rows
}

/** Makes the list where there is none, and waits for whoever is adding to it. What is read afterwards is not older than the wait. */
export async function lockWishlist(tx: Tx, userId: number): Promise<void> {
  await sql`
    INSERT INTO wishlists.wishlist (user_id, changed_at) VALUES (${userId}, now())
    ON CONFLICT (user_id) DO UPDATE SET changed_at = excluded.changed_at`.execute(tx)
}

/** Those that are there are skipped; how many were not. */
export async function insertLines(tx: Tx, userId: number, itemIds: readonly number[]): Promise<number> {
  const { numAffectedRows } = await sql`
    INSERT INTO wishlists.line (user_id, item_id)
    SELECT ${userId}, item_id FROM unnest(${itemIds}::bigint[]) WITH ORDINALITY AS given(item_id, n) ORDER BY n
    ON CONFLICT (user_id, item_id) DO NOTHING`.execute(tx)
  return Number(numAffectedRows ?? 0)
}

export async function countLines(tx: Tx, userId: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*) AS count FROM wishlists.line WHERE user_id = ${userId}`.execute(tx)
  return rows[0]?.count ?? 0
}

/** Those that are not there are skipped; how many were. */
export async function deleteLines(tx: Tx, userId: number, itemIds: readonly number[]): Promise<number> {
  const { numAffectedRows } = await sql`
    DELETE FROM wishlists.line WHERE user_id = ${userId} AND item_id = ANY (${itemIds}::bigint[])`.execute(tx)
  return Number(numAffectedRows ?? 0)
}

export async function deleteAllLines(tx: Tx, userId: number): Promise<void> {
  await sql`DELETE FROM wishlists.line WHERE user_id = ${userId}`.execute(tx)
}

/** The list with its lines. */
export async function deleteWishlist(tx: Tx, userId: number): Promise<void> {
  await sql`DELETE FROM wishlists.wishlist WHERE user_id = ${userId}`.execute(tx)
}
