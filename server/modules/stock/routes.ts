import type { Http } from '../../platform/http.ts'
import type { StockReads } from './read-stock.ts'
import type { StockDeps } from './restock.ts'
import { ledgerRoute } from './routes-ledger.ts'
import { saleRoutes } from './routes-sale.ts'
import { stockReadRoutes, stockWriteRoutes } from './routes-stock.ts'
import { unitRoutes } from './routes-units.ts'

export function stockRoutes(http: Http, deps: StockDeps & { reads: StockReads }): void {
  stockReadRoutes(http, deps.reads)
  stockWriteRoutes(http, deps)
  unitRoutes(http, deps)
  ledgerRoute(http, deps)
  saleRoutes(http, deps)
}
