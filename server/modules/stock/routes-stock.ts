import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { AppError } from '../../platform/errors.ts'
import type { Http } from '../../platform/http.ts'
import { sendPrepared } from '../../platform/prepared-answer.ts'
import { problems } from '../../platform/problem-schema.ts'
import { clearStock } from './clear-stock.ts'
import { STOCK_UNITS_MAX } from './contract.ts'
import type { StockRead, StockReads } from './read-stock.ts'
import type { StockDeps } from './restock.ts'
import { setUnits } from './set-units.ts'
import { DONE, ItemIds, ItemParams, Reason, tagOf, UnitsLeft } from './stock-view.ts'

const STOCKS = '/item-service/api/v1/stocks'
const STOCK = `${STOCKS}/items/:itemId`
const tags = ['stock']

export function stockReadRoutes(http: Http, reads: StockReads): void {
  readRoute(http, reads)
  batchRoute(http, reads)
}

export function stockWriteRoutes(http: Http, deps: StockDeps): void {
  setRoute(http, deps)
  clearRoutes(http, deps)
}

const IfNoneMatch = Type.Object({
  'if-none-match': Type.Optional(
    Type.String({
      description: 'The ETag that was seen last: 304 where it is still right',
      examples: ['"5-10"'],
    }),
  ),
})

function readRoute(http: Http, reads: StockReads): void {
  http.get(
    STOCK,
    {
      schema: {
        tags,
        summary: 'Units left of an item',
        description: 'Units in no live order, as committed less than a second ago.',
        params: ItemParams,
        headers: IfNoneMatch,
        response: {
          200: UnitsLeft,
          304: Type.Null({ description: 'As it was' }),
          ...problems('NOT_FOUND_STOCK'),
        },
      },
    },
    // Nearly always the number is there: no promise then, which costs as much as all the rest.
    ({ params: { itemId } }, reply) => {
      const stock = reads.read(itemId)
      if (!(stock instanceof Promise)) return sendStock(reply, stock)
      return stock.then((one) => {
        sendStock(reply, one)
        return reply
      }) as never
    },
  )
}

function sendStock(reply: FastifyReply, stock: StockRead | undefined): void {
  if (stock === undefined) throw new AppError('NOT_FOUND_STOCK')
  sendPrepared(reply, stock.etag, () => stock.text)
}

function batchRoute(http: Http, reads: StockReads): void {
  http.post(
    `${STOCKS}/batch`,
    {
      schema: {
        tags,
        summary: 'Units left of many items',
        description: 'By id, as committed less than a second ago. An id that is of no item has 0.',
        body: ItemIds,
        response: {
          200: Type.Record(Type.String({ pattern: '^[0-9]+$' }), Type.Integer({ examples: [10] }), {
            description: 'Units left, by id of the item',
            examples: [{ 1: 10, 2: 0 }],
          }),
        },
      },
    },
    async ({ body }) => {
      const stocks = await reads.readMany(body)
      return Object.fromEntries(body.map((itemId, at) => [itemId, stocks[at]?.quantity ?? 0]))
    },
  )
}

function setRoute(http: Http, deps: StockDeps): void {
  http.put(
    STOCK,
    {
      schema: {
        tags,
        summary: 'Set how many units are left',
        description:
          'Units in orders stay theirs, so the total follows. With If-Match and the ETag of the stock that was read, only where nothing has changed since.',
        params: ItemParams,
        headers: IfMatch,
        body: SetRequest,
        response: { 200: UnitsLeft, ...problems('NOT_FOUND_STOCK', 'PRECONDITION_FAILED') },
      },
    },
    async ({ params: { itemId }, body: { quantity, reason }, caller, once, headers }, reply) => {
      const hand = { caller, reason, once }
      const stock = await setUnits(deps, hand, { itemId, quantity, ifMatch: headers['if-match'] })
      return reply.header('etag', tagOf(stock)).send({ quantity: stock.available })
    },
  )
}

const IfMatch = Type.Object({
  'if-match': Type.Optional(
    Type.String({ description: 'The ETag of the stock that was read', examples: ['"5-10"'] }),
  ),
})

const SetRequest = Type.Object(
  {
    quantity: Type.Integer({ minimum: 0, maximum: STOCK_UNITS_MAX, examples: [25] }),
    reason: Type.Optional(Reason),
  },
  { additionalProperties: false },
)

function clearRoutes(http: Http, deps: StockDeps): void {
  http.delete(
    STOCK,
    {
      schema: {
        tags,
        summary: 'Take every unit away that is in no order',
        description: 'The item stays, with nothing left, and can be restocked.',
        params: ItemParams,
        response: { ...DONE, ...problems('NOT_FOUND_STOCK') },
      },
    },
    async ({ params: { itemId }, caller, once }, reply) => {
      const hand = { caller, reason: undefined, once }
      await clearStock(deps, hand, { itemIds: [itemId], missing: 'NOT_FOUND_STOCK' })
      return reply.code(204).send(null)
    },
  )
  http.delete(
    `${STOCKS}/batch`,
    {
      schema: {
        tags,
        summary: 'Take every unit of many items away that is in no order',
        description:
          'All of them or none: one item of somebody else refuses the request. Ids that are of no item are passed over.',
        body: ItemIds,
        response: { ...DONE, ...problems('NOT_FOUND_ITEM') },
      },
    },
    async ({ body, caller, once }, reply) => {
      const hand = { caller, reason: undefined, once }
      await clearStock(deps, hand, { itemIds: body, missing: 'NOT_FOUND_ITEM' })
      return reply.code(204).send(null)
    },
  )
}
