import { toSeoulIso } from '../../platform/clock.ts'
import { AppError } from '../../platform/errors.ts'
import { toPage, type Page, type PageRequest } from '../../platform/page.ts'
import { saleStatusOf, type Sale } from '../stock/contract.ts'
import type { ItemAnswer } from './contract.ts'
import type { ItemDeps } from './publish-item.ts'
import { countItems, findItem, findItems, findItemsById, type ItemRow } from './sql.ts'

type ReadDeps = Pick<ItemDeps, 'database' | 'stock' | 'heldUnits'>

/** Newest first. An item that is taken off between the two reads is left out. */
export async function listItems(
  { database, stock, heldUnits }: ReadDeps,
  request: PageRequest,
): Promise<Page<ItemAnswer>> {
  const { db } = database
  const [rows, total] = await Promise.all([findItems(db, request), countItems(db)])
  const sales = await stock.readSales(
    db,
    rows.map((row) => row.id),
  )
  const byItem = new Map(sales.map((sale) => [sale.itemId, sale]))
  const held = await heldUnits(sales.filter((sale) => sale.isLimited))
  const listed = rows.flatMap((row) => {
    const sale = byItem.get(row.id)
    return sale === undefined ? [] : [toAnswer(row, sale, held)]
  })
  return toPage(listed, request, total)
}

/** In the order of `itemIds`; undefined where there is no such item. */
export async function readItems(
  { database, stock, heldUnits }: ReadDeps,
  itemIds: readonly number[],
): Promise<(ItemAnswer | undefined)[]> {
  const { db } = database
  const [rows, sales] = await Promise.all([findItemsById(db, itemIds), stock.readSales(db, itemIds)])
  const rowOf = new Map(rows.map((row) => [row.id, row]))
  const saleOf = new Map(sales.map((sale) => [sale.itemId, sale]))
  const held = await heldUnits(sales.filter((sale) => sale.isLimited))
  return itemIds.map((itemId) => {
    const [row, sale] = [rowOf.get(itemId), saleOf.get(itemId)]
    return row === undefined || sale === undefined ? undefined : toAnswer(row, sale, held)
  })
}

/** Numbers and rules as last committed, by the database's clock. */
export async function readItem(
  { database, stock, heldUnits }: ReadDeps,
  itemId: number,
): Promise<ItemAnswer> {
  const [row, [sale]] = await Promise.all([
    findItem(database.db, itemId),
    stock.readSales(database.db, [itemId]),
  ])
  if (row === undefined || sale === undefined) throw new AppError('NOT_FOUND_ITEM')
  return toAnswer(row, sale, await heldUnits(sale.isLimited ? [sale] : []))
}

function toAnswer(row: ItemRow, sale: Sale, heldOf: ReadonlyMap<number, number>): ItemAnswer {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    quantity: sale.available,
    price: sale.unitPriceKrw,
    openTime: toIso(sale.openTime),
    isReserved: sale.isLimited,
    sellerId: row.sellerId,
    ...(sale.isLimited && saleFields(sale, heldOf.get(sale.itemId) ?? 0)),
  }
}

function saleFields(sale: Sale, held: number): Partial<ItemAnswer> {
  return {
    saleStatus: saleStatusOf(sale),
    held,
    sold: sale.total - sale.available - held,
    total: sale.total,
    closeTime: toIso(sale.closeTime),
    limitPerBuyer: sale.limitPerBuyer ?? 0,
    holdSeconds: sale.holdSeconds,
    serverTime: toSeoulIso(sale.serverTime),
  }
}

const toIso = (instant: Date | null): string | null => (instant === null ? null : toSeoulIso(instant))
