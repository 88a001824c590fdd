// What the routes of orders take and show beside what other modules know of them.
import { Type, type Static } from 'typebox'
import { IdempotencyKey } from '../../platform/idempotency-key.ts'
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

export const KeyHeader = Type.Object({ 'idempotency-key': Type.Optional(IdempotencyKey) })

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

const At = Type.String({
  description: 'ISO 8601 in Korean time',
  examples: ['2026-01-02T12:00:00.000+09:00'],
})

export const OrderDetail = Type.Object(
  {
    ...orderProperties,
    recipient: Type.Optional(Recipient),
    paying: Type.Optional(
      Type.Union([Type.Literal('CHECKING'), Type.Literal('REFUSED')], {
        description: 'CHECKING: an attempt to pay is being checked; REFUSED: the last one was refused',
      }),
    ),
    history: Type.Array(Type.Object({ status: Type.String({ examples: ['CREATED'] }), at: At }), {
      description: 'Every move, oldest first',
    }),
    takenBack: Type.Array(
      Type.Object({
        kind: Type.Union([Type.Literal('CANCEL'), Type.Literal('RETURN')]),
        status: Type.String({
          description: 'REQUESTED: goods are on their way back; REFUNDING: money is; DONE',
          examples: ['REFUNDING'],
        }),
        amount: Type.Integer({ description: 'Korean won', examples: [12_000] }),
        lines: Type.Array(Type.Object({ itemId: ItemId, quantity: Type.Integer({ examples: [1] }) })),
        requestedAt: At,
        doneAt: Type.Optional(At),
      }),
      { description: 'Paid units that were taken back, oldest first' },
    ),
  },
  { description: 'The order, with its recipient where one is known, and its history' },
)
export type OrderDetail = Static<typeof OrderDetail>

export const OrdersQuery = Type.Object({
  status: Type.Optional(
    Type.Enum([...ORDER_STATUSES], { description: 'Only orders in this state', examples: ['CREATED'] }),
  ),
  saleItemId: Type.Optional({ ...ItemId, description: 'Only orders of this limited item' }),
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

export const TakeBackQuery = Type.Object({ itemId: Type.Optional(ItemId) })
export type TakeBackQuery = Static<typeof TakeBackQuery>
export const TakeBackRequest = Type.Union([
  Type.Object(
    {
      lines: Type.Optional(
        Type.Array(Type.Object({ itemId: ItemId, quantity: LineUnits(1, 'Units to take back') }, strict), {
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
  Type.Array(Id('Id of a line'), {
    minItems: 1,
    maxItems: ORDER_LINES_MAX,
    description: 'Whole lines',
    examples: [[1]],
  }),
  Type.Null(),
])
export type TakeBackRequest = Static<typeof TakeBackRequest>
