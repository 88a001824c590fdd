import { Type, type Static } from 'typebox'
import type { Tx } from '../../platform/db.ts'
import { ItemId, rememberedItem } from '../item/contract.ts'
import { Recipient } from '../order/contract.ts'

/** What the other modules may ask of carts. */
export interface CartApi {
  /** Everything that is kept about a member, for their export. */
  exportOf(userId: number): Promise<unknown>
  /** The member goes. */
  erase(tx: Tx, userId: number): Promise<void>
}

export const LINES_MAX = 100
export const LINE_QUANTITY_MAX = 1_000

const strict = { additionalProperties: false }

const Quantity = Type.Integer({ minimum: 1, maximum: LINE_QUANTITY_MAX, examples: [2] })
const { name, price, ...asOfNow } = rememberedItem

export const ItemOfCart = Type.Object({ itemId: ItemId })

export const AddToCartRequest = Type.Object({ itemId: ItemId, quantity: Quantity }, strict)
export const AddAllToCartRequest = Type.Array(AddToCartRequest, { minItems: 1, maxItems: LINES_MAX })
export const SetQuantityRequest = Type.Object({ quantity: Quantity }, strict)
export const Amount = Type.Integer({
  minimum: 1,
  maximum: LINE_QUANTITY_MAX,
  description: 'By how many units; the number alone is the body',
  examples: [3],
})

export const OrderCartRequest = Type.Object(
  {
    itemIds: Type.Optional(
      Type.Array(ItemId, {
        minItems: 1,
        maxItems: LINES_MAX,
        description: 'Lines to order; all of normal items where it is left out',
      }),
    ),
    recipient: Type.Optional(Recipient),
  },
  { ...strict, examples: [{ itemIds: [1] }] },
)
export type OrderCartRequest = Static<typeof OrderCartRequest>

export const CartLineAnswer = Type.Object(
  {
    itemId: ItemId,
    name,
    price,
    quantity: Type.Integer({ description: 'Units in the cart', examples: [2] }),
    available: Type.Integer({ description: 'Units that can still be ordered', examples: [10] }),
    ...asOfNow,
    isOrderable: Type.Boolean({ description: 'A normal item of which there are enough units' }),
    totalSum: Type.Integer({ description: 'Price times quantity', examples: [24_000] }),
  },
  {
    description:
      'Name, price, units and sale are those of the item as of now; saleStatus: limited items only',
  },
)
export type CartLineAnswer = Static<typeof CartLineAnswer>

export const CartAnswer = Type.Object(
  {
    cartId: Type.Integer({ description: 'The id of the member: each has one cart', examples: [7] }),
    cartItems: Type.Array(CartLineAnswer, { description: 'In the order in which they were added' }),
    totalSum: Type.Integer({ description: 'Of the lines that can be ordered', examples: [24_000] }),
  },
  { description: 'The cart' },
)
export type CartAnswer = Static<typeof CartAnswer>
