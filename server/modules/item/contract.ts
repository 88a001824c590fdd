import { Type, type Static } from 'typebox'
import { PRICE_KRW_MAX, SaleStatus, STOCK_UNITS_MAX } from '../stock/contract.ts'

/** What the other modules and the command line may ask of items. */
export interface ItemApi {
  /** Puts an item up for sale as if its seller had. The input counts as checked. */
  publishItem(sellerId: number, input: NewItem): Promise<{ itemId: number }>
  /** In the order of `itemIds`; undefined where there is no such item. At most a second old. */
  readItems(itemIds: readonly number[]): Promise<(ItemAnswer | undefined)[]>
}

export interface NewItem {
  name: string
  description: string
  price: number
  quantity: number
  isReserved: boolean
  /** Needed for a limited item; without meaning for others. */
  openTime?: Date | undefined
  closeTime?: Date | undefined
  limitPerBuyer?: number | undefined
  holdSeconds?: number | undefined
}

export const NAME_CHARACTERS = { min: 2, max: 20 } as const
export const DESCRIPTION_CHARACTERS = { min: 8, max: 500 } as const

/** Longer texts are refused without being looked at. */
const TEXT_CHARACTERS_MAX = 10_000
const strict = { additionalProperties: false }
const Charset = 'Hangul, ASCII letters and digits, whitespace and !@#$%^&*(),.?":{}|<>'

export const ItemId = Type.Integer({
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'Id of the item',
})
const Name = Type.String({
  maxLength: TEXT_CHARACTERS_MAX,
  description: `2 to 20 of ${Charset}`,
  examples: ['한정판 머그컵'],
})
const Description = Type.String({
  maxLength: TEXT_CHARACTERS_MAX,
  description: `8 to 500 of ${Charset}`,
  examples: ['딱 100개만 만든 머그컵입니다.'],
})
const Price = Type.Integer({
  minimum: 0,
  maximum: PRICE_KRW_MAX,
  description: 'Korean won',
  examples: [12_000],
})
const InstantText = Type.String({ maxLength: 40, description: 'ISO 8601; without a zone it is Korean time' })
const OptionalInstant = Type.Optional(Type.Union([InstantText, Type.Null()]))

export const PublishItemRequest = Type.Object(
  {
    name: Name,
    description: Description,
    quantity: Type.Integer({ minimum: 0, maximum: STOCK_UNITS_MAX }),
    price: Price,
    isReserved: Type.Boolean({
      description: 'A limited item, sold first come, first served from openTime on',
    }),
    openTime: OptionalInstant,
    closeTime: OptionalInstant,
    limitPerBuyer: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
    holdSeconds: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 86_400, description: 'How long an unpaid order keeps its units' }),
    ),
  },
  {
    ...strict,
    examples: [
      {
        name: '한정판 머그컵',
        description: '딱 100개만 만든 머그컵입니다.',
        quantity: 100,
        price: 12_000,
        isReserved: true,
        openTime: '2026-01-02T12:00:00',
      },
    ],
  },
)
export type PublishItemRequest = Static<typeof PublishItemRequest>

export const EditItemRequest = Type.Object({ name: Name, description: Description, price: Price }, strict)
export type EditItemRequest = Static<typeof EditItemRequest>
export const EditItemAnswer = Type.Object(
  { id: ItemId, name: Type.String(), description: Type.String(), price: Price },
  { description: 'The item as it is now' },
)

const Instant = Type.String({
  description: 'ISO 8601 in Korean time',
  examples: ['2026-01-02T12:00:00.000+09:00'],
})
const NullableInstant = Type.Union([Instant, Type.Null()])

export const ItemAnswer = Type.Object(
  {
    id: ItemId,
    name: Type.String(),
    description: Type.String(),
    quantity: Type.Integer({ description: 'Units that can still be ordered' }),
    price: Price,
    openTime: NullableInstant,
    isReserved: Type.Boolean(),
    sellerId: Type.Integer(),
    saleStatus: Type.Optional(SaleStatus),
    held: Type.Optional(
      Type.Integer({ description: 'Units in orders that are not paid yet; up to a second old' }),
    ),
    sold: Type.Optional(Type.Integer({ description: 'Units in paid orders' })),
    total: Type.Optional(Type.Integer({ description: 'available + held + sold' })),
    closeTime: Type.Optional(NullableInstant),
    limitPerBuyer: Type.Optional(Type.Integer()),
    holdSeconds: Type.Optional(Type.Integer()),
    serverTime: Type.Optional(Type.String({ description: 'The clock that decides opening and closing' })),
  },
  { description: 'saleStatus and what follows it: limited items only' },
)
export type ItemAnswer = Static<typeof ItemAnswer>

export const PublishItemAnswer = Type.Object(
  {
    id: ItemId,
    name: Type.String(),
    description: Type.String(),
    stock: Type.Integer(),
    price: Price,
    sellerId: Type.Integer(),
    isReserved: Type.Boolean(),
    openTime: NullableInstant,
    saleStatus: Type.Optional(SaleStatus),
    closeTime: Type.Optional(NullableInstant),
    limitPerBuyer: Type.Optional(Type.Integer()),
    holdSeconds: Type.Optional(Type.Integer()),
  },
  { description: 'The new item' },
)
