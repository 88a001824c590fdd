// Every move of a shipment passes here: it is kept, the lines of the order follow, and others are told, all in one transaction.
import type { Clock } from '../../platform/clock.ts'
import type { Tx } from '../../platform/db.ts'
import type { Events } from '../../platform/events.ts'
import type { OrderShipping } from '../order/contract.ts'
import {
  RETURN_RECEIVED,
  SHIPMENT_DELIVERED,
  SHIPMENT_SHIPPED,
  type Parcel,
  type ShipmentStatus,
} from './contract.ts'
import { insertHistory, updateShipments, type HistoryMove, type LockedShipment } from './sql.ts'
import { dueAt, mayMove, SHIPMENT_STATES, type StepTimes } from './state.ts'

export interface MoveDeps {
  orders: Pick<OrderShipping, 'lockShippable' | 'moveLines' | 'returnReceived'>
  events: Pick<Events, 'publish'>
  clock: Clock
  times: StepTimes
}

export interface Move {
  /** Locked, as its order is. */
  shipment: LockedShipment
  /** The states it goes through, the last one included. */
  steps: readonly ShipmentStatus[]
  parcel?: Parcel | undefined
}

export async function moveShipments(
  { orders, events, clock, times }: MoveDeps,
  tx: Tx,
  moves: readonly Move[],
  actorId: number | null,
): Promise<void> {
  if (moves.length === 0) return
  const atMs = clock.now()
  const at = new Date(atMs)
  const history = moves.flatMap(historyOf)
  const moved = moves.map(({ shipment, steps, parcel }) => {
    const to = steps.at(-1)!
    return { shipment, to, parcel, shipmentId: shipment.shipmentId, dueAt: dueAt(to, atMs, times) }
  })
  await updateShipments(tx, moved, at)
  await insertHistory(tx, history, { at, actorId })
  await moveOrders(orders, tx, moved, actorId)
  await tell(events, tx, moved)
}

interface Moved {
  shipment: LockedShipment
  to: ShipmentStatus
  parcel: Parcel | undefined
}

function historyOf({ shipment, steps }: Move): HistoryMove[] {
  return steps.map((to, i) => {
    const from = steps[i - 1] ?? shipment.status
    if (!mayMove(from, to)) throw new Error(`a shipment can not move from ${from} to ${to}`)
    return { shipmentId: shipment.shipmentId, from, to }
  })
}

async function moveOrders(
  orders: MoveDeps['orders'],
  tx: Tx,
  moved: readonly Moved[],
  actorId: number | null,
): Promise<void> {
  const lineMoves = moved.flatMap(({ shipment: { orderId, lines }, to }) => {
    const { line } = SHIPMENT_STATES[to]
    return line === undefined ? [] : [{ orderId, itemIds: lines.map(({ itemId }) => itemId), to: line }]
  })
  if (lineMoves.length > 0) await orders.moveLines(tx, lineMoves, actorId)
  // Each return has money of its own: one after the other. They are few.
  for (const { shipment, to } of moved)
    if (to === 'RETURNED') await orders.returnReceived(tx, shipment.reversalId!)
}

async function tell(events: MoveDeps['events'], tx: Tx, moved: readonly Moved[]): Promise<void> {
  const now = (status: ShipmentStatus): Moved[] => moved.filter(({ to }) => to === status)
  await events.publish(
    tx,
    SHIPMENT_SHIPPED,
    now('SHIPPING').map(({ shipment: { orderId, buyerId, shipmentId }, parcel }) => {
      const { carrier = null, trackingNumber = null } = parcel ?? {}
      return { orderId, buyerId, shipmentId, carrier, trackingNumber }
    }),
  )
  await events.publish(
    tx,
    SHIPMENT_DELIVERED,
    now('SHIPPED').map(({ shipment: { orderId, buyerId, shipmentId } }) => ({
      orderId,
      buyerId,
      shipmentId,
    })),
  )
  await events.publish(
    tx,
    RETURN_RECEIVED,
    now('RETURNED').map(({ shipment: { orderId, buyerId, reversalId } }) => ({
      orderId,
      buyerId,
      reversalId: reversalId!,
    })),
  )
}
