// What must hold of orders, money, goods and events once nothing is under way, whatever happened to them before; and the wait until then.
import { PgBoss } from 'pg-boss'
import type pg from 'pg'
import type { LineStatus, OrderStatus } from '../../server/modules/order/contract.ts'
import { lineStatusOf, ORDER_STATES, statusOfLines } from '../../server/modules/order/state.ts'
import { SHIPMENT_STATES } from '../../server/modules/shipment/state.ts'
import type { ShipmentStatus } from '../../server/modules/shipment/contract.ts'

/** A payment as the provider's own book has it. */
export interface BookRow {
  provider: string
  orderId: string
  key: string
  chargedKrw: number
  refundedKrw: number
  charges: number
}

interface OpenRow {
  what: string
  open: number
}

/** What is still under way, by name: empty when all is quiet. */
export async function stillOpen(database: pg.Pool): Promise<OpenRow[]> {
  const { rows } = await database.query<OpenRow>(
    `SELECT what, open::integer FROM (
       SELECT 'payments being checked' AS what, count(*) AS open FROM payments.payment WHERE status IN ('CONFIRMING', 'UNKNOWN')
       UNION ALL SELECT 'orders being paid', count(*) FROM orders.orders WHERE paying = 'CHECKING'
       UNION ALL SELECT 'refunds', count(*) FROM payments.refund WHERE status <> 'DONE'
       UNION ALL SELECT 'webhooks', count(*) FROM payments.webhook WHERE next_try_at IS NOT NULL
       UNION ALL SELECT 'reversals without their refund', count(*) FROM orders.reversal WHERE status = 'REFUNDING'
       UNION ALL SELECT 'shipments that are due', count(*) FROM shipments.shipment WHERE due_at IS NOT NULL
       UNION ALL SELECT 'events', count(*) FROM pgboss.job WHERE name LIKE 'event.%' AND state IN ('created', 'active', 'retry')
     ) t WHERE open > 0`,
  )
  return rows
}

/** Decided, and not compared with the provider's book yet. */
export async function unverified(database: pg.Pool): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    `SELECT count(*)::integer FROM payments.payment
      WHERE verified_at IS NULL AND provider_key IS NOT NULL AND status IN ('FAILED', 'COMPLETED')`,
  )
  return rows[0]!.count
}

/** As if the pause before the next try were over: of what nobody has in hand. */
export async function skipPauses(database: pg.Pool): Promise<void> {
  await database.query(
    `UPDATE payments.payment SET next_check_at = clock_timestamp()
      WHERE status = 'UNKNOWN' AND lease_token IS NULL AND next_check_at > clock_timestamp()`,
  )
  await database.query(
    `UPDATE payments.refund SET next_try_at = clock_timestamp()
      WHERE status <> 'DONE' AND lease_token IS NULL AND next_try_at > clock_timestamp()`,
  )
  await database.query(
    `UPDATE payments.webhook SET next_try_at = clock_timestamp()
      WHERE outcome IS NOT NULL AND next_try_at > clock_timestamp()`,
  )
  await database.query(
    `UPDATE pgboss.job SET start_after = now() WHERE name LIKE 'event.%' AND state = 'retry' AND start_after > now()`,
  )
}

/** As if what a dead process had in hand had run out. Only while no process is alive that has anything in hand. */
export async function endLeases(database: pg.Pool, databaseUrl: string): Promise<void> {
  await database.query(
    `UPDATE payments.payment SET lease_until = clock_timestamp(), next_check_at = least(next_check_at, clock_timestamp())
      WHERE lease_token IS NOT NULL`,
  )
  await database.query(
    `UPDATE payments.refund SET next_try_at = clock_timestamp() WHERE status <> 'DONE' AND lease_token IS NOT NULL`,
  )
  await database.query(
    `UPDATE payments.webhook SET next_try_at = clock_timestamp() WHERE next_try_at > clock_timestamp()`,
  )
  await endEvents(database, databaseUrl, 0)
}

