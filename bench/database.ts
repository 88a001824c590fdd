// What the bench writes into the database by itself: items, earlier orders, holds.
import pg from 'pg'

export type Client = pg.Client

export async function connect(url: string): Promise<Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'hurry-up-order bench' })
  // A lost connection fails the statement in hand; that is enough.
  client.on('error', () => undefined)
  await client.connect()
  return client
}

const SELLER_ID = 900_000_000
/** Buyers of `addOrders`: not among the seeded ones. */
const EARLIER_BUYER_ID = 500_000_000
export const UNIT_PRICE = 99_000
export const HUGE_STOCK = 100_000_000

/** A limited item that is open, with a limit nobody reaches and holds that outlast the bench. */
export async function createItem(client: Client, units: number): Promise<number> {
  const { rows } = await client.query<{ id: string }>(
    `WITH item AS (
       INSERT INTO items.item (seller_id, name, description, is_limited)
       VALUES ($1, 'bench', 'an item of the bench', true) RETURNING id
     ), stock AS (
       INSERT INTO stock.stock (item_id, seller_id, is_limited, unit_price, total, available, open_time,
                                limit_per_buyer, hold_seconds)
       SELECT id, $1, true, $2, $3, $3, now() - interval '1 minute', 1000000, 604800 FROM item
     ), entry AS (
       INSERT INTO stock.ledger (item_id, reason, delta, available, version, at)
       SELECT id, 'OPENED', $3, $3, 1, now() FROM item
     )
     SELECT id FROM item`,
    [SELLER_ID, UNIT_PRICE, units],
  )
  return Number(rows[0]!.id)
}

/** Normal items, for sale at once. */
export async function createNormalItems(client: Client, count: number, units = 1_000_000): Promise<number[]> {
  const { rows } = await client.query<{ id: string }>(
    `WITH item AS (
       INSERT INTO items.item (seller_id, name, description, is_limited)
       SELECT $1, 'bench', 'an item of the bench', false FROM generate_series(1, $4::integer) RETURNING id
     ), stock AS (
       INSERT INTO stock.stock (item_id, seller_id, is_limited, unit_price, total, available, hold_seconds)
       SELECT id, $1, false, $2, $3, $3, 604800 FROM item
     ), entry AS (
       INSERT INTO stock.ledger (item_id, reason, delta, available, version, at)
       SELECT id, 'OPENED', $3, $3, 1, now() FROM item
     )
     SELECT id FROM item ORDER BY id`,
    [SELLER_ID, UNIT_PRICE, units, count],
  )
  return rows.map(({ id }) => Number(id))
}

export async function createNormalItem(client: Client, units: number): Promise<number> {
  const [itemId = 0] = await createNormalItems(client, 1, units)
  return itemId
}

const KINDS = ['머그컵', '가죽 지갑', '포스터', '굿즈', '티켓', '인형', '우산', '스웨터', '키링', '노트']
const MOODS = ['한정판', '수제', '빈티지', '여름', '겨울', '서울', '제주', '클래식', '미니', '대형']

/** Items with Korean names, a tenth of them limited. */
export async function addCatalogue(client: Client, count: number): Promise<void> {
  await client.query(
    `WITH item AS (
       INSERT INTO items.item (seller_id, name, description, is_limited)
       SELECT $1 + n % 50, ($3::text[])[(n / 7) % 10 + 1] || ' ' || ($4::text[])[n % 10 + 1] || ' ' || n,
              ($4::text[])[n % 10 + 1] || ' 좋아하는 분을 위한 ' || ($3::text[])[(n / 3) % 10 + 1] || ' 상품입니다.', n % 10 = 0
         FROM generate_series(1, $5::integer) AS n
       RETURNING id, seller_id, is_limited
     )
     INSERT INTO stock.stock (item_id, seller_id, is_limited, unit_price, total, available, open_time,
                              limit_per_buyer, hold_seconds)
     SELECT id, seller_id, is_limited, $2 + (id % 1000)::integer * 100, 100, 100,
            CASE WHEN is_limited THEN now() + (id % 100 - 50) * interval '1 hour' END,
            CASE WHEN is_limited THEN 1 END, 300 FROM item`,
    [SELLER_ID, 1_000, MOODS, KINDS, count],
  )
  await client.query('ANALYZE items.item, stock.stock')
}

/** Orders placed before the run, one unit each, by buyers of their own or by the given ones in turn. */
export async function addOrders(
  client: Client,
  orders: {
    itemId: number
    count: number
    status: 'CREATED' | 'PAID'
    payBy: Date
    /** Of the seeded buyers, in turn; otherwise by strangers, one order each. */
    buyers?: { first: number; count: number }
  },
): Promise<void> {
  const { itemId, count, status, payBy } = orders
  const buyers = orders.buyers ?? { first: EARLIER_BUYER_ID, count }
  await client.query('BEGIN')
  await client.query(
    `WITH new AS MATERIALIZED (
       SELECT nextval('orders.order_id') AS id, n, $3::bigint + (n - 1) % $4::bigint AS buyer
         FROM generate_series(1, $2::integer) AS n
     ), line AS (
       INSERT INTO orders.line (order_id, item_id, quantity, unit_price) SELECT id, $1, 1, $5 FROM new
     )
     INSERT INTO orders.orders (id, buyer_id, sale_item_id, idem_key, quantity, total_price, status, sale_sequence,
                                commit_no, created_at, hold_seconds, pay_by)
     SELECT id, buyer, $1, gen_random_uuid()::text, 1, $5, $6, n, n, now(), 300, $7 FROM new`,
    [itemId, count, buyers.first, buyers.count, UNIT_PRICE, status, payBy],
  )
  await client.query(
    `WITH stock AS (
       UPDATE stock.stock SET available = available - $2, version = version + 1, commit_no = commit_no + $2
        WHERE item_id = $1 RETURNING available, version
     )
     INSERT INTO stock.ledger (item_id, reason, delta, orders, available, version, at)
     SELECT $1, 'PLACED', -$2::integer, $2, available, version, now() FROM stock`,
    [itemId, count],
  )
  await client.query('COMMIT')
}

/** Nobody sells now: forgets all orders, items and their ledgers, and gives their space back. */
export async function emptyOrders(client: Client): Promise<void> {
  await client.query('TRUNCATE orders.orders, orders.line, stock.ledger, stock.stock, items.item')
}

/** Transactions of the whole database so far, everybody's. */
export async function countTransactions(client: Client, database: string): Promise<number> {
  const { rows } = await client.query<{ count: string }>(
    'SELECT xact_commit + xact_rollback AS count FROM pg_stat_database WHERE datname = $1',
    [database],
  )
  return Number(rows[0]!.count)
}
