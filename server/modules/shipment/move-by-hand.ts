// What sellers do with their shipments: packed, sent, delivered, received back. What is done already is left as it is.
import { writeAudit } from '../../platform/audit.ts'
import type { Caller } from '../../platform/auth.ts'
import type { Database, Tx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import type { Once } from '../../platform/kept-answers.ts'
import { requireOwner } from '../../platform/ownership.ts'
import type { Parcel } from './contract.ts'
import { moveShipments, type MoveDeps } from './move-shipments.ts'
import { lockShipment, updateParcel, type LockedShipment } from './sql.ts'
import { findShipment } from './sql-read.ts'
import { ACTIONS, stepsOf, type Action } from './state.ts'

export interface HandDeps extends MoveDeps {
  database: Database
}

export interface HandRequest {
  caller: Caller
  once: Once | undefined
  shipmentId: number
  action: Action
  /** Of `ship`. */
  parcel?: Parcel
}

export async function moveByHand(deps: HandDeps, request: HandRequest): Promise<void> {
  const { shipmentId } = request
  // Whose it is, and of which order, never changes.
  const found = await findShipment(deps.database.db, shipmentId)
  if (found === undefined) throw new AppError('NOT_FOUND_SHIPMENT')
  await requireSeller(deps, request, found.sellerId)
  await deps.database.transaction(async (tx) => {
    await request.once?.bind(tx)
    await deps.orders.lockShippable(tx, [found.orderId])
    const shipment = await lockShipment(tx, shipmentId)
    if (shipment === undefined) throw new AppError('NOT_FOUND_SHIPMENT')
    await (shipment.status === ACTIONS[request.action].to
      ? repeat(tx, shipment, request)
      : move(deps, tx, shipment, request))
  })
}

/** Attempts of others are on record, too. */
async function requireSeller(
  { database }: HandDeps,
  { caller, shipmentId, action }: HandRequest,
  sellerId: number,
): Promise<void> {
  try {
    requireOwner(caller, sellerId)
  } catch (error) {
    const entry = { actorId: caller.userId, subject: 'shipment', subjectId: shipmentId } as const
    const refused = { ...entry, action: `${action.toUpperCase()}_REFUSED`, before: null, after: null }
    await database.transaction((tx) => writeAudit(tx, [refused]))
    throw error
  }
}

async function move(
  deps: HandDeps,
  tx: Tx,
  shipment: LockedShipment,
  { action, parcel, caller }: HandRequest,
): Promise<void> {
  const steps = stepsOf(action, shipment.status)
  if (steps === undefined) throw new AppError('SHIPMENT_NOT_MOVABLE')
  await moveShipments(deps, tx, [{ shipment, steps, parcel }], caller.userId)
  await audit(tx, shipment, { action, caller })
}

/** What time has sent off can still be told how it goes; what is known of that does not change. */
async function repeat(tx: Tx, shipment: LockedShipment, request: HandRequest): Promise<void> {
  const { parcel } = request
  if (parcel === undefined) return
  if (shipment.carrier === null) {
    await updateParcel(tx, shipment.shipmentId, parcel)
    await audit(tx, shipment, request)
  } else if (shipment.carrier !== parcel.carrier || shipment.trackingNumber !== parcel.trackingNumber)
    throw new AppError('SHIPMENT_NOT_MOVABLE')
}

/** Without the tracking number: it leads to where somebody lives. */
async function audit(
  tx: Tx,
  { shipmentId, status }: LockedShipment,
  { action, caller }: Pick<HandRequest, 'action' | 'caller'>,
): Promise<void> {
  await writeAudit(tx, [
    {
      actorId: caller.userId,
      subject: 'shipment',
      subjectId: shipmentId,
      action: action.toUpperCase(),
      before: { status },
      after: { status: ACTIONS[action].to },
    },
  ])
}
