// What the routes of orders take and show beside what other modules know of them.
import { Type, type Static } from 'typebox'
import { QUANTITY_MAX } from '../stock/contract.ts'
import {
  Id,
  ItemId,
  ORDER_LINES_MAX,
  ORDER_STATUSES,
  OrderId,
  orderProperties,
  Recipient,
  strict,
} from './contract.ts'

export const OrderParams = Type.Object({ orderId: OrderId })

export const KeyHeader = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      pattern: '^[\\x21-\\x7e]+$',
      description: 'Repeat it to get the same answer again.',
      examples: ['6f1c2a0e-order-1'],
    }),
  ),
})

/** Lines that lists show of each order. */
export const LISTED_LINES_MAX = 100
/** Lists do not show who gets the goods. */
export const ListedOrder = Type.Object({
  ...orderProperties,
  linesLeftOut: Type.Optional(
    Type.Integer({
      description: `Lines of the order that the list does not show: it shows the first ${LISTED_LINES_MAX} of each`,
      examples: [20],
    }),
  ),
})
export type ListedOrder = Static<typeof ListedOrder>

export const OrderDetail = Type.Object(
  { ...orderProperties, recipient: Type.Optional(Recipient) },
  { description: 'The order, with its recipient where one is known' },
)
export type OrderDetail = Static<typeof OrderDetail>

export const OrdersQuery = Type.Object({
  status: Type.Optional(
    Type.Enum([...ORDER_STATUSES], { description: 'Only orders in this state', examples: ['CREATED'] }),
  ),
})

/** Units of one line. */
const LINE_UNITS_MAX = ORDER_LINES_MAX * QUANTITY_MAX
const LineUnits = (minimum: number, description: string) =>
  Type.Integer({ minimum, maximum: LINE_UNITS_MAX, description, examples: [1] })

export const ChangeOrderRequest = Type.Object(
  {
    recipient: Type.Optional(Recipient),
    lines: Type.Optional(
      Type.Array(
        Type.Object(
          { itemId: ItemId, quantity: LineUnits(0, 'Units from now on; 0 cancels the line') },
          strict,
        ),
        { minItems: 1, maxItems: ORDER_LINES_MAX, description: 'Lines of the order that change' },
      ),
    ),
  },
  { ...strict, minProperties: 1, examples: [{ lines: [{ itemId: 1, quantity: 1 }] }] },
)
export type ChangeOrderRequest = Static<typeof ChangeOrderRequest>

export const CancelOrderQuery = Type.Object({ itemId: Type.Optional(ItemId) })
export const CancelOrderRequest = Type.Union([
  Type.Object(
    {
      lines: Type.Optional(
        Type.Array(Type.Object({ itemId: ItemId, quantity: LineUnits(1, 'Units to cancel') }, strict), {
          minItems: 1,
          maxItems: ORDER_LINES_MAX,
          description: 'Some units of lines',
        }),
      ),
      orderItemIds: Type.Optional(
        Type.Array(Id('Id of a line'), {
          minItems: 1,
          maxItems: ORDER_LINES_MAX,
          description: 'Whole lines',
          examples: [[1]],
        }),
      ),
      cancelReason: Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: 200,
          // What PostgreSQL keeps, and no more of it than it says.
          pattern: '^[^\\u0000\\ud800-\\udfff]{1,200}$',
          examples: ['단순 변심'],
        }),
      ),
    },
    { ...strict, examples: [{ lines: [{ itemId: 1, quantity: 1 }], cancelReason: '단순 변심' }] },
  ),
  Type.Null(),
])
export type CancelOrderRequest = Static<typeof CancelOrderRequest>
