// Every statement of the module.
import { sql } from 'kysely'
import type { Db, Tx } from '../../platform/db.ts'

export async function listLines(db: Db, userId: number): Promise<{ itemId: number; addedAt: Date }[]> {
  const { rows } = await sql<{ itemId: number; addedAt: Date }>`
    SELECT item_id AS "itemId", added_at AS "addedAt" FROM carts.line WHERE user_id = ${userId} ORDER BY added_at, item_id`.execute(
    db,
  )
  return rows
}

export async function deleteAll(tx: Tx, userId: number): Promise<void> {
  await sql`DELETE FROM carts.line WHERE user_id = ${userId}`.execute(tx)
}
