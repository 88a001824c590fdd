import { Type, type Static } from 'typebox'
import { toSeoulIso } from '../../platform/clock.ts'
import { SaleStatus, saleStatusOf, type Sale } from './contract.ts'

const Instant = Type.String({ examples: ['2026-01-02T12:00:00.000+09:00'] })

export const SaleView = Type.Object(
  {
    itemId: Type.Integer(),
    saleStatus: SaleStatus,
    openTime: Instant,
    closeTime: Type.Union([Instant, Type.Null()]),
    limitPerBuyer: Type.Integer(),
    holdSeconds: Type.Integer({ description: 'How long an unpaid order keeps its units' }),
    total: Type.Integer({ description: 'Units put up for sale' }),
    available: Type.Integer({ description: 'Units in no live order' }),
    serverTime: Type.String({ description: 'The clock that decides opening and closing' }),
  },
  { description: 'The sale as it is now' },
)
export type SaleView = Static<typeof SaleView>

/** Of a limited item, which always has a window and a limit. */
export function toSaleView(sale: Sale): SaleView {
  return {
    itemId: sale.itemId,
    saleStatus: saleStatusOf(sale),
    openTime: toSeoulIso(sale.openTime ?? 0),
    closeTime: sale.closeTime === null ? null : toSeoulIso(sale.closeTime),
    limitPerBuyer: sale.limitPerBuyer ?? 0,
    holdSeconds: sale.holdSeconds,
    total: sale.total,
    available: sale.available,
    serverTime: toSeoulIso(sale.serverTime),
  }
}
