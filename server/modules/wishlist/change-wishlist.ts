import type { Database } from '../../platform/db.ts'
import { AppError, type ErrorCode, type FieldError } from '../../platform/errors.ts'
import type { Once } from '../../platform/kept-answers.ts'
import type { ItemApi } from '../item/contract.ts'
import { LINES_MAX } from './contract.ts'
import { countLines, deleteAllLines, deleteLines, insertLines, lockWishlist } from './sql.ts'

interface Who {
  userId: number
  once: Once | undefined
}

interface AddDeps {
  database: Database
  items: Pick<ItemApi, 'readItems'>
}

/** Throws ALREADY_EXISTS_ITEM. */
export async function addItem(deps: AddDeps, who: Who, itemId: number): Promise<void> {
  await add(deps, who, { itemIds: [itemId], field: 'itemId', ifNone: 'ALREADY_EXISTS_ITEM' })
}

/** Those that are on the list are skipped. All or nothing where an item does not exist, or the list would grow too long. */
export async function addItems(deps: AddDeps, who: Who, itemIds: readonly number[]): Promise<void> {
  await add(deps, who, { itemIds, field: 'itemIds', ifNone: undefined })
}

async function add(
  { database, items }: AddDeps,
  { userId, once }: Who,
  given: { itemIds: readonly number[]; field: string; ifNone: ErrorCode | undefined },
): Promise<void> {
  const itemIds = [...new Set(given.itemIds)]
  const known = await items.readItems(itemIds)
  const unknown = itemIds.filter((_, i) => known[i] === undefined)
  if (unknown.length > 0)
    throw new AppError('NOT_FOUND_ITEM', { fields: unknown.map((itemId) => noSuchItem(given.field, itemId)) })
  await database.transaction(async (tx) => {
    await once?.bind(tx)
    await lockWishlist(tx, userId)
    const added = await insertLines(tx, userId, itemIds)
    if (added === 0) {
      if (given.ifNone !== undefined) throw new AppError(given.ifNone)
      return
    }
    // Thrown, so that nothing of it is added.
    if ((await countLines(tx, userId)) > LINES_MAX) throw new AppError('LIST_FULL')
  })
}

function noSuchItem(field: string, itemId: number): FieldError {
  return { field, value: String(itemId), reason: { ko: '존재하지 않는 상품입니다.', en: 'No such item.' } }
}

/** Throws NOT_FOUND_WISHLIST_ITEM. */
export async function removeItem(database: Database, { userId, once }: Who, itemId: number): Promise<void> {
  await database.transaction(async (tx) => {
    await once?.bind(tx)
    if ((await deleteLines(tx, userId, [itemId])) === 0) throw new AppError('NOT_FOUND_WISHLIST_ITEM')
  })
}

/** Those that are not on the list are skipped. */
export async function removeItems(
  database: Database,
  { userId, once }: Who,
  itemIds: readonly number[],
): Promise<void> {
  await database.transaction(async (tx) => {
    await once?.bind(tx)
    await deleteLines(tx, userId, itemIds)
  })
}

export async function clearWishlist(database: Database, { userId, once }: Who): Promise<void> {
  await database.transaction(async (tx) => {
    await once?.bind(tx)
    await deleteAllLines(tx, userId)
  })
}
