// Units that are cancelled before they are shipped leave their shipment, in the transaction of the cancel.
import type { Tx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import type { ShipmentApi, ShipmentLine } from './contract.ts'
import { moveShipments, type MoveDeps } from './move-shipments.ts'
import { lockOutOf, lowerLines, type LockedShipment } from './sql.ts'
import { mayMove } from './state.ts'

/** Paid a moment ago, an order may have no shipment yet: it will be made of what is left. */
export async function takeOut(
  deps: MoveDeps,
  tx: Tx,
  { orderId, lines }: Parameters<ShipmentApi['takeOut']>[1],
): Promise<void> {
  const units = new Map(lines.map(({ itemId, quantity }) => [itemId, quantity]))
  const touched = (await lockOutOf(tx, orderId)).filter((one) =>
    one.lines.some(({ itemId }) => units.has(itemId)),
  )
  if (touched.length === 0) return
  if (!touched.every(({ status }) => mayMove(status, 'CANCELED'))) throw new AppError('ALREADY_SHIPPING')
  await lowerLines(
    tx,
    touched.flatMap((shipment) => taken(shipment, units)),
  )
  const emptied = touched.filter(({ lines: has }) =>
    has.every((line) => line.quantity === units.get(line.itemId)),
  )
  await moveShipments(
    deps,
    tx,
    emptied.map((shipment) => ({ shipment, steps: ['CANCELED'] })),
    null,
  )
}

function taken(
  { shipmentId, lines }: LockedShipment,
  units: ReadonlyMap<number, number>,
): (ShipmentLine & { shipmentId: number })[] {
  return lines.flatMap(({ itemId }) => {
    const quantity = units.get(itemId)
    return quantity === undefined ? [] : [{ shipmentId, itemId, quantity }]
  })
}
