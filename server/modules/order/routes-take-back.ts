// Buyers take back what they have ordered: before it is shipped, and after.
import { Type } from 'typebox'
import type { Caller } from '../../platform/auth.ts'
import { AppError } from '../../platform/errors.ts'
import type { Http } from '../../platform/http.ts'
import type { Once } from '../../platform/kept-answers.ts'
import { problems } from '../../platform/problem-schema.ts'
import { OrderParams, TakeBackQuery, TakeBackRequest } from './bodies.ts'
import { cancel, type CancelDeps } from './cancel.ts'
import type { Chosen } from './chosen-units.ts'
import { returnGoods } from './return.ts'
import { ORDERS } from './routes-history.ts'

/** As many lines as an order may have, each as long as it can be. */
const BODY_BYTES_MAX = 256 * 1024

const WHICH =
  'The whole order without a body; one line by `?itemId=`, several by a list of their ids or by `orderItemIds`, some units by `lines` – one of them at a time.'

export type TakeBackRouteDeps = CancelDeps

export function takeBackRoutes(http: Http, deps: TakeBackRouteDeps): void {
  http.put(
    `${ORDERS}/:orderId/cancel`,
    {
      bodyLimit: BODY_BYTES_MAX,
      schema: {
        tags: ['orders'],
        summary: 'Cancel an order, or some of it, before it is shipped',
        description: `${WHICH} Unpaid units are for sale again at once; what is paid is CANCEL_REQUESTED until its money is back. Nothing happens where it is cancelled already.`,
        params: OrderParams,
        querystring: TakeBackQuery,
        body: TakeBackRequest,
        response: {
          204: Type.Null({ description: 'Cancelled, or asked for' }),
          ...problems(
            'NOT_FOUND_ORDER',
            'NOT_FOUND_ORDER_ITEM',
            'ORDER_NOT_CANCELABLE',
            'PAYMENT_IN_PROGRESS',
            'ALREADY_SHIPPING',
          ),
        },
      },
    },
    async (request, reply) => {
      await cancel(deps, toTakeBack(request))
      return reply.code(204).send(null)
    },
  )
  http.put(
    `${ORDERS}/:orderId/return`,
    {
      bodyLimit: BODY_BYTES_MAX,
      schema: {
        tags: ['orders'],
        summary: 'Return delivered goods, or some of them',
        description: `${WHICH} Within seven days of the delivery of each line. The money follows when the seller has the goods.`,
        params: OrderParams,
        querystring: TakeBackQuery,
        body: TakeBackRequest,
        response: {
          204: Type.Null({ description: 'Asked for' }),
          ...problems('NOT_FOUND_ORDER', 'NOT_FOUND_ORDER_ITEM', 'NO_RETURN'),
        },
      },
    },
    async (request, reply) => {
      await returnGoods(deps, toTakeBack(request))
      return reply.code(204).send(null)
    },
  )
}

function toTakeBack({
  params,
  query,
  body,
  caller,
  once,
}: {
  params: { orderId: number }
  query: TakeBackQuery
  body: TakeBackRequest
  caller: Caller
  once: Once | undefined
}): Parameters<typeof cancel>[1] {
  const given = Array.isArray(body) ? { orderItemIds: body } : (body ?? {})
  return {
    orderId: params.orderId,
    buyerId: caller.userId,
    once,
    what: whatOf(query.itemId, given),
    reason: given.cancelReason,
  }
}

function whatOf(itemId: number | undefined, body: Exclude<TakeBackRequest, null | number[]>): Chosen {
  const { lines, orderItemIds } = body
  const named = Object.entries({ itemId, orderItemIds, lines }).filter(([, value]) => value !== undefined)
  if (named.length > 1) {
    const reason = {
      ko: '대상을 한 가지 방법으로만 지정해주세요.',
      en: 'Name what it is about in one way only.',
    }
    throw new AppError('INVALID_INPUT_VALUE', {
      fields: named.map(([field]) => ({ field, value: '', reason })),
    })
  }
  if (itemId !== undefined) return { kind: 'lines', itemIds: [itemId], field: 'itemId' }
  if (orderItemIds !== undefined) return { kind: 'lines', itemIds: orderItemIds, field: 'orderItemIds' }
  return lines === undefined ? { kind: 'order' } : { kind: 'units', lines }
}
