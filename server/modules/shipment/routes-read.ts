import { Type } from 'typebox'
import { CursorPageOf, CursorQuery } from '../../platform/cursor.ts'
import type { Http } from '../../platform/http.ts'
import { problems } from '../../platform/problem-schema.ts'
import { OrderId } from '../order/contract.ts'
import {
  BuyerShipment,
  SellerShipment,
  SellerShipmentsQuery,
  ShipmentDetail,
  ShipmentId,
} from './contract.ts'
import { listForOrder, listOwn, readOne, type ReadDeps } from './read-shipments.ts'

export const SHIPMENTS = '/order-service/api/v1/shipments'
export const ShipmentParams = Type.Object({ shipmentId: ShipmentId })
export const tags = ['shipments']

export function shipmentReadRoutes(http: Http, deps: ReadDeps): void {
  http.get(
    SHIPMENTS,
    {
      schema: {
        tags,
        summary: 'What a seller sends, and what comes back to it',
        description:
          'Own shipments, newest first. Those that go out, and are not cancelled, say who gets the goods.',
        querystring: Type.Object({ ...SellerShipmentsQuery.properties, ...CursorQuery.properties }),
        response: { 200: CursorPageOf(SellerShipment), ...problems('INVALID_CURSOR') },
      },
    },
    ({ caller, query }) => listOwn(deps, caller, query),
  )
  http.get(
    `${SHIPMENTS}/:shipmentId`,
    {
      schema: {
        tags,
        summary: 'One shipment, with its history',
        description: 'For its seller and for administrators; only its seller is told who gets the goods.',
        params: ShipmentParams,
        response: { 200: ShipmentDetail, ...problems('NOT_FOUND_SHIPMENT') },
      },
    },
    ({ caller, params }) => readOne(deps, caller, params.shipmentId),
  )
  http.get(
    '/order-service/api/v1/orders/:orderId/shipments',
    {
      schema: {
        tags,
        summary: 'Where the goods of an order are',
        description:
          'For its buyer and for administrators, newest first: one shipment for each seller, and what goes back. None before the order is paid, and for a moment after.',
        params: Type.Object({ orderId: OrderId }),
        response: {
          200: Type.Array(BuyerShipment, { description: 'What is on its way' }),
          ...problems('NOT_FOUND_ORDER'),
        },
      },
    },
    ({ caller, params }) => listForOrder(deps, caller, params.orderId),
  )
}
