import { Type } from 'typebox'
import type { Http } from '../../platform/http.ts'
import { problems } from '../../platform/problem-schema.ts'
import { restock, type StockDeps } from './restock.ts'
import { DONE, ItemId, Reason } from './stock-view.ts'

const STOCKS = '/item-service/api/v1/stocks'
const INTERNAL_STOCKS = '/item-service/api/v1/internal/stocks'
const UNITS_PER_CHANGE_MAX = 1_000_000

const Units = Type.Integer({ minimum: 1, maximum: UNITS_PER_CHANGE_MAX, examples: [10] })

const UnitsRequest = Type.Object(
  {
    itemId: ItemId,
    quantity: Units,
    reason: Type.Optional(Reason),
    '@type': Type.Optional(
      Type.String({
        maxLength: 100,
        description: 'Of the first version of this API; has no meaning.',
        examples: ['ReqStockDto'],
      }),
    ),
  },
  { additionalProperties: false, examples: [{ itemId: 1, quantity: 10, reason: '입고' }] },
)

const UnitsQuery = Type.Object({ itemId: ItemId, quantity: Units })

const CHANGES = [
  {
    method: 'POST',
    sign: 1,
    summary: 'Add units',
    description:
      'The seller of the item, or an administrator, puts more units up for sale. They can be bought at once. An item has at most 1,000,000,000.',
    refused: problems('NOT_FOUND_STOCK'),
  },
  {
    method: 'PUT',
    sign: -1,
    summary: 'Take units away',
    description: 'Only units that are in no order can be taken away; if there are fewer, nothing changes.',
    refused: problems('NOT_FOUND_STOCK', 'NOT_ENOUGH_STOCK'),
  },
] as const

/** By how many there are to be more or fewer. The same twice over: with a body, and by administrators with a query. */
export function unitRoutes(http: Http, deps: StockDeps): void {
  for (const { method, sign, summary, description, refused } of CHANGES) {
    const response = { ...DONE, ...refused }
    http.route({
      method,
      url: STOCKS,
      schema: { tags: ['stock'], summary, description, body: UnitsRequest, response },
      async handler({ body: { itemId, quantity, reason }, caller, once }, reply) {
        await restock(deps, { caller, reason, once }, { itemId, delta: sign * quantity })
        return reply.code(204).send(null)
      },
    })
    http.route({
      method,
      url: INTERNAL_STOCKS,
      schema: {
        tags: ['internal'],
        summary: `${summary}, as an administrator`,
        description,
        querystring: UnitsQuery,
        response,
      },
      async handler({ query: { itemId, quantity }, caller, once }, reply) {
        await restock(deps, { caller, reason: undefined, once }, { itemId, delta: sign * quantity })
        return reply.code(204).send(null)
      },
    })
  }
}
