import type { Caller } from '../../platform/auth.ts'
import type { Db, Tx } from '../../platform/db.ts'
import { AppError, type ErrorCode } from '../../platform/errors.ts'
import { requireOwner } from '../../platform/ownership.ts'
import type { Sale } from './contract.ts'
import { lockStock } from './sql-units.ts'
import { findSales } from './sql.ts'

/** Without a lock, so that a stranger can not hold up a sale by asking to change it. An item never changes its seller. */
export async function requireOwnSale(
  db: Db,
  caller: Caller,
  itemId: number,
  missing: ErrorCode,
): Promise<Sale> {
  const [sale] = await findSales(db, [itemId])
  if (sale === undefined) throw new AppError(missing)
  requireOwner(caller, sale.sellerId)
  return sale
}

/** The stock row, locked until the end of the transaction and read after the wait for it. */
export async function lockSale(tx: Tx, itemId: number): Promise<Sale | undefined> {
  await lockStock(tx, [itemId])
  return (await findSales(tx, [itemId]))[0]
}
