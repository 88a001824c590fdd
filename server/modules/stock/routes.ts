import type { Http } from '../../platform/http.ts'
import type { StockDeps } from './restock.ts'
import { saleRoutes } from './routes-sale.ts'
import { unitRoutes } from './routes-units.ts'

export function stockRoutes(http: Http, deps: StockDeps): void {
  unitRoutes(http, deps)
  saleRoutes(http, deps)
}