/** As if the time of events that a dead process had in hand were over: of those that were taken so long ago. */
export async function endEvents(
  database: pg.Pool,
  databaseUrl: string,
  olderThanSeconds: number,
): Promise<void> {
  const { rowCount } = await database.query(
    `UPDATE pgboss.job SET started_on = now() - make_interval(secs => expire_seconds + 1)
      WHERE name LIKE 'event.%' AND state = 'active' AND started_on <= now() - make_interval(secs => $1)`,
    [olderThanSeconds],
  )
  if (rowCount !== 0) await supervise(databaseUrl)
}

/** What pg-boss does once a minute in every process. */
async function supervise(databaseUrl: string): Promise<void> {
  const boss = new PgBoss({
    connectionString: databaseUrl,
    schema: 'pgboss',
    max: 2,
    // Whatever it has just looked at is looked at again.
    monitorIntervalSeconds: 1,
    supervise: false,
    schedule: false,
    migrate: false,
  })
  boss.on('error', () => undefined)
  await boss.start()
  await boss.supervise()
  await boss.stop({ graceful: false })
}

interface OrderRow {
  orderId: number
  status: OrderStatus
  total: number
  canceled: boolean
  returned: boolean
  staffKrw: number
  lines: { itemId: number; quantity: number; status: LineStatus | null; returnedUnits: number }[]
}

interface PaymentRow {
  paymentId: number
  orderId: number
  providerOrderId: string
  provider: string
  status: string
  captured: number
  refunded: number
  doneKrw: number
}

interface ShipmentRow {
  orderId: number
  direction: 'OUT' | 'BACK'
  status: ShipmentStatus
  reversalStatus: string | null
  lines: { itemId: number; quantity: number }[]
}

/** Everything that is wrong, in words: empty where all is well. */
export async function findWrongs(
  database: pg.Pool,
  book: readonly BookRow[],
  itemIds: readonly number[],
): Promise<string[]> {
  const client = await database.connect()
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    const orders = await readOrders(client)
    const payments = await readPayments(client)
    return [
      ...wrongMoney(orders, payments, book),
      ...wrongGoods(orders, await readShipments(client)),
      ...(await wrongUnits(client, itemIds)),
      ...(await wrongMoves(client)),
      ...(await wrongEvents(client)),
    ]
  } finally {
    await client.query('COMMIT')
    client.release()
  }
}

async function readOrders(client: pg.PoolClient): Promise<OrderRow[]> {
  const { rows } = await client.query<OrderRow>(
    `SELECT o.id AS "orderId", o.status, o.total_price AS total,
            EXISTS (SELECT 1 FROM orders.reversal r WHERE r.order_id = o.id AND r.kind = 'CANCEL' AND r.status = 'DONE') AS canceled,
            EXISTS (SELECT 1 FROM orders.reversal r WHERE r.order_id = o.id AND r.kind = 'RETURN' AND r.status = 'DONE') AS returned,
            (SELECT coalesce(sum(f.amount), 0)::bigint FROM payments.refund f
              WHERE f.order_id = o.id AND f.cause LIKE 'staff:%') AS "staffKrw",
            (SELECT json_agg(json_build_object('itemId', l.item_id, 'quantity', l.quantity, 'status', l.status, 'returnedUnits',
                       (SELECT coalesce(sum(rl.quantity), 0) FROM orders.reversal r JOIN orders.reversal_line rl ON rl.reversal_id = r.id
                         WHERE r.order_id = o.id AND r.kind = 'RETURN' AND r.status = 'DONE' AND rl.item_id = l.item_id)))
               FROM orders.line l WHERE l.order_id = o.id) AS lines
       FROM orders.orders o ORDER BY o.id`,
  )
  return rows
}

async function readPayments(client: pg.PoolClient): Promise<PaymentRow[]> {
  const { rows } = await client.query<PaymentRow>(
    `SELECT p.id AS "paymentId", p.order_id AS "orderId", p.provider_order_id AS "providerOrderId", p.provider, p.status, p.captured,
            p.refunded, (SELECT coalesce(sum(f.amount), 0)::bigint FROM payments.refund f
                          WHERE f.payment_id = p.id AND f.status = 'DONE') AS "doneKrw"
       FROM payments.payment p WHERE p.provider <> 'FREE' ORDER BY p.id`,
  )
  return rows
}

