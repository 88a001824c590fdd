// New shipments.
import { sql } from 'kysely'
import type { Tx } from '../../platform/db.ts'
import type { ShipmentLine } from './contract.ts'

export interface NewShipment {
  orderId: number
  sellerId: number
  buyerId: number
  lines: readonly ShipmentLine[]
}

interface Since {
  at: Date
  dueAt: Date | null
}

/** In ACCEPTANCE, with lines and history, by one statement. A seller that has its shipment of the order keeps that. */
export async function insertShipments(
  tx: Tx,
  shipments: readonly NewShipment[],
  { at, dueAt }: Since,
): Promise<void> {
  const lines = shipments.flatMap(({ orderId, sellerId, lines }) =>
    lines.map((line) => ({ orderId, sellerId, ...line })),
  )
  await sql`
    WITH fresh AS (
      INSERT INTO shipments.shipment (order_id, seller_id, buyer_id, direction, status, since, due_at, created_at)
      SELECT t.order_id, t.seller_id, t.buyer_id, 'OUT', 'ACCEPTANCE', ${at}, ${dueAt}::timestamptz, ${at}
        FROM unnest(${shipments.map((one) => one.orderId)}::bigint[], ${shipments.map((one) => one.sellerId)}::bigint[],
                    ${shipments.map((one) => one.buyerId)}::bigint[]) AS t(order_id, seller_id, buyer_id)
      ON CONFLICT (order_id, seller_id) WHERE direction = 'OUT' DO NOTHING
      RETURNING id, order_id, seller_id
    ), fresh_line AS (
      INSERT INTO shipments.line (shipment_id, item_id, quantity)
      SELECT fresh.id, t.item_id, t.quantity
        FROM unnest(${lines.map((line) => line.orderId)}::bigint[], ${lines.map((line) => line.sellerId)}::bigint[],
                    ${lines.map((line) => line.itemId)}::bigint[], ${lines.map((line) => line.quantity)}::integer[])
               AS t(order_id, seller_id, item_id, quantity)
        JOIN fresh ON fresh.order_id = t.order_id AND fresh.seller_id = t.seller_id
    )
    INSERT INTO shipments.history (shipment_id, at, to_status) SELECT id, ${at}, 'ACCEPTANCE' FROM fresh`.execute(
    tx,
  )
}

/** In RETURN_REQUESTED. Once for each return. */
export async function insertReturn(
  tx: Tx,
  { orderId, sellerId, buyerId, reversalId, lines }: NewShipment & { reversalId: number },
  { at, dueAt }: Since,
): Promise<void> {
  await sql`
    WITH fresh AS (
      INSERT INTO shipments.shipment (order_id, seller_id, buyer_id, direction, reversal_id, status, since, due_at, created_at)
      VALUES (${orderId}, ${sellerId}, ${buyerId}, 'BACK', ${reversalId}, 'RETURN_REQUESTED', ${at}, ${dueAt}::timestamptz, ${at})
      ON CONFLICT (reversal_id) WHERE reversal_id IS NOT NULL DO NOTHING
      RETURNING id
    ), fresh_line AS (
      INSERT INTO shipments.line (shipment_id, item_id, quantity)
      SELECT fresh.id, t.item_id, t.quantity
        FROM fresh, unnest(${lines.map((line) => line.itemId)}::bigint[], ${lines.map((line) => line.quantity)}::integer[])
                      AS t(item_id, quantity)
    )
    INSERT INTO shipments.history (shipment_id, at, to_status) SELECT id, ${at}, 'RETURN_REQUESTED' FROM fresh`.execute(
    tx,
  )
}
