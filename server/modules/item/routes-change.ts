import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Database } from '../../platform/db.ts'
import { AppError, languageOf } from '../../platform/errors.ts'
import type { Http } from '../../platform/http.ts'
import { problems } from '../../platform/problem-schema.ts'
import type { StockApi } from '../stock/contract.ts'
import { inShopWords, readNewItem, readText } from './check-input.ts'
import {
  EditItemAnswer,
  EditItemRequest,
  ItemId,
  ItemIds,
  PublishItemAnswer,
  PublishItemRequest,
} from './contract.ts'
import { editItem } from './edit-item.ts'
import { etagWith, revisionOf } from './prepare-item.ts'
import { publishItem } from './publish-item.ts'
import { removeItems } from './remove-items.ts'
import type { Shelf } from './shelf.ts'

const ITEMS = '/item-service/api/v1/items'
const tags = ['items']
const params = Type.Object({ itemId: ItemId })

interface ChangeParts {
  database: Database
  stock: Pick<StockApi, 'openStock' | 'setPrice' | 'removeStocks' | 'announce'>
  shelf: Shelf
}

export function changeRoutes(http: Http, parts: ChangeParts): void {
  publishRoute(http, parts)
  editRoute(http, parts)
  removeRoutes(http, parts)
}

function publishRoute(http: Http, parts: ChangeParts): void {
  http.post(
    ITEMS,
    {
      schema: {
        tags,
        summary: 'Put an item up for sale',
        description:
          'A limited item (isReserved) needs an openTime; its limit per buyer is 1 unless given. Others are for sale at once.',
        body: PublishItemRequest,
        response: { 201: PublishItemAnswer },
      },
      errorHandler: explainMissingText,
    },
    async ({ body, caller, headers, once }, reply) => {
      const input = readNewItem(body, languageOf(headers['accept-language']))
      const { itemId } = await publishItem(parts, caller.userId, input, once)
      const item = await parts.shelf.read(itemId)
      if (item === undefined) throw new AppError('NOT_FOUND_ITEM')
      reply.header('etag', item.etag)
      return reply.code(201).send({ ...item.answer, stock: item.answer.quantity })
    },
  )
}

function editRoute(http: Http, parts: ChangeParts): void {
  http.put(
    `${ITEMS}/:itemId`,
    {
      schema: {
        tags,
        summary: 'Change name, description and price',
        description:
          'By its seller or an administrator. The price counts for orders from now on. With If-Match it is changed only if name, ' +
          'description and price are still those of that ETag; units that were sold meanwhile do not matter.',
        params,
        headers: Type.Object({
          'if-match': Type.Optional(Type.String({ description: 'ETag of the item as its editor saw it' })),
        }),
        body: EditItemRequest,
        response: { 200: EditItemAnswer, ...problems('NOT_FOUND_ITEM', 'PRECONDITION_FAILED') },
      },
      errorHandler: explainMissingText,
    },
    async ({ params: { itemId }, body, caller, headers, once }, reply) => {
      const { name, description, price } = readText(body, languageOf(headers['accept-language']))
      const item = { name, description, price }
      await editItem(parts, { caller, once, ifMatch: headers['if-match'] }, { itemId, ...item })
      reply.header('etag', await etagAfter(parts, itemId, revisionOf(item)))
      return { id: itemId, ...item }
    },
  )
}

/** Of what this caller has written, also where somebody else has written since: only then is it no tag of the whole item. */
async function etagAfter({ shelf }: ChangeParts, itemId: number, revision: string): Promise<string> {
  // It was changed, whether it can be read now or not.
  const now = await Promise.resolve(shelf.read(itemId)).catch(() => undefined)
  return now?.revision === revision ? now.etag : etagWith(revision, '0')
}

function removeRoutes(http: Http, parts: ChangeParts): void {
  const response = {
    204: Type.Null({ description: 'Gone' }),
    ...problems('NOT_FOUND_ITEM', 'ITEM_IN_USE'),
  }
  http.delete(
    `${ITEMS}/:itemId`,
    {
      schema: {
        tags,
        summary: 'Take an item off for good',
        description:
          'Refused while it has orders that are not cancelled, expired or returned, and while its limited sale is open.',
        params,
        response,
      },
    },
    async ({ params: { itemId }, caller, once }, reply) => {
      await removeItems(parts, { caller, once }, [itemId])
      return reply.code(204).send(null)
    },
  )
  http.delete(
    `${ITEMS}/batch`,
    {
      schema: {
        tags,
        summary: 'Take several items off for good',
        description:
          'All or none: nothing happens where one belongs to somebody else, has live orders or an open sale. Unknown ids are passed ' +
          'over unless there is no other.',
        body: ItemIds,
        response,
      },
    },
    async ({ body, caller, once }, reply) => {
      await removeItems(parts, { caller, once }, [...new Set(body)])
      return reply.code(204).send(null)
    },
  )
}

/** Throws on to the common error handler. */
function explainMissingText(error: Error, { body, headers }: FastifyRequest): never {
  if (!(error instanceof AppError) || error.code !== 'INVALID_INPUT_VALUE') throw error
  throw inShopWords(error, body, languageOf(headers['accept-language']))
}
