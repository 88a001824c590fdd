import { Type } from 'typebox'
import { CursorPageOf, CursorQuery } from '../../platform/cursor.ts'
import type { Database } from '../../platform/db.ts'
import type { Http } from '../../platform/http.ts'
import { PageOf, PageQuery } from '../../platform/page.ts'
import { problems } from '../../platform/problem-schema.ts'
import { readLedger } from './read-ledger.ts'
import { ItemParams } from './stock-view.ts'

const LedgerEntry = Type.Object({
  id: Type.Integer({ examples: [1042] }),
  reason: Type.Union(
    [
      Type.Literal('OPENED'),
      Type.Literal('PLACED'),
      Type.Literal('EXPIRED'),
      Type.Literal('CANCELED'),
      Type.Literal('RETURNED'),
      Type.Literal('RESTOCKED'),
      Type.Literal('REDUCED'),
      Type.Literal('REMOVED'),
    ],
    { description: 'What happened', examples: ['RESTOCKED'] },
  ),
  delta: Type.Integer({ description: 'Units that came, or went where it is negative', examples: [10] }),
  orders: Type.Integer({
    description: 'Orders that this entry is about, 0 where it is by hand',
    examples: [0],
  }),
  available: Type.Integer({ description: 'Units in no live order, after it', examples: [17] }),
  version: Type.Integer({ description: 'Of the stock, after it', examples: [5] }),
  actorId: Type.Union([Type.Integer({ examples: [101] }), Type.Null()], {
    description: 'Who did it; null where it was many buyers or the time',
  }),
  note: Type.Union([Type.String({ examples: ['입고'] }), Type.Null()], {
    description: 'Why, in the words of who did it',
  }),
  at: Type.String({ description: 'ISO 8601 in Korean time', examples: ['2026-01-02T12:34:56.789+09:00'] }),
})

const LedgerQuery = Type.Object({ ...PageQuery.properties, ...CursorQuery.properties })

export function ledgerRoute(http: Http, deps: { database: Database }): void {
  http.get(
    '/item-service/api/v1/stocks/items/:itemId/ledger',
    {
      schema: {
        tags: ['stock'],
        summary: 'Who moved units of an item, why, how many and when',
        description:
          'Newest first, for the seller of the item and administrators. By page; with `cursor` or `limit`, from one entry on to the next, which stays right while entries are added. Orders that were committed together are one entry.',
        params: ItemParams,
        querystring: LedgerQuery,
        response: {
          200: Type.Union([PageOf(LedgerEntry), CursorPageOf(LedgerEntry)]),
          ...problems('NOT_FOUND_STOCK', 'INVALID_CURSOR'),
        },
      },
    },
    async ({ params: { itemId }, query, caller }) => readLedger(deps, caller, { itemId, query }),
  )
}
