import { Type, type Static, type TObject } from 'typebox'
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
  examples: [1],
})
const ITEMS_PER_REQUEST_MAX = 100
export const ItemIds = Type.Array(ItemId, {
  minItems: 1,
  maxItems: ITEMS_PER_REQUEST_MAX,
  description: 'Ids of items',
  examples: [[1, 2, 3]],
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
const instantText = (example: string) =>
  Type.Optional(
    Type.Union([
      Type.String({
        maxLength: 40,
        description: 'ISO 8601; without a zone it is Korean time',
        examples: [example],
      }),
      Type.Null(),
    ]),
  )
const OPENS = '2026-01-02T12:00:00'
const CLOSES = '2026-01-03T12:00:00'
const LimitPerBuyer = Type.Integer({
  minimum: 1,
  maximum: 1_000_000,
  description: 'Units that one buyer may have',
  examples: [1],
})
const HoldSeconds = Type.Integer({
  minimum: 1,
  maximum: 86_400,
  description: 'How long an unpaid order keeps its units',
  examples: [300],
})

export const PublishItemRequest = Type.Object(
  {
    name: Name,
    description: Description,
    quantity: Type.Integer({
      minimum: 0,
      maximum: STOCK_UNITS_MAX,
      description: 'Units to begin with',
      examples: [100],
    }),
    price: Price,
    isReserved: Type.Boolean({
      description: 'A limited item, sold first come, first served from openTime on',
    }),
    openTime: instantText(OPENS),
    closeTime: instantText(CLOSES),
    limitPerBuyer: Type.Optional(LimitPerBuyer),
    holdSeconds: Type.Optional(HoldSeconds),
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
        openTime: OPENS,
      },
    ],
  },
)
export type PublishItemRequest = Static<typeof PublishItemRequest>

export const EditItemRequest = Type.Object({ name: Name, description: Description, price: Price }, strict)
export type EditItemRequest = Static<typeof EditItemRequest>
const ShownName = Type.String({ examples: ['한정판 머그컵'] })
const ShownDescription = Type.String({ examples: ['딱 100개만 만든 머그컵입니다.'] })
export const EditItemAnswer = Type.Object(
  { id: ItemId, name: ShownName, description: ShownDescription, price: Price },
  { description: 'The item as it is now' },
)

const instant = (example: string) =>
  Type.Union([Type.String({ description: 'ISO 8601 in Korean time', examples: [example] }), Type.Null()])
const OpenTime = instant('2026-01-02T12:00:00.000+09:00')
const CloseTime = Type.Optional(instant('2026-01-03T12:00:00.000+09:00'))
const SellerId = Type.Integer({ description: 'Who sells it', examples: [7] })
const units = (description: string, example: number) => Type.Integer({ description, examples: [example] })

export const ItemAnswer = Type.Object(
  {
    id: ItemId,
    name: ShownName,
    description: ShownDescription,
    quantity: units('Units that can still be ordered', 60),
    price: Price,
    openTime: OpenTime,
    isReserved: Type.Boolean(),
    sellerId: SellerId,
    saleStatus: Type.Optional(SaleStatus),
    held: Type.Optional(units('Units in orders that are not paid yet; up to two seconds old', 10)),
    sold: Type.Optional(units('Units in paid orders', 30)),
    total: Type.Optional(units('quantity + held + sold', 100)),
    closeTime: CloseTime,
    limitPerBuyer: Type.Optional(LimitPerBuyer),
    holdSeconds: Type.Optional(HoldSeconds),
    serverTime: Type.Optional(
      Type.String({
        description: 'The clock that decides opening and closing',
        examples: ['2026-01-02T12:34:56.789+09:00'],
      }),
    ),
  },
  { description: 'saleStatus and what follows it: limited items only' },
)
export type ItemAnswer = Static<typeof ItemAnswer>

/** What a list of a member's shows of an item as of now; the item may have been taken off since. */
export const rememberedItem = {
  name: Type.Union([Type.String({ examples: ['머그컵'] }), Type.Null()]),
  price: Type.Union([Type.Integer({ description: 'Korean won', examples: [12_000] }), Type.Null()]),
  isReserved: Type.Boolean({ description: 'A limited item, sold by its sale only', default: false }),
  saleStatus: Type.Optional(SaleStatus),
  openTime: OpenTime,
  isOnSale: Type.Boolean({
    description: 'false: the item was taken off. It has no name and price any more.',
  }),
}

/** Never fails for an item that was taken off: it is shown as such, so that it can be removed. */
export function toRemembered(item: ItemAnswer | undefined): Static<TObject<typeof rememberedItem>> {
  return {
    name: item?.name ?? null,
    price: item?.price ?? null,
    isReserved: item?.isReserved ?? false,
    ...(item?.saleStatus !== undefined && { saleStatus: item.saleStatus }),
    openTime: item?.openTime ?? null,
    isOnSale: item !== undefined,
  }
}

export const PublishItemAnswer = Type.Object(
  {
    id: ItemId,
    name: ShownName,
    description: ShownDescription,
    stock: units('Units for sale', 100),
    price: Price,
    sellerId: SellerId,
    isReserved: Type.Boolean(),
    openTime: OpenTime,
    saleStatus: Type.Optional(SaleStatus),
    closeTime: CloseTime,
    limitPerBuyer: Type.Optional(LimitPerBuyer),
    holdSeconds: Type.Optional(HoldSeconds),
  },
  { description: 'The new item' },
)
