import { done } from '../../platform/done.ts'
import type { Http } from '../../platform/http.ts'
import { ShipRequest } from './contract.ts'
import { moveByHand, type HandDeps } from './move-by-hand.ts'
import { ShipmentParams, SHIPMENTS, tags } from './routes-read.ts'

/** Moves that need no more to be said. */
const STEPS = [
  {
    action: 'pack',
    summary: 'The goods are packed',
    description: 'From ACCEPTANCE to READY, earlier than by time. The buyer can still cancel.',
  },
  {
    action: 'deliver',
    summary: 'The goods have arrived',
    description: 'From SHIPPING to SHIPPED. From now on the buyer can return them, for a while.',
  },
  {
    action: 'receive',
    summary: 'Returned goods are back',
    description: 'From RETURN_REQUESTED to RETURNED, earlier than by time. The money of the return follows.',
  },
] as const

const REFUSALS = ['NOT_FOUND_SHIPMENT', 'SHIPMENT_NOT_MOVABLE'] as const
const REPEATED = 'For its seller and administrators. Once it is so, asking again changes nothing.'

export function shipmentActRoutes(http: Http, deps: HandDeps): void {
  for (const { action, summary, description } of STEPS)
    http.post(
      `${SHIPMENTS}/:shipmentId/${action}`,
      {
        schema: {
          tags,
          summary,
          description: `${description} ${REPEATED}`,
          params: ShipmentParams,
          response: done('Done', ...REFUSALS),
        },
      },
      async ({ caller, once, params: { shipmentId } }, reply) => {
        await moveByHand(deps, { caller, once, shipmentId, action })
        return reply.code(204).send(null)
      },
    )
  http.post(
    `${SHIPMENTS}/:shipmentId/ship`,
    {
      schema: {
        tags,
        summary: 'The goods are on their way',
        description: `From ACCEPTANCE or READY to SHIPPING, with whom and under which number; from now on the buyer can not cancel. What time has sent off can be told its number later. ${REPEATED}`,
        params: ShipmentParams,
        body: ShipRequest,
        response: done('Done', ...REFUSALS),
      },
    },
    async ({ caller, once, params: { shipmentId }, body: parcel }, reply) => {
      await moveByHand(deps, { caller, once, shipmentId, action: 'ship', parcel })
      return reply.code(204).send(null)
    },
  )
}
