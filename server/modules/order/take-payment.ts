// What payment does with orders: their hold is checked, kept while an attempt is on its way, and they are paid.
import type { Events } from '../../platform/events.ts'
import { ORDER_PAID, type OrderMoney } from './contract.ts'
import {
  extendHolds,
  lockPayable,
  moveOrders,
  readPayable,
  takeUnitsAgain,
  updatePaying,
} from './sql-money.ts'

/** States in which an order has lost its units, and may be paid after all. Never CANCELED: its buyer did not want it any more. */
const LOST = ['EXPIRED', 'PAYMENT_FAILED'] as const

export function createOrderMoney(deps: { events: Events; refunded: OrderMoney['refunded'] }): OrderMoney {
  const { events } = deps
  return {
    findPayable: async (db, orderId) => (await readPayable(db, [orderId]))[0],
    lockPayable,
    async extendHolds(tx, orderIds, seconds) {
      const extended = await extendHolds(tx, orderIds, seconds)
      return new Map(extended.map(({ orderId, payBy }) => [orderId, payBy]))
    },
    async setPaying(tx, orderIds, state) {
      if (orderIds.length === 0) return
      const marked = await updatePaying(tx, orderIds, state)
      if (marked !== new Set(orderIds).size) throw new Error('an order that is being paid is not unpaid')
    },
    async markPaid(tx, orderIds) {
      if (orderIds.length === 0) return
      const paid = await moveOrders(tx, { orderIds, from: ['CREATED'], to: 'PAID', actorId: null })
      if (paid.length !== new Set(orderIds).size) throw new Error('an order that is being paid is not unpaid')
      await events.publish(tx, ORDER_PAID, paid)
    },
    async takeAgain(tx, orderId) {
      const [order] = await readPayable(tx, [orderId])
      if (order === undefined || !LOST.some((status) => status === order.status)) return { outcome: 'gone' }
      const changes = await takeUnitsAgain(tx, orderId)
      if (changes.length === 0) return { outcome: 'gone' }
      const paid = await moveOrders(tx, { orderIds: [orderId], from: LOST, to: 'PAID', actorId: null })
      await events.publish(tx, ORDER_PAID, paid)
      return { outcome: 'taken', changes }
    },
    refunded: deps.refunded,
  }
}
