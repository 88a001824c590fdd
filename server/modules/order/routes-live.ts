import { Type } from 'typebox'
import { AppError } from '../../platform/errors.ts'
import type { Database } from '../../platform/db.ts'
import type { Http } from '../../platform/http.ts'
import { requireOwner } from '../../platform/ownership.ts'
import { problems } from '../../platform/problem-schema.ts'
import type { StockApi } from '../stock/contract.ts'
import type { LiveSales } from './live-sale.ts'

const EXAMPLE = `event: second
data: {"itemId":1,"at":1767324896789,"sale":{"status":"OPEN","openTime":"2026-01-02T12:00:00.000+09:00","closeTime":null,"limitPerBuyer":1,"holdSeconds":300},"units":{"total":10,"available":5,"held":3,"sold":2},"perSecond":{"claims":12,"placed":3,"paid":1,"expired":0,"canceled":0},"seconds":1,"refusals":{"sold_out":8},"latencyMs":{"p50":1.9,"p99":6.5},"gate":{"kind":"memory","inFlight":0,"isAway":false},"processes":1}
`

export function liveSaleRoute(
  http: Http,
  { database, stock, live }: { database: Database; stock: Pick<StockApi, 'readSales'>; live: LiveSales },
): void {
  http.get(
    '/order-service/api/v1/sales/:itemId/live',
    {
      schema: {
        tags: ['orders'],
        summary: 'Watch a sale as server-sent events',
        description:
          'For its seller. `recent`: the seconds before, oldest first; `second`: every second what was asked of it and came of it, its units counted from the orders and ' +
          'from the stock row in one snapshot (less often where it is very large: `seconds` since the last), refusals, how long claims took, and the gate; ' +
          '`stale`: the database is away; `gone`: the item is.',
        params: Type.Object({
          itemId: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, examples: [1] }),
        }),
        response: {
          200: {
            description: 'A stream of events',
            content: { 'text/event-stream': { schema: Type.String({ examples: [EXAMPLE] }) } },
          },
          ...problems('NOT_FOUND_ITEM', 'NOT_LIMITED_ITEM'),
        },
      },
    },
    async ({ caller, params: { itemId } }, reply) => {
      const [sale] = await stock.readSales(database.db, [itemId])
      if (sale === undefined) throw new AppError('NOT_FOUND_ITEM')
      requireOwner(caller, sale.sellerId)
      if (!sale.isLimited) throw new AppError('NOT_LIMITED_ITEM')
      live.join(reply, itemId)
      return reply as never
    },
  )
}
