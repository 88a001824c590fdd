import { Type, type Static } from 'typebox'
import type { Db, Tx } from '../../platform/db.ts'
import { PRICE_KRW_MAX, QUANTITY_MAX } from '../stock/contract.ts'

/** Who gets the goods. Kept encrypted with the order. */
export interface Recipient {
  name: string
  phoneNumber: string
  address: string
}

export interface PlaceOrderRequest {
  buyerId: number
  /** Names the request: the same buyer and key again is the same order. */
  key: string
  /** The same item twice counts as one line. */
  lines: readonly { itemId: number; quantity: number; priceKrw?: number | undefined }[]
  /** The buyer's own profile where it is left out. */
  recipient?: Recipient | undefined
  /** Done in the transaction of the order, before it commits; throwing gives the order up. */
  alongside?: ((tx: Tx) => Promise<void>) | undefined
}

/** What the other modules may ask of orders. */
export interface OrderApi {
  /** A normal order, all or nothing, at the prices of the server. Throws the codes of `POST …/orders`. */
  placeOrder(request: PlaceOrderRequest): Promise<OrderBody>
}

/** Units of a limited item that count for somebody's limit. */
export interface LimitedUnits {
  itemId: number
  units: number
}

/** What may be asked of orders by those that orders themselves ask: it needs the database alone. */
export interface OrderReads {
  /** Orders that are neither over nor delivered. */
  hasOrdersInProgress(tx: Tx, userId: number): Promise<boolean>
  /** What the member has bought of limited items whose sale is not closed. */
  openUnits(tx: Tx, userId: number): Promise<LimitedUnits[]>
  /** Counts units that were bought before under another account. */
  carryUnits(tx: Tx, userId: number, units: readonly LimitedUnits[]): Promise<void>
  /** Every order of the member, for their export. */
  exportOrders(db: Db, userId: number): Promise<unknown>
}

const Id = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
const Quantity = Type.Integer({ minimum: 1, maximum: QUANTITY_MAX })
const Instant = Type.String({
  description: 'ISO 8601 in Korean time',
  examples: ['2026-01-02T12:00:00.000+09:00'],
})

export const LimitedOrderRequest = Type.Object(
  {
    itemId: Id,
    quantity: Type.Optional(Quantity),
    price: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: PRICE_KRW_MAX,
        description: 'The price the buyer saw; compared, never charged.',
      }),
    ),
  },
  { additionalProperties: false, examples: [{ itemId: 1, quantity: 1 }] },
)
export type LimitedOrderRequest = Static<typeof LimitedOrderRequest>

export const NormalOrderRequest = Type.Object(
  {
    orderItemList: Type.Array(
      Type.Object(
        {
          itemId: Id,
          itemCount: Quantity,
          price: Type.Optional(Type.Integer({ minimum: 0, maximum: PRICE_KRW_MAX })),
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 100 },
    ),
  },
  { additionalProperties: false, examples: [{ orderItemList: [{ itemId: 1, itemCount: 2 }] }] },
)
export type NormalOrderRequest = Static<typeof NormalOrderRequest>

export const OrderBody = Type.Object({
  orderId: Type.Integer(),
  userId: Type.Integer(),
  totalSum: Type.Integer(),
  orderDate: Instant,
  orderItemList: Type.Array(
    Type.Object({
      itemId: Type.Integer(),
      quantity: Type.Integer(),
      unitPrice: Type.Integer(),
      totalSum: Type.Integer(),
      status: Type.String(),
    }),
  ),
  status: Type.String({ examples: ['CREATED'] }),
  payBy: Instant,
  saleSequence: Type.Optional(
    Type.Integer({
      description: 'Order of arrival at the gate of the sale: epoch * 2^32 + n. Limited orders only.',
    }),
  ),
})
export type OrderBody = Static<typeof OrderBody>

/** Outcomes of a limited order that are not a new order, by name. */
export type PlaceRefusal =
  | 'key_reused'
  | 'no_item'
  | 'not_limited'
  | 'not_open'
  | 'closed'
  | 'paused'
  | 'sold_out'
  | 'limit_reached'
  | 'price_changed'

export interface PlacedOrder {
  orderId: number
  saleSequence: number
  unitPriceKrw: number
  createdMs: number
  holdSeconds: number
}

export type PlaceOutcome = { outcome: 'placed' | 'replay'; order: PlacedOrder } | { outcome: PlaceRefusal }
