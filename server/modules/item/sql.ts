// Statements on items alone. What is shown of them is read in sql-shelf.ts.
import { sql, type Generated, type Kysely } from 'kysely'
import type { Db, Tx } from '../../platform/db.ts'

interface ItemTable {
  id: Generated<number>
  sellerId: number
  name: string
  description: string
  isLimited: boolean
  updatedAt: Generated<Date>
  deletedAt: Generated<Date | null>
}

// A type, not an interface: Kysely asks for an index signature.
type Tables = {
  'items.item': ItemTable
}

const items = (db: Db): Kysely<Tables> => db.$extendTables<Tables>()
const anyOf = (ids: readonly number[]) => sql<number>`ANY (${ids}::bigint[])`

export async function insertItem(
  tx: Tx,
  row: Pick<ItemTable, 'sellerId' | 'name' | 'description' | 'isLimited'>,
): Promise<number> {
  const { id } = await items(tx)
    .insertInto('items.item')
    .values(row)
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** In no certain order; those that are gone are left out. */
export async function findSellers(
  db: Db,
  ids: readonly number[],
): Promise<{ id: number; sellerId: number }[]> {
  return items(db)
    .selectFrom('items.item')
    .select(['id', 'sellerId'])
    .where('id', '=', anyOf(ids))
    .where('deletedAt', 'is', null)
    .execute()
}

/** Locked in the order of their ids until the end of the transaction. Those that are there. */
export async function lockItems(tx: Tx, ids: readonly number[]): Promise<number[]> {
  const rows = await items(tx)
    .selectFrom('items.item')
    .select('id')
    .where('id', '=', anyOf(ids))
    .where('deletedAt', 'is', null)
    .orderBy('id')
    .forNoKeyUpdate()
    .execute()
  return rows.map(({ id }) => id)
}

/** Of a locked row. */
export async function updateItem(
  tx: Tx,
  id: number,
  text: Pick<ItemTable, 'name' | 'description'>,
): Promise<void> {
  await items(tx)
    .updateTable('items.item')
    .set({ ...text, updatedAt: sql`now()` })
    .where('id', '=', id)
    .execute()
}

/** Of locked rows. */
export async function markDeleted(tx: Tx, ids: readonly number[]): Promise<void> {
  await items(tx)
    .updateTable('items.item')
    .set({ deletedAt: sql`now()`, updatedAt: sql`now()` })
    .where('id', '=', anyOf(ids))
    .execute()
}
