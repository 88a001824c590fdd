import { Type, type Static } from 'typebox'
import type { Db, Tx } from '../../platform/db.ts'
import type { EventType } from '../../platform/events.ts'
import { PRICE_KRW_MAX, QUANTITY_MAX, type StockChange } from '../stock/contract.ts'
import { ADDRESS_CHARACTERS_MAX, NAME_CHARACTERS_MAX } from '../user/contract.ts'

export const ORDER_STATUSES = [
  'CREATED',
  'PAID',
  'READY',
  'SHIPPING',
  'SHIPPED',
  'CANCEL_REQUESTED',
  'RETURN_REQUESTED',
  'PARTIALLY_READY',
  'PARTIALLY_SHIPPING',
  'PARTIALLY_SHIPPED',
  'PARTIALLY_CANCELED',
  'PARTIALLY_RETURNED',
  'CANCELED',
  'RETURNED',
  'PAYMENT_FAILED',
  'FAILED',
  'EXPIRED',
] as const
export type OrderStatus = (typeof ORDER_STATUSES)[number]

export type LineStatus =
  | 'ORDERED'
  | 'PAID'
  | 'READY'
  | 'SHIPPING'
  | 'SHIPPED'
  | 'CANCEL_REQUESTED'
  | 'RETURN_REQUESTED'
  | 'CANCELED'
  | 'RETURNED'
  | 'PAYMENT_FAILED'
  | 'FAILED'
  | 'EXPIRED'

const PHONE_CHARACTERS_MAX = 20

/** Lines of one order, before the same item on several lines is counted as one. */
export const ORDER_LINES_MAX = 1_000

export const strict = { additionalProperties: false }

/** Who gets the goods. Kept encrypted with the order. The flow checks it in the words of the shop. */
export const Recipient = Type.Object(
  {
    name: Type.String({ maxLength: NAME_CHARACTERS_MAX, examples: ['홍길동'] }),
    phoneNumber: Type.String({
      maxLength: PHONE_CHARACTERS_MAX,
      description: 'With or without separators',
      examples: ['010-1234-5678'],
    }),
    address: Type.String({ maxLength: ADDRESS_CHARACTERS_MAX, examples: ['서울특별시 중구 세종대로 110'] }),
  },
  { ...strict, description: 'Who gets the goods' },
)
export type Recipient = Static<typeof Recipient>

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

/** Events of orders; settlement and integrators will listen to them, too. */
export interface OrderEvent {
  orderId: number
  buyerId: number
}
export interface ReversedEvent extends OrderEvent {
  reversalId: number
  kind: 'CANCEL' | 'RETURN'
  amountKrw: number
}
export const ORDER_PAID: EventType<OrderEvent> = { name: 'order.paid' }
/** Money is back: units are for sale again. */
export const ORDER_REVERSED: EventType<ReversedEvent> = { name: 'order.reversed' }

/** An order as payment sees it. */
export interface PayableOrder {
  orderId: number
  buyerId: number
  status: OrderStatus
  totalPriceKrw: number
  payBy: Date
  /** Until `payBy`, and whether it is over, by the database's clock. */
  secondsLeft: number
  isLate: boolean
  /** An attempt to pay is being confirmed, or its result is unknown: nobody may end the order. */
  isChecking: boolean
  isHidden: boolean
  isLimited: boolean
  /** Of the first line, and how many lines there are: what a provider's window calls the order. */
  firstItemId: number
  lineCount: number
}

/** What payment may do with orders. Orders are locked first, in the order of their ids, then payments, then stock. */
export interface OrderMoney {
  findPayable(db: Db, orderId: number): Promise<PayableOrder | undefined>
  /** Locks them, and reads them after the wait. Those that do not exist are left out. */
  lockPayable(tx: Tx, orderIds: readonly number[]): Promise<PayableOrder[]>
  /** The payment window opens: once for each order, where less than half of `seconds` is left, there are so many. New `payBy`s. */
  extendHolds(tx: Tx, orderIds: readonly number[], seconds: number): Promise<Map<number, Date>>
  /** Of locked orders. CHECKING: an attempt is being confirmed; REFUSED: the last one was refused, the hold stays. */
  setPaying(tx: Tx, orderIds: readonly number[], state: 'CHECKING' | 'REFUSED'): Promise<void>
  /** Locked orders that hold their units become PAID, and ORDER_PAID is published. */
  markPaid(tx: Tx, orderIds: readonly number[]): Promise<void>
  /** A locked order that has lost its units, and was paid after all: takes them again and is PAID, or nothing happens. */
  takeAgain(
    tx: Tx,
    orderId: number,
  ): Promise<{ outcome: 'taken'; changes: StockChange[] } | { outcome: 'gone' }>
  /** The refund that `cause` asked for is done: goods and states follow. The order is locked by the caller. */
  refunded(tx: Tx, refund: { orderId: number; cause: string; amountKrw: number }): Promise<StockChange[]>
}