async function readShipments(client: pg.PoolClient): Promise<ShipmentRow[]> {
  const { rows } = await client.query<ShipmentRow>(
    `SELECT s.order_id AS "orderId", s.direction, s.status,
            (SELECT r.status FROM orders.reversal r WHERE r.id = s.reversal_id) AS "reversalStatus",
            (SELECT json_agg(json_build_object('itemId', l.item_id, 'quantity', l.quantity))
               FROM shipments.line l WHERE l.shipment_id = s.id) AS lines
       FROM shipments.shipment s ORDER BY s.id`,
  )
  return rows
}

const isPaid = ({ status }: OrderRow): boolean => status !== 'CREATED' && ORDER_STATES[status].live

/** What its buyer still pays for: nothing of what was given back, whoever gave it. */
const worthOf = (order: OrderRow): number => (isPaid(order) ? Math.max(0, order.total - order.staffKrw) : 0)

/** Money by the provider's book against ours, and against what each order is worth. */
function wrongMoney(
  orders: readonly OrderRow[],
  payments: readonly PaymentRow[],
  book: readonly BookRow[],
): string[] {
  const booked = Map.groupBy(book, ({ provider, orderId }) => `${provider.toUpperCase()} ${orderId}`)
  const wrongs: string[] = []
  const kept = new Map<number, number[]>()
  for (const payment of payments) {
    const { orderId, paymentId, status, captured, refunded, doneKrw, provider, providerOrderId } = payment
    const name = `payment ${paymentId} of order ${orderId} (${provider} ${providerOrderId} ${status})`
    const its = booked.get(`${provider} ${providerOrderId}`) ?? []
    booked.delete(`${provider} ${providerOrderId}`)
    const charged = sum(its.map((one) => one.chargedKrw))
    const back = sum(its.map((one) => one.refundedKrw))
    if (its.some((one) => one.charges > 1)) wrongs.push(`${name} was charged more than once`)
    if (its.some((one) => one.refundedKrw > one.chargedKrw))
      wrongs.push(`${name} got more back than was charged`)
    // What was taken back before anybody knew of it was never ours.
    const isTakenBack = captured === 0 && charged === back
    if (!isTakenBack && (charged !== captured || back !== refunded))
      wrongs.push(`${name}: its provider says ${charged} - ${back}, we say ${captured} - ${refunded}`)
    if (doneKrw !== refunded) wrongs.push(`${name}: refunds of ${doneKrw}, but ${refunded} is back`)
    if (!agrees(payment)) wrongs.push(`${name} has ${captured} captured and ${refunded} back`)
    for (const one of its)
      if (one.chargedKrw > one.refundedKrw)
        kept.set(orderId, [...(kept.get(orderId) ?? []), one.chargedKrw - one.refundedKrw])
  }
  for (const [name, rows] of booked)
    if (sum(rows.map((one) => one.chargedKrw - one.refundedKrw)) !== 0)
      wrongs.push(`${name} is charged at the provider, and we know nothing of it`)
  for (const order of orders) {
    const keeps = kept.get(order.orderId) ?? []
    if (keeps.length > 1) wrongs.push(`order ${order.orderId} keeps ${keeps.length} charges: ${keeps.join()}`)
    if (sum(keeps) !== worthOf(order))
      wrongs.push(
        `order ${order.orderId} (${order.status}) is worth ${worthOf(order)}, and ${sum(keeps)} is kept`,
      )
  }
  return wrongs
}

function agrees({ status, captured, refunded }: PaymentRow): boolean {
  switch (status) {
    case 'INITIATED':
      return captured === 0
    case 'COMPLETED':
      return captured > 0 && refunded === 0
    case 'PARTIALLY_CANCELED':
      return 0 < refunded && refunded < captured
    case 'CANCELED':
    case 'FAILED':
      return refunded === captured
    default:
      return false
  }
}

