import { Type, type Static } from 'typebox'
import type { Tx } from '../../platform/db.ts'
import { ItemId, rememberedItem } from '../item/contract.ts'
import { Recipient } from '../order/contract.ts'
import { QUANTITY_MAX } from '../stock/contract.ts'

/** What the other modules may ask of wishlists. */
export interface WishlistApi {
  /** Everything that is kept about a member, for their export. */
  exportOf(userId: number): Promise<unknown>
  /** The member goes. */
  erase(tx: Tx, userId: number): Promise<void>
}

export const LINES_MAX = 500
/** Of an order. */
export const BATCH_MAX = 100

const strict = { additionalProperties: false }

const { name, price, ...asOfNow } = rememberedItem

export const ItemOfWishlist = Type.Object({ itemId: ItemId })
const WishedLine = Type.Object(
  {
    itemId: ItemId,
    quantity: Type.Optional(Type.Integer({ minimum: 1, maximum: QUANTITY_MAX, default: 1, examples: [1] })),
  },
  strict,
)
export const OrderWishlistRequest = Type.Object(
  {
    items: Type.Optional(
      Type.Array(WishedLine, {
        minItems: 1,
        maxItems: BATCH_MAX,
        description:
          'What to order of the list; one of each normal item that can be bought now where it is left out',
      }),
    ),
    recipient: Type.Optional(Recipient),
  },
  { ...strict, examples: [{ items: [{ itemId: 1, quantity: 2 }] }] },
)
export type OrderWishlistRequest = Static<typeof OrderWishlistRequest>

export const WishlistLineAnswer = Type.Object(
  {
    itemId: ItemId,
    name,
    price,
    quantity: Type.Integer({ description: 'Units that can still be ordered', examples: [10] }),
    ...asOfNow,
    addedAt: Type.String({
      description: 'ISO 8601 in Korean time',
      examples: ['2026-01-02T12:00:00.000+09:00'],
    }),
  },
  { description: 'The item as of now; saleStatus: limited items only' },
)
export type WishlistLineAnswer = Static<typeof WishlistLineAnswer>

export const WishlistAnswer = Type.Object(
  {
    wishListId: Type.Integer({ description: 'The id of the member: each has one list', examples: [7] }),
    wishlistItems: Type.Array(WishlistLineAnswer, { description: 'In the order in which they were added' }),
  },
  { description: 'The wishlist' },
)
export type WishlistAnswer = Static<typeof WishlistAnswer>
