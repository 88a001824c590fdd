// The shop as seen by those who look after stock: with keys, headers of answers, and what the database says.
import { tokenOf, type Answer } from './buyers.ts'
import { SELLER, startShop, STOCKS, type SaleApp, type Who } from './sale-app.ts'

export interface Asked {
  who?: Who
  body?: unknown
  key?: string
  headers?: Record<string, string>
}

export interface StockShop extends SaleApp {
  ask(method: string, path: string, asked?: Asked): Promise<Answer>
  /** As the seller unless said otherwise. */
  raise(itemId: unknown, quantity: unknown, asked?: Asked): Promise<Answer>
  lower(itemId: unknown, quantity: unknown, asked?: Asked): Promise<Answer>
  set(itemId: number | string, quantity: unknown, asked?: Asked): Promise<Answer>
  /** What a reader is told. */
  left(itemId: number): Promise<unknown>
  /** What PostgreSQL says. */
  stockOf(itemId: number): Promise<{ total: number; available: number; version: number }>
  /** Oldest first. */
  ledgerOf(itemId: number): Promise<Record<string, unknown>[]>
  /** Oldest first, of stock alone. */
  auditOf(itemId: number): Promise<Record<string, unknown>[]>
}

export async function startStockShop(label: string, env: Record<string, string> = {}): Promise<StockShop> {
  const { client, database, stop } = await startShop(label, env)
  const ask: StockShop['ask'] = (method, path, { who, body, key, headers } = {}) =>
    client.send(method, path, {
      ...(who !== undefined && { token: tokenOf(who.userId, who.role) }),
      ...(body !== undefined && { body }),
      ...(key !== undefined && { key }),
      ...(headers !== undefined && { headers }),
    })
  const query: StockShop['query'] = async (text, values) =>
    (await database.query<Record<string, unknown>>(text, values)).rows
  const change =
    (method: string): StockShop['raise'] =>
    (itemId, quantity, { body = {}, ...asked } = {}) =>
      ask(method, STOCKS, { who: SELLER, body: { itemId, quantity, ...(body as object) }, ...asked })
  return {
    ask,
    query,
    stop,
    async call(method, path, { who, body, language } = {}) {
      const headers = language === undefined ? {} : { headers: { 'accept-language': language } }
      const answer = await ask(method, path, { ...(who && { who }), body, ...headers })
      return { status: answer.status, body: answer.body === '' ? {} : answer.body }
    },
    raise: change('POST'),
    lower: change('PUT'),
    set: (itemId, quantity, { body = {}, ...asked } = {}) =>
      ask('PUT', `${STOCKS}/items/${itemId}`, {
        who: SELLER,
        body: { quantity, ...(body as object) },
        ...asked,
      }),
    left: async (itemId) => (await ask('GET', `${STOCKS}/items/${itemId}`)).body.quantity,
    async stockOf(itemId) {
      const [row] = await query('SELECT total, available, version FROM stock.stock WHERE item_id = $1', [
        itemId,
      ])
      return row as { total: number; available: number; version: number }
    },
    ledgerOf: (itemId) =>
      query(
        'SELECT reason, delta, available, version, actor_id, note FROM stock.ledger WHERE item_id = $1 ORDER BY id',
        [itemId],
      ),
    auditOf: (itemId) =>
      query(
        `SELECT action, actor_id, before, after, reason FROM platform.audit
          WHERE subject = 'stock' AND subject_id = $1 ORDER BY id`,
        [itemId],
      ),
  }
}
