import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { CursorPageOf, isByCursor, limitOf } from '../../platform/cursor.ts'
import { AppError } from '../../platform/errors.ts'
import { etagOf } from '../../platform/etag.ts'
import type { Http } from '../../platform/http.ts'
import { PageOf, toPageRequest } from '../../platform/page.ts'
import { problems } from '../../platform/problem-schema.ts'
import { ItemAnswer, ItemId, ItemIds } from './contract.ts'
import type { ItemLists } from './list-items.ts'
import { ListQuery, readPlace, toShelfQuery } from './list-query.ts'
import { timedText, withHoles, type PreparedItem } from './prepare-item.ts'
import { sendText } from './send-text.ts'
import type { Shelf } from './shelf.ts'

const SERVICE = '/item-service/api/v1'
const headers = Type.Object({
  'if-none-match': Type.Optional(Type.String({ description: 'ETag of an answer that the caller has' })),
})
const NOT_MODIFIED = { 304: Type.Null({ description: 'The caller has this very answer' }) }

interface ReadParts {
  shelf: Shelf
  lists: ItemLists
}

export function readRoutes(http: Http, parts: ReadParts): void {
  listRoute(http, parts)
  for (const { path, tags } of [
    { path: `${SERVICE}/items`, tags: ['items'] },
    { path: `${SERVICE}/internal/items`, tags: ['internal'] },
  ]) {
    itemRoute(http, parts.shelf, { url: `${path}/:itemId`, tags })
    batchRoute(http, parts.shelf, { url: `${path}/batch`, tags })
  }
}

function listRoute(http: Http, { shelf, lists }: ReadParts): void {
  http.get(
    `${SERVICE}/items`,
    {
      schema: {
        tags: ['items'],
        summary: 'List items, newest first',
        description:
          'With page and size a page by its number; with limit, and cursor for what follows, a part of the list that stays the same ' +
          'when items are added. Found by words, kind, state of the sale (which only limited items have), price and seller. ' +
          'What others change is seen within a second. The clock is no part of the ETag.',
        querystring: ListQuery,
        headers,
        response: {
          200: Type.Union([PageOf(ItemAnswer), CursorPageOf(ItemAnswer)]),
          ...NOT_MODIFIED,
          ...problems('INVALID_CURSOR'),
        },
      },
    },
    async (request, reply) => {
      const { query } = request
      const about = toShelfQuery(query)
      const list = isByCursor(query)
        ? await lists.partAfter(about, {
            after: query.cursor === undefined ? undefined : readPlace(query.cursor, about.sort),
            limit: limitOf(query),
          })
        : await lists.page(about, toPageRequest(query))
      sendText(reply, list, shelf.time)
      return reply
    },
  )
}

interface Place {
  url: string
  tags: string[]
}

function itemRoute(http: Http, shelf: Shelf, { url, tags }: Place): void {
  const send = (reply: FastifyReply, item: PreparedItem | undefined): void => {
    if (item === undefined) throw new AppError('NOT_FOUND_ITEM')
    sendText(reply, item, shelf.time)
  }
  http.get(
    url,
    {
      schema: {
        tags,
        summary: 'One item, with the state of its sale',
        description:
          'Units and rules as committed less than a second ago; the state of a sale changes on time. serverTime is the clock that ' +
          'decides: count down by it. The first part of the ETag, up to the dot, is what editing changes.',
        params: Type.Object({ itemId: ItemId }),
        headers,
        response: { 200: ItemAnswer, ...NOT_MODIFIED, ...problems('NOT_FOUND_ITEM') },
      },
    },
    // Nearly always the answer is there: no promise then, which costs as much as all the rest.
    ({ params: { itemId } }, reply) => {
      const item = shelf.read(itemId)
      if (!(item instanceof Promise)) return send(reply, item)
      return item.then((one) => {
        send(reply, one)
        return reply
      }) as never
    },
  )
}

function batchRoute(http: Http, shelf: Shelf, { url, tags }: Place): void {
  http.post(
    url,
    {
      schema: {
        tags,
        summary: 'Several items at once',
        description: 'In the order of the ids; null where there is no such item.',
        body: ItemIds,
        headers,
        response: {
          200: Type.Array(Type.Union([ItemAnswer, Type.Null()]), { description: 'The items' }),
          ...NOT_MODIFIED,
        },
      },
    },
    async ({ body }, reply) => {
      const items = await shelf.readMany(body)
      const text = `[${items.map((item) => (item === undefined ? 'null' : withHoles(item.text))).join(',')}]`
      sendText(reply, { text: timedText(text), etag: etagOf(text) }, shelf.time)
      return reply
    },
  )
}
