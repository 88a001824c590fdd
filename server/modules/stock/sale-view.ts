import { Type, type Static } from 'typebox'
import { toSeoulIso } from '../../platform/clock.ts'
import { SaleStatus, saleStatusOf, type Sale } from './contract.ts'

const Instant = Type.String({ examples: ['2026-01-02T12:00:00.000+09:00'] })

export const SaleView = Type.Object(
  {
    itemId: Type.Integer({ examples: [1] }),
    saleStatus: SaleStatus,
    openTime: Instant,
    closeTime: Type.Union([Instant, Type.Null()]),
    limitPerBuyer: Type.Integer({ examples: [1] }),
    holdSeconds: Type.Integer({ description: 'How long an unpaid order keeps its units', examples: [300] }),
    total: Type.Integer({ description: 'Units put up for sale', examples: [10] }),
    available: Type.Integer({ description: 'Units in no live order', examples: [7] }),
    serverTime: Type.String({
      description: 'The clock that decides opening and closing',
      examples: ['2026-01-02T12:34:56.789+09:00'],
    }),
  },
  {
    description: 'The sale as it is now',
    examples: [
      {
        itemId: 1,
        saleStatus: 'OPEN',
        openTime: '2026-01-02T12:00:00.000+09:00',
        closeTime: '2026-01-02T18:00:00.000+09:00',
        limitPerBuyer: 1,
        holdSeconds: 300,
        total: 10,
        available: 7,
        serverTime: '2026-01-02T12:34:56.789+09:00',
      },
    ],
  },
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
