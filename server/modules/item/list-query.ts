// What a list of items can be asked for, and in which order.
import { Type, type Static } from 'typebox'
import { parseInstant } from '../../platform/clock.ts'
import { CursorQuery, decodeCursor } from '../../platform/cursor.ts'
import { AppError } from '../../platform/errors.ts'
import { PageQuery } from '../../platform/page.ts'
import { PRICE_KRW_MAX, SaleStatus } from '../stock/contract.ts'
import { wordsOf } from './search-words.ts'
import type { Place, ShelfQuery, SortName } from './sql-shelf.ts'

const Price = (description: string) =>
  Type.Optional(
    Type.Integer({ minimum: 0, maximum: PRICE_KRW_MAX, description: `Korean won: ${description}` }),
  )

export const ListQuery = Type.Object({
  ...PageQuery.properties,
  ...CursorQuery.properties,
  q: Type.Optional(
    Type.String({
      maxLength: 50,
      pattern: '^[^\\u0000]*$',
      description: 'Words, all of which are in the name or the description; parts of words count',
      examples: ['머그'],
    }),
  ),
  type: Type.Optional(
    Type.Union([Type.Literal('normal'), Type.Literal('limited')], {
      description: 'Both where it is left out',
    }),
  ),
  saleStatus: Type.Optional(SaleStatus),
  minPrice: Price('this or more'),
  maxPrice: Price('this or less'),
  sellerId: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })),
  sort: Type.Optional(
    Type.Union(
      [Type.Literal('newest'), Type.Literal('price'), Type.Literal('-price'), Type.Literal('openTime')],
      {
        default: 'newest',
        description: 'openTime: the sale that opens first comes first, items that are for sale at once last',
      },
    ),
  ),
})
export type ListQuery = Static<typeof ListQuery>

export function toShelfQuery({ q = '', type, sort = 'newest', ...query }: ListQuery): ShelfQuery {
  const { saleStatus, minPrice, maxPrice, sellerId } = query
  const isLimited = type === undefined ? undefined : type === 'limited'
  return { words: wordsOf(q), isLimited, saleStatus, minPrice, maxPrice, sellerId, sort }
}

/** Throws INVALID_CURSOR for one of another list, or of this one in another order. */
export function readPlace(cursor: string, sort: SortName): Place {
  const [itsSort, key, id] = decodeCursor(cursor, ['text', 'text?', 'integer'])
  if (itsSort !== sort || id < 1 || !isKey[sort](key)) throw new AppError('INVALID_CURSOR')
  return { key, id }
}

const isPrice = (key: string | null): boolean =>
  key !== null && /^\d{1,10}$/.test(key) && Number(key) <= PRICE_KRW_MAX

const isKey: Readonly<Record<SortName, (key: string | null) => boolean>> = {
  newest: (key) => key === null,
  price: isPrice,
  '-price': isPrice,
  // Null: for sale at once.
  openTime: (key) => key === null || (key.endsWith('Z') && parseInstant(key) !== undefined),
}
