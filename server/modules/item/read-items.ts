import { toSeoulIso } from '../../platform/clock.ts'
import { AppError } from '../../platform/errors.ts'
import { toPage, type Page, type PageRequest } from '../../platform/page.ts'
import { saleStatusOf, type Sale } from '../stock/contract.ts'
import type { ItemDetail, ListedItem } from './contract.ts'
import type { ItemDeps } from './publish-item.ts'
import { countItems, findItem, findItems, type ItemRow } from './sql.ts'

type ReadDeps = Pick<ItemDeps, 'database' | 'stock' | 'heldUnits'>

/** Newest first. An item that is taken off between the two reads is left out. */
export async function listItems(
  { database, stock }: ReadDeps,
  request: PageRequest,
): Promise<Page<ListedItem>> {
  const { db } = database
  const [rows, total] = await Promise.all([findItems(db, request), countItems(db)])
  const sales = await stock.readSales(
    db,
    rows.map((row) => row.id),
  )
  const byItem = new Map(sales.map((sale) => [sale.itemId, sale]))
  const listed = rows.flatMap((row) => {
    const sale = byItem.get(row.id)
    return sale === undefined ? [] : [toListed(row, sale)]
  })
  return toPage(listed, request, total)
}

/** Numbers and rules as last committed, by the database's clock. */
export async function readItem(
  { database, stock, heldUnits }: ReadDeps,
  itemId: number,
): Promise<ItemDetail> {
  const [row, [sale]] = await Promise.all([
    findItem(database.db, itemId),
    stock.readSales(database.db, [itemId]),
  ])
  if (row === undefined || sale === undefined) throw new AppError('NOT_FOUND_ITEM')
  if (!sale.isLimited) return toListed(row, sale)
  const heldOfSale = (await heldUnits([itemId])).get(itemId) ?? 0
  const inOrders = sale.total - sale.available
  // The count of held units may be older than the stock row.
  const held = Math.min(heldOfSale, inOrders)
  return {
    ...toListed(row, sale),
    held,
    sold: inOrders - held,
    total: sale.total,
    closeTime: toIso(sale.closeTime),
    limitPerBuyer: sale.limitPerBuyer ?? 0,
    holdSeconds: sale.holdSeconds,
    serverTime: toSeoulIso(sale.serverTime),
  }
}

function toListed(row: ItemRow, sale: Sale): ListedItem {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    quantity: sale.available,
    price: sale.unitPriceKrw,
    openTime: toIso(sale.openTime),
    isReserved: sale.isLimited,
    sellerId: row.sellerId,
    ...(sale.isLimited && { saleStatus: saleStatusOf(sale) }),
  }
}

const toIso = (instant: Date | null): string | null => (instant === null ? null : toSeoulIso(instant))
