import { Type } from 'typebox'
import { STOCK_UNITS_MAX, type StockChange } from './contract.ts'

const ITEMS_AT_ONCE_MAX = 100

export const ItemId = Type.Integer({
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'Id of the item',
  examples: [1],
})
export const ItemParams = Type.Object({ itemId: ItemId })

export const ItemIds = Type.Array(ItemId, {
  minItems: 1,
  maxItems: ITEMS_AT_ONCE_MAX,
  description: 'Ids of items',
  examples: [[1, 2]],
})

/** PostgreSQL keeps any text but the character zero. */
export const Reason = Type.String({
  minLength: 1,
  maxLength: 200,
  pattern: '^[^\\u0000]*$',
  description: 'Why, for the ledger and the audit trail',
  examples: ['입고'],
})

export const UnitsLeft = Type.Object(
  {
    quantity: Type.Integer({
      minimum: 0,
      maximum: STOCK_UNITS_MAX,
      description: 'Units in no live order',
      examples: [10],
    }),
  },
  { description: 'Units left' },
)

/**
 * The entity tag of a stock row. Another one after every change of it, also where as many units are left as before: whoever
 * has seen the row before must not overwrite what came after. A database that went back in time may count a version twice.
 */
export const tagOf = ({ version, available }: Pick<StockChange, 'version' | 'available'>): string =>
  `"${version}-${available}"`

export const DONE = { 204: Type.Null({ description: 'Done' }) }
