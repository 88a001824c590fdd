import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { AppError, languageOf } from '../../platform/errors.ts'
import type { Http } from '../../platform/http.ts'
import { PageOf, PageQuery, toPageRequest } from '../../platform/page.ts'
import { problems } from '../../platform/problem-schema.ts'
import { inShopWords, readNewItem, readText } from './check-input.ts'
import {
  EditItemAnswer,
  EditItemRequest,
  ItemAnswer,
  ItemId,
  PublishItemAnswer,
  PublishItemRequest,
} from './contract.ts'
import { editItem } from './edit-item.ts'
import { publishItem, type ItemDeps } from './publish-item.ts'
import { listItems, readItem } from './read-items.ts'
import { removeItem } from './remove-item.ts'

const ITEMS = '/item-service/api/v1/items'
const ITEM = `${ITEMS}/:itemId`
const tags = ['items']
const params = Type.Object({ itemId: ItemId })
const notAllowed = ['INVALID_INPUT_VALUE', 'UNAUTHENTICATED', 'UNAUTHORIZED_ACCESS'] as const

export function itemRoutes(http: Http, deps: ItemDeps): void {
  readRoutes(http, deps)
  publishRoute(http, deps)
  changeRoutes(http, deps)
}

function publishRoute(http: Http, deps: ItemDeps): void {
  http.post(
    ITEMS,
    {
      schema: {
        tags,
        summary: 'Put an item up for sale',
        description:
          'A limited item (isReserved) needs an openTime; its limit per buyer is 1 unless given. Others are for sale at once.',
        body: PublishItemRequest,
        response: { 201: PublishItemAnswer, ...problems(...notAllowed) },
      },
      errorHandler: explainMissingText,
    },
    async ({ body, caller, headers }, reply) => {
      const item = readNewItem(body, languageOf(headers['accept-language']))
      const { itemId } = await publishItem(deps, caller.userId, item)
      const detail = await readItem(deps, itemId)
      return reply.code(201).send({ ...detail, stock: detail.quantity })
    },
  )
}

function changeRoutes(http: Http, deps: ItemDeps): void {
  http.put(
    ITEM,
    {
      schema: {
        tags,
        summary: 'Change name, description and price',
        description: 'By its seller or an administrator. The price counts for orders from now on.',
        params,
        body: EditItemRequest,
        response: { 200: EditItemAnswer, ...problems(...notAllowed, 'NOT_FOUND_ITEM') },
      },
      errorHandler: explainMissingText,
    },
    async ({ params: { itemId }, body, caller, headers }) => {
      const { name, description, price } = readText(body, languageOf(headers['accept-language']))
      await editItem(deps, caller, itemId, { name, description, price })
      return { id: itemId, name, description, price }
    },
  )
  http.delete(
    ITEM,
    {
      schema: {
        tags,
        summary: 'Take an item off for good',
        description:
          'Refused while it has orders that are not cancelled, expired or returned, and while its limited sale is open.',
        params,
        response: {
          204: Type.Null({ description: 'Gone' }),
          ...problems(...notAllowed, 'NOT_FOUND_ITEM', 'ITEM_IN_USE'),
        },
      },
    },
    async ({ params: { itemId }, caller }, reply) => {
      await removeItem(deps, caller, itemId)
      return reply.code(204).send(null)
    },
  )
}

function readRoutes(http: Http, deps: ItemDeps): void {
  http.get(
    ITEMS,
    {
      schema: {
        tags,
        summary: 'List items, newest first',
        description: 'saleStatus is of limited items only.',
        querystring: PageQuery,
        response: { 200: PageOf(ItemAnswer), ...problems('INVALID_INPUT_VALUE') },
      },
    },
    async ({ query }) => listItems(deps, toPageRequest(query)),
  )
  http.get(
    ITEM,
    {
      schema: {
        tags,
        summary: 'One item, with the state of its sale',
        description:
          'Units and rules as last committed. serverTime is the clock that decides: count down by it.',
        params,
        response: { 200: ItemAnswer, ...problems('INVALID_INPUT_VALUE', 'NOT_FOUND_ITEM') },
      },
    },
    async ({ params: { itemId } }) => readItem(deps, itemId),
  )
}

/** Throws on to the common error handler. */
function explainMissingText(error: Error, { body, headers }: FastifyRequest): never {
  if (!(error instanceof AppError) || error.code !== 'INVALID_INPUT_VALUE') throw error
  throw inShopWords(error, body, languageOf(headers['accept-language']))
}