/** Units on their way, by line, and states: those of lines and orders follow from the shipments'. */
function wrongGoods(orders: readonly OrderRow[], shipments: readonly ShipmentRow[]): string[] {
  const byOrder = Map.groupBy(shipments, ({ orderId }) => orderId)
  return orders.flatMap((order) => {
    const wrongs: string[] = []
    const out = (byOrder.get(order.orderId) ?? []).filter(({ direction }) => direction === 'OUT')
    const back = (byOrder.get(order.orderId) ?? []).filter(({ direction }) => direction === 'BACK')
    const isLive = isPaid(order)
    for (const { itemId, quantity, status, returnedUnits } of order.lines) {
      const sent = out.flatMap((one) => one.lines.filter((line) => line.itemId === itemId))
      const wanted = returnedUnits + (isLive ? quantity : 0)
      const units = sum(sent.map((line) => line.quantity))
      const name = `item ${itemId} of order ${order.orderId} (${order.status})`
      if (units !== wanted) wrongs.push(`${name}: ${units} units in shipments, ${wanted} of the order`)
      const now = lineStatusOf(order, { quantity, status })
      const carrier = out.find((one) => one.lines.some((line) => line.itemId === itemId))
      const expected = carrier && (SHIPMENT_STATES[carrier.status].line ?? 'PAID')
      if (isLive && quantity > 0 && now !== 'RETURN_REQUESTED' && now !== expected)
        wrongs.push(`${name} is ${now}, its shipment ${carrier?.status ?? 'missing'}`)
    }
    const lines = order.lines.map((line) => ({ ...line, status: lineStatusOf(order, line) }))
    if (isLive && statusOfLines(lines, order) !== order.status)
      wrongs.push(`order ${order.orderId} is ${order.status}, its lines say ${statusOfLines(lines, order)}`)
    for (const { status, reversalStatus } of back)
      if ((status === 'RETURNED') !== (reversalStatus === 'DONE'))
        wrongs.push(`a return of order ${order.orderId} is ${status}, its reversal ${reversalStatus}`)
    return wrongs
  })
}

/** Bank, ledger, and orders that add up. */
async function wrongUnits(client: pg.PoolClient, itemIds: readonly number[]): Promise<string[]> {
  const { rows } = await client.query<{ wrong: string }>(
    `WITH bank AS (
       SELECT k.item_id, k.total, k.available,
              k.available + coalesce((
                SELECT sum(l.quantity) FROM orders.line l JOIN orders.orders o ON o.id = l.order_id
                 WHERE l.item_id = k.item_id
                   AND o.status NOT IN ('EXPIRED', 'CANCELED', 'RETURNED', 'PAYMENT_FAILED', 'FAILED')), 0) AS bank,
              (SELECT sum(delta) FROM stock.ledger g WHERE g.item_id = k.item_id) AS ledger
         FROM stock.stock k WHERE k.item_id = ANY ($1)
     )
     SELECT format('item %s: %s of %s units, %s in stock, the ledger says %s', item_id, bank, total, available, ledger) AS wrong
       FROM bank WHERE bank <> total OR ledger IS DISTINCT FROM available OR available < 0
     UNION ALL
     SELECT format('the lines of order %s do not add up', o.id) FROM orders.orders o
       JOIN LATERAL (SELECT sum(l.quantity) AS units, sum(l.quantity::bigint * l.unit_price) AS price
                       FROM orders.line l WHERE l.order_id = o.id) l ON true
      WHERE l.units IS DISTINCT FROM o.quantity OR l.price IS DISTINCT FROM o.total_price`,
    [itemIds],
  )
  return rows.map(({ wrong }) => wrong)
}

/** Each shipment takes each of its steps once. */
async function wrongMoves(client: pg.PoolClient): Promise<string[]> {
  const { rows } = await client.query<{ wrong: string }>(
    `SELECT format('shipment %s became %s %s times', shipment_id, to_status, count(*)) AS wrong
       FROM shipments.history GROUP BY shipment_id, to_status HAVING count(*) > 1`,
  )
  return rows.map(({ wrong }) => wrong)
}

async function wrongEvents(client: pg.PoolClient): Promise<string[]> {
  const { rows } = await client.query<{ wrong: string }>(
    `SELECT format('an event of %s is a dead letter', source_name) AS wrong FROM pgboss.job
      WHERE name = 'dead-letters' AND source_name LIKE 'event.%'
     UNION ALL
     SELECT format('an event of %s failed', name) FROM pgboss.job WHERE name LIKE 'event.%' AND state IN ('failed', 'cancelled')`,
  )
  return rows.map(({ wrong }) => wrong)
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0)
