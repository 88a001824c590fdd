// Steps that time takes: shipments that are due go on by one, each once, however many processes look.
import type { Database } from '../../platform/db.ts'
import { isUnavailable, sqlState } from '../../platform/db.ts'
import type { Log } from '../../platform/log.ts'
import { moveShipments, type MoveDeps } from './move-shipments.ts'
import { boundWaits, listDue, lockDue, postpone, type DueShipment } from './sql.ts'
import { SHIPMENT_STATES } from './state.ts'

export interface ScheduleDeps extends MoveDeps {
  database: Database
  log: Log
}

const BATCH_ROWS_MAX = 500
const LOCK_WAIT_MS_MAX = 2_000
/** One that could not be moved makes room for others. */
const AGAIN_AFTER_MS = 60_000

/** One batch, the longest due first. True where there may be more. */
export async function moveDue(deps: ScheduleDeps): Promise<boolean> {
  const at = new Date(deps.clock.now())
  const due = await listDue(deps.database.db, { at, limit: BATCH_ROWS_MAX })
  if (due.length === 0) return false
  try {
    await moveBatch(deps, due, at)
  } catch (error) {
    if (isAway(error)) throw error
    await moveOneByOne(deps, due, at)
  }
  return due.length === BATCH_ROWS_MAX
}

/** What has been moved by somebody else meanwhile is not due any more. Orders are locked first, then shipments. */
async function moveBatch(deps: ScheduleDeps, due: readonly DueShipment[], at: Date): Promise<void> {
  await deps.database.transaction(async (tx) => {
    await boundWaits(tx, LOCK_WAIT_MS_MAX)
    await deps.orders.lockShippable(tx, [...new Set(due.map(({ orderId }) => orderId))])
    const shipments = await lockDue(
      tx,
      due.map(({ shipmentId }) => shipmentId),
      at,
    )
    const moves = shipments.map((shipment) => {
      const { step } = SHIPMENT_STATES[shipment.status]
      if (step === undefined) throw new Error(`a shipment that is ${shipment.status} can not be due`)
      return { shipment, steps: [step.to] }
    })
    await moveShipments(deps, tx, moves, null)
  })
}

/** An order that fails waits for its next turn; the others go on. */
async function moveOneByOne(deps: ScheduleDeps, due: readonly DueShipment[], at: Date): Promise<void> {
  for (const [orderId, shipments] of Map.groupBy(due, (one) => one.orderId)) {
    try {
      await moveBatch(deps, shipments, at)
    } catch (error) {
      if (isAway(error)) throw error
      deps.log.warn(
        { orderId, fault: (error as Error).name, code: sqlState(error) },
        'shipments of an order could not go on; they are tried again',
      )
      const ids = shipments.map(({ shipmentId }) => shipmentId)
      await postpone(deps.database.db, ids, { at, until: new Date(at.getTime() + AGAIN_AFTER_MS) })
    }
  }
}

/** PostgreSQL is not there: nothing can be done order by order. A lock or a statement that took too long is the order's own. */
const isAway = (error: unknown): boolean =>
  isUnavailable(error) && !['55P03', '57014'].includes(sqlState(error) ?? '')
