import { Type, type Static } from 'typebox'
import type { Tx } from '../../platform/db.ts'
import type { EventType } from '../../platform/events.ts'
import { Id, ItemId, OrderId, Recipient, strict, type OrderEvent } from '../order/contract.ts'

export const SHIPMENT_STATUSES = [
  'ACCEPTANCE',
  'READY',
  'SHIPPING',
  'SHIPPED',
  'CANCELED',
  'RETURN_REQUESTED',
  'RETURNED',
] as const
export type ShipmentStatus = (typeof SHIPMENT_STATUSES)[number]

/** From a seller to a buyer, or back. */
const DIRECTIONS = ['OUT', 'BACK'] as const
export type Direction = (typeof DIRECTIONS)[number]

export interface ShipmentLine {
  itemId: number
  quantity: number
}

/** What the other modules may ask of shipments. The order is locked by the caller. */
export interface ShipmentApi {
  /** Takes units out of what is not shipped yet: a shipment of which nothing is left is CANCELED. Lines without a shipment are passed over. */
  takeOut(tx: Tx, request: { orderId: number; lines: readonly ShipmentLine[] }): Promise<void>
  /** Goods of one seller are to come back: a shipment that is RETURN_REQUESTED; once RETURNED, `OrderShipping.returnReceived` is called in that transaction. */
  openReturn(
    tx: Tx,
    request: { orderId: number; reversalId: number; sellerId: number; lines: readonly ShipmentLine[] },
  ): Promise<void>
  /** Every shipment of the member's orders, for their export. */
  exportOf(userId: number): Promise<unknown>
}

export interface Parcel {
  carrier: string
  trackingNumber: string
}

export interface ShipmentEvent extends OrderEvent {
  shipmentId: number
}
export interface ShippedEvent extends ShipmentEvent {
  /** Null where the schedule has sent it off. */
  carrier: string | null
  trackingNumber: string | null
}
/** Goods are on their way to the buyer: SHIPPING. */
export const SHIPMENT_SHIPPED: EventType<ShippedEvent> = { name: 'shipment.shipped' }
/** Goods have arrived: SHIPPED. */
export const SHIPMENT_DELIVERED: EventType<ShipmentEvent> = { name: 'shipment.delivered' }
/** Goods are back at their seller: RETURNED. */
export const RETURN_RECEIVED: EventType<OrderEvent & { reversalId: number }> = { name: 'shipment.returned' }

const CARRIER_CHARACTERS_MAX = 40
const TRACKING_NUMBER_CHARACTERS_MAX = 40

export const ShipmentId = Id('Id of the shipment')
const Status = Type.Enum([...SHIPMENT_STATUSES], { description: 'Its state', examples: ['SHIPPING'] })
const DirectionName = Type.Enum([...DIRECTIONS], {
  description: 'OUT: to the buyer; BACK: returned to the seller',
  examples: ['OUT'],
})
const At = (description: string) =>
  Type.String({
    description: `${description}; ISO 8601 in Korean time`,
    examples: ['2026-01-02T12:00:00.000+09:00'],
  })

export const SellerShipmentsQuery = Type.Object({
  status: Type.Optional(Status),
  direction: Type.Optional(DirectionName),
})

/** Both or neither: a number says nothing without whom to ask. */
export const ShipRequest = Type.Object(
  {
    carrier: Type.String({
      minLength: 1,
      maxLength: CARRIER_CHARACTERS_MAX,
      pattern: String.raw`^[\p{L}\p{N}][\p{L}\p{M}\p{N} .&()+-]*$`,
      description: 'Who carries it: letters, digits, spaces and . & ( ) + -',
      examples: ['CJ대한통운'],
    }),
    trackingNumber: Type.String({
      minLength: 1,
      maxLength: TRACKING_NUMBER_CHARACTERS_MAX,
      pattern: '^[0-9A-Za-z-]+$',
      description: 'By which the carrier knows it: digits, letters and hyphens',
      examples: ['6890-1234-5678'],
    }),
  },
  strict,
)

const orNull = (schema: ReturnType<typeof Type.String>) => Type.Union([schema, Type.Null()])
const whereItIs = {
  shipmentId: ShipmentId,
  direction: DirectionName,
  status: Status,
  since: At('The last move'),
  carrier: orNull(Type.String({ examples: ['CJ대한통운'] })),
  trackingNumber: orNull(Type.String({ examples: ['6890-1234-5678'] })),
  lines: Type.Array(
    Type.Object({
      itemId: ItemId,
      quantity: Type.Integer({ description: '0 where all units were cancelled', examples: [2] }),
    }),
  ),
}

export const BuyerShipment = Type.Object(whereItIs)
export type BuyerShipment = Static<typeof BuyerShipment>

const asItsSeller = {
  ...whereItIs,
  orderId: OrderId,
  createdAt: At('Since when it is there'),
  dueAt: Type.Union([At('When it takes the next step by itself'), Type.Null()]),
  recipient: Type.Optional(Recipient),
}
export const SellerShipment = Type.Object(asItsSeller)
export type SellerShipment = Static<typeof SellerShipment>

export const ShipmentDetail = Type.Object(
  {
    ...asItsSeller,
    history: Type.Array(
      Type.Object({
        status: Status,
        at: At('When it came to be so'),
        actorId: Type.Union([Id('Who did it'), Type.Null()], {
          description: 'Null: by time, or by the order',
        }),
      }),
      { description: 'Every move, oldest first' },
    ),
  },
  { description: 'The shipment; recipient: for its seller, of goods that go out' },
)
export type ShipmentDetail = Static<typeof ShipmentDetail>
