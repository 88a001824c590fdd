// Paid orders get their shipments: one for each seller, of what nobody has asked to take back.
import type { Clock } from '../../platform/clock.ts'
import type { Database } from '../../platform/db.ts'
import type { Event, Events } from '../../platform/events.ts'
import { ORDER_PAID, type OrderEvent, type OrderShipping, type ShippableOrder } from '../order/contract.ts'
import type { StockApi } from '../stock/contract.ts'
import { insertShipments, type NewShipment } from './sql-open.ts'
import { dueAt, type StepTimes } from './state.ts'

export interface OpenDeps {
  database: Database
  clock: Clock
  orders: Pick<OrderShipping, 'lockShippable'>
  stock: Pick<StockApi, 'readSales'>
  times: StepTimes
}

export function listenToOrders(events: Pick<Events, 'subscribe'>, deps: OpenDeps): void {
  events.subscribe(ORDER_PAID, 'shipment', (paid) => openShipments(deps, paid))
}

/** Five statements, however many orders. A shipment that is there already stays as it is. */
async function openShipments(deps: OpenDeps, paid: readonly Event<OrderEvent>[]): Promise<void> {
  const orderIds = [...new Set(paid.map(({ data }) => data.orderId))]
  await deps.database.transaction(async (tx) => {
    const orders = (await deps.orders.lockShippable(tx, orderIds)).map(withWhatIsToBeShipped)
    const itemIds = [...new Set(orders.flatMap(({ lines }) => lines.map(({ itemId }) => itemId)))]
    if (itemIds.length === 0) return
    const sales = await deps.stock.readSales(tx, itemIds)
    const sellers = new Map(sales.map(({ itemId, sellerId }) => [itemId, sellerId]))
    const nowMs = deps.clock.now()
    await insertShipments(
      tx,
      orders.flatMap((order) => bySeller(order, sellers)),
      { at: new Date(nowMs), dueAt: dueAt('ACCEPTANCE', nowMs, deps.times) },
    )
  })
}

/** Of an order that is not paid any more, nothing is. */
function withWhatIsToBeShipped({ orderId, buyerId, lines }: ShippableOrder): Omit<NewShipment, 'sellerId'> {
  return {
    orderId,
    buyerId,
    lines: lines
      .filter(({ status, shippableQuantity }) => status === 'PAID' && shippableQuantity > 0)
      .map(({ itemId, shippableQuantity }) => ({ itemId, quantity: shippableQuantity })),
  }
}

function bySeller(
  { orderId, buyerId, lines }: Omit<NewShipment, 'sellerId'>,
  sellers: ReadonlyMap<number, number>,
): NewShipment[] {
  return [...Map.groupBy(lines, ({ itemId }) => sellers.get(itemId))].map(([sellerId, itsLines]) => {
    if (sellerId === undefined) throw new Error('a line of an item that has no stock row')
    return { orderId, sellerId, buyerId, lines: itsLines }
  })
}
