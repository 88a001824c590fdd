import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { ItemCover } from '../../shared/parts/cover.tsx'
import { Price } from '../../shared/parts/numbers.tsx'
import { SaleBadge, type SaleStatus } from '../../shared/parts/sale-badge.tsx'
import { listTexts } from './texts.ts'

export interface ListedItem {
  itemId: number
  name: string | null
  price: number | null
  isOnSale: boolean
  saleStatus?: SaleStatus
}

/** One item of a list: what it is, and what can be done with it. */
export function ListLine({ item, children }: { item: ListedItem; children: ReactNode }) {
  const say = listTexts.useSay()
  const { itemId, name, price, isOnSale, saleStatus } = item
  return (
    <li className="flex flex-wrap items-center gap-4 rounded-card border border-line bg-surface p-3 sm:p-4">
      <ItemCover itemId={itemId} className="size-20 rounded-control" />
      <div className="grid min-w-40 flex-1 gap-1">
        {isOnSale && name !== null ? (
          <Link
            to="/items/$itemId"
            params={{ itemId: String(itemId) }}
            className="inline-flex min-h-6 font-semibold underline decoration-line-strong underline-offset-4"
          >
            {name}
          </Link>
        ) : (
          <p className="font-semibold text-muted">{say('gone')}</p>
        )}
        {price !== null && <Price amount={price} />}
        {saleStatus !== undefined && (
          <div>
            <SaleBadge status={saleStatus} />
          </div>
        )}
      </div>
      <div className="flex flex-wrap items-center gap-2">{children}</div>
    </li>
  )
}
