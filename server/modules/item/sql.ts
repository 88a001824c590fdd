// Every statement of the module.
import { sql, type Generated, type Kysely, type Selectable } from 'kysely'
import type { Db, Tx } from '../../platform/db.ts'
import type { PageRequest } from '../../platform/page.ts'

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

export type ItemRow = Selectable<Omit<ItemTable, 'updatedAt' | 'deletedAt'>>

const COLUMNS = ['id', 'sellerId', 'name', 'description', 'isLimited'] as const

const items = (db: Db): Kysely<Tables> => db.$extendTables<Tables>()

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

export async function findItem(db: Db, id: number): Promise<ItemRow | undefined> {
  return items(db)
    .selectFrom('items.item')
    .select(COLUMNS)
    .where('id', '=', id)
    .where('deletedAt', 'is', null)
    .executeTakeFirst()
}

/** In no certain order; those that are gone are left out. */
export async function findItemsById(db: Db, ids: readonly number[]): Promise<ItemRow[]> {
  return items(db)
    .selectFrom('items.item')
    .select(COLUMNS)
    .where('id', '=', sql<number>`ANY (${ids}::bigint[])`)
    .where('deletedAt', 'is', null)
    .execute()
}

/** Newest first. */
export async function findItems(db: Db, { page, size }: PageRequest): Promise<ItemRow[]> {
  return items(db)
    .selectFrom('items.item')
    .select(COLUMNS)
    .where('deletedAt', 'is', null)
    .orderBy('id', 'desc')
    .limit(size)
    .offset(page * size)
    .execute()
}

export async function countItems(db: Db): Promise<number> {
  const { count } = await items(db)
    .selectFrom('items.item')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('deletedAt', 'is', null)
    .executeTakeFirstOrThrow()
  return count
}

/** False where the item is gone. */
export async function updateItem(
  tx: Tx,
  id: number,
  text: Pick<ItemTable, 'name' | 'description'>,
): Promise<boolean> {
  const { numUpdatedRows } = await items(tx)
    .updateTable('items.item')
    .set({ ...text, updatedAt: sql`now()` })
    .where('id', '=', id)
    .where('deletedAt', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** False where the item was gone already. */
export async function markDeleted(tx: Tx, id: number): Promise<boolean> {
  const { numUpdatedRows } = await items(tx)
    .updateTable('items.item')
    .set({ deletedAt: sql`now()`, updatedAt: sql`now()` })
    .where('id', '=', id)
    .where('deletedAt', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}
