// The check behind paid orders: what the service says, what its database has, and what the provider's own book says must be the same.
import type { Client } from './database.ts'

/** What is wrong with the money of an item's orders, and with that of everything in the book. Empty: all is well. */
export async function findMoneyFaults(
  client: Client,
  simulatorUrl: string,
  { itemId, paid }: { itemId: number; paid: number },
): Promise<string[]> {
  const faults: string[] = []
  const expect = (name: string, is: unknown, should: number): void => {
    if (Number(is) !== should)
      faults.push(`item ${itemId}: ${name} is ${String(is)}, but should be ${should}`)
  }
  const { rows } = await client.query<Record<string, string>>(
    `SELECT count(*) FILTER (WHERE o.status = 'PAID') AS orders,
            count(p.id) AS payments, coalesce(sum(p.captured - o.total_price), 0) AS difference,
            count(*) FILTER (WHERE (o.status = 'PAID') <> (p.id IS NOT NULL)) AS halves,
            count(s.id) AS shipments
       FROM orders.orders o
       LEFT JOIN payments.payment p ON p.order_id = o.id AND p.status = 'COMPLETED'
       LEFT JOIN shipments.shipment s ON s.order_id = o.id
      WHERE o.sale_item_id = $1`,
    [itemId],
  )
  const row = rows[0]!
  expect('the number of paid orders', row['orders'], paid)
  expect('the number of completed payments', row['payments'], paid)
  expect('charged less what the orders cost', row['difference'], 0)
  expect('orders paid without a payment, or the other way round', row['halves'], 0)
  expect('the number of shipments', row['shipments'], paid)

  const all = await client.query<{ payments: string; captured: string; open: string }>(
    `SELECT count(*) FILTER (WHERE captured > 0) AS payments, coalesce(sum(captured), 0) AS captured,
            count(*) FILTER (WHERE status IN ('CONFIRMING', 'UNKNOWN')) AS open
       FROM payments.payment`,
  )
  const { payments, captured, open } = all.rows[0]!
  const answer = await fetch(`${simulatorUrl}/control/book?provider=toss`)
  const { totals } = (await answer.json()) as { totals: Record<string, number> }
  expect('the number of charges by the book', totals['charges'], Number(payments))
  expect('the sum of charges by the book', totals['chargedKrw'], Number(captured))
  expect('what went back by the book', totals['refundedKrw'], 0)
  expect('the number of orders charged twice by the book', totals['ordersChargedTwice'], 0)
  expect('the number of payments that are being checked', open, 0)
  return faults
}

/** How long the events of an item's paid orders waited until they were handled. */
export async function readEventTimes(
  client: Client,
  itemId: number,
): Promise<{ waiting: number; oldestSeconds: number; medianSeconds: number }> {
  const { rows } = await client.query<{ waiting: number; oldest: number | null; median: number | null }>(
    `SELECT count(*) FILTER (WHERE age IS NULL)::integer AS waiting, max(age)::float8 AS oldest,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY age)::float8 AS median
       FROM (SELECT extract(epoch FROM j.completed_on - j.created_on) AS age
               FROM pgboss.job j
              CROSS JOIN LATERAL jsonb_array_elements(coalesce(j.data->'events', jsonb_build_array(j.data))) AS event
               JOIN orders.orders o ON o.id = (event->'data'->>'orderId')::bigint
              WHERE j.name LIKE 'event.order.paid.%' AND o.sale_item_id = $1) ages`,
    [itemId],
  )
  const { waiting, oldest, median } = rows[0]!
  return { waiting, oldestSeconds: oldest ?? 0, medianSeconds: median ?? 0 }
}
