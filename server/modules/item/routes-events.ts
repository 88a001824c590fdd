import { Type } from 'typebox'
import type { Http } from '../../platform/http.ts'
import { AppError } from '../../platform/errors.ts'
import { problems } from '../../platform/problem-schema.ts'
import { ItemId } from './contract.ts'
import type { ItemEvents } from './item-events.ts'
import type { Shelf } from './shelf.ts'

const EXAMPLE = `event: state
data: {"itemId":1,"name":"한정판 머그컵","price":12000,"limited":true,"available":7,"status":"OPEN","held":2,"sold":1,"total":10,"openTime":"2026-01-02T12:00:00.000+09:00","closeTime":null,"limitPerBuyer":1,"holdSeconds":300,"serverTime":"2026-01-02T12:34:56.789+09:00"}
`

export function eventsRoute(http: Http, { shelf, events }: { shelf: Shelf; events: ItemEvents }): void {
  http.get(
    '/item-service/api/v1/items/:itemId/events',
    {
      schema: {
        tags: ['items'],
        summary: 'Follow an item as server-sent events',
        description:
          '`state`: the whole state, at once and whenever it has changed, at most 5 times a second; the state of a sale changes on time. ' +
          '`beat`: every 15 seconds, nothing new. `gone`: the item was taken off. What is not sold in a sale has null there.',
        params: Type.Object({ itemId: ItemId }),
        response: {
          200: {
            description: 'A stream of events',
            content: { 'text/event-stream': { schema: Type.String({ examples: [EXAMPLE] }) } },
          },
          ...problems('NOT_FOUND_ITEM'),
        },
      },
    },
    async ({ params: { itemId } }, reply) => {
      const item = await shelf.read(itemId)
      if (item === undefined) throw new AppError('NOT_FOUND_ITEM')
      events.join(reply, item)
      return reply as never
    },
  )
}