/** An order as shipping sees it. */
export interface ShippableOrder {
  orderId: number
  buyerId: number
  status: OrderStatus
  /** Of which something is left. */
  lines: {
    itemId: number
    quantity: number
    /** Units that nobody has asked to take back. */
    shippableQuantity: number
    unitPriceKrw: number
    status: LineStatus
  }[]
}

/** What shipping may do with orders. Orders are locked first, in the order of their ids, then shipments, then stock. */
export interface OrderShipping {
  /** Locks them, and reads them after the wait. Those that do not exist are left out. */
  lockShippable(tx: Tx, orderIds: readonly number[]): Promise<ShippableOrder[]>
  /** Lines of locked orders go on to READY, SHIPPING or SHIPPED; the order's status follows, its history is kept. Lines of which nothing is left are passed over. */
  moveLines(
    tx: Tx,
    moves: readonly { orderId: number; itemIds: readonly number[]; to: LineStatus }[],
    actorId: number | null,
  ): Promise<void>
  /** The goods of a return are back: its money follows. The order is locked by the caller. */
  returnReceived(tx: Tx, reversalId: number): Promise<void>
  /** Of those that have one. For the seller who ships it. */
  readRecipients(db: Db, orderIds: readonly number[]): Promise<Map<number, Recipient>>
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
  /** Every order of the member with its recipient, for their export; also those that they have hidden. */
  exportOrders(db: Db, userId: number): Promise<unknown>
}

export const Id = (what: string) =>
  Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: what, examples: [1] })
export const ItemId = Id('Id of the item')
export const OrderId = Id('Id of the order')
const Quantity = Type.Integer({ minimum: 1, maximum: QUANTITY_MAX, examples: [2] })
const Krw = { description: 'Korean won', examples: [12_000] }
const SeenPrice = Type.Integer({
  minimum: 0,
  maximum: PRICE_KRW_MAX,
  description: 'The price the buyer saw; compared, never charged.',
  examples: [12_000],
})
const Instant = Type.String({
  description: 'ISO 8601 in Korean time',
  examples: ['2026-01-02T12:00:00.000+09:00'],
})

export const LimitedOrderRequest = Type.Object(
  { itemId: ItemId, quantity: Type.Optional(Quantity), price: Type.Optional(SeenPrice) },
  { ...strict, examples: [{ itemId: 1, quantity: 1 }] },
)
export type LimitedOrderRequest = Static<typeof LimitedOrderRequest>

export const NormalOrderRequest = Type.Object(
  {
    orderItemList: Type.Array(
      Type.Object({ itemId: ItemId, itemCount: Quantity, price: Type.Optional(SeenPrice) }, strict),
      { minItems: 1, maxItems: ORDER_LINES_MAX, description: 'The same item twice counts as one line' },
    ),
    recipient: Type.Optional(Recipient),
  },
  { ...strict, examples: [{ orderItemList: [{ itemId: 1, itemCount: 2 }] }] },
)
export type NormalOrderRequest = Static<typeof NormalOrderRequest>

const OrderLine = Type.Object({
  orderItemId: Type.Integer({
    description: 'Id of the line within its order: that of its item',
    examples: [1],
  }),
  itemId: ItemId,
  quantity: Type.Integer({ description: 'Units that count; 0 where all were cancelled', examples: [2] }),
  unitPrice: Type.Integer(Krw),
  totalSum: Type.Integer({ ...Krw, examples: [24_000] }),
  status: Type.String({ examples: ['ORDERED'] }),
  canceledQuantity: Type.Optional(
    Type.Integer({
      description: 'Units fewer than were ordered first; left out where there are none',
      examples: [1],
    }),
  ),
})

export const orderProperties = {
  orderId: OrderId,
  userId: Id('Id of the buyer'),
  totalSum: Type.Integer({ ...Krw, examples: [24_000] }),
  orderDate: Instant,
  orderItemList: Type.Array(OrderLine),
  status: Type.String({ examples: ['CREATED'] }),
  payBy: Instant,
  saleSequence: Type.Optional(
    Type.Integer({
      description: 'Order of arrival at the gate of the sale: epoch * 2^32 + n. Limited orders only.',
      examples: [4_294_967_297],
    }),
  ),
}
export const OrderBody = Type.Object(orderProperties, { description: 'The order' })
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
