// Every statement of the module.
import { sql } from 'kysely'
import type { Db, Tx } from '../../platform/db.ts'

export interface CartLine {
  itemId: number
  quantity: number
}

/** In the order in which they were added. */
export async function listLines(db: Db, userId: number): Promise<(CartLine & { addedAt: Date })[]> {
  const { rows } = await sql<CartLine & { addedAt: Date }>`
    SELECT item_id AS "itemId", quantity, added_at AS "addedAt" FROM carts.line
     WHERE user_id = ${userId} ORDER BY added_no`.execute(db)
  return rows
}

/** Makes the cart where there is none, and waits for whoever is changing it. What is read afterwards is not older than the wait. */
export async function lockCart(tx: Tx, userId: number): Promise<void> {
  await sql`
    INSERT INTO carts.cart (user_id, changed_at) VALUES (${userId}, now())
    ON CONFLICT (user_id) DO UPDATE SET changed_at = excluded.changed_at`.execute(tx)
}

/** Each item once. Lines that are there get the new quantity and keep their place. */
export async function putLines(tx: Tx, userId: number, lines: readonly CartLine[]): Promise<void> {
  const itemIds = lines.map((line) => line.itemId)
  const quantities = lines.map((line) => line.quantity)
  await sql`
    INSERT INTO carts.line (user_id, item_id, quantity)
    SELECT ${userId}, item_id, quantity
      FROM unnest(${itemIds}::bigint[], ${quantities}::integer[]) WITH ORDINALITY AS given(item_id, quantity, n) ORDER BY n
    ON CONFLICT (user_id, item_id) DO UPDATE SET quantity = excluded.quantity`.execute(tx)
}

export async function deleteLines(tx: Tx, userId: number, itemIds: readonly number[]): Promise<void> {
  await sql`DELETE FROM carts.line WHERE user_id = ${userId} AND item_id = ANY (${itemIds}::bigint[])`.execute(
    tx,
  )
}

/** Only those that still have the given quantity; how many. */
export async function deleteUnchangedLines(
  tx: Tx,
  userId: number,
  lines: readonly CartLine[],
): Promise<number> {
  const itemIds = lines.map((line) => line.itemId)
  const quantities = lines.map((line) => line.quantity)
  const { numAffectedRows } = await sql`
    DELETE FROM carts.line l
     USING unnest(${itemIds}::bigint[], ${quantities}::integer[]) AS given(item_id, quantity)
     WHERE l.user_id = ${userId} AND l.item_id = given.item_id AND l.quantity = given.quantity`.execute(tx)
  return Number(numAffectedRows ?? 0)
}

/** The cart with its lines. */
export async function deleteCart(tx: Tx, userId: number): Promise<void> {
  await sql`DELETE FROM carts.cart WHERE user_id = ${userId}`.execute(tx)
}
