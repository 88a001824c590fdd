import { Link } from '@tanstack/react-router'
import type { Item } from '../../shared/api/items.ts'
import { clockText } from '../../shared/format/duration.ts'
import { count } from '../../shared/format/money.ts'
import { useLanguage } from '../../shared/i18n/language.ts'
import { ItemCover } from '../../shared/parts/cover.tsx'
import { Price, TimeText } from '../../shared/parts/numbers.tsx'
import { SaleBadge } from '../../shared/parts/sale-badge.tsx'
import { useServerNow } from '../../shared/time/use-server-now.ts'
import { catalogueTexts } from './texts.ts'

/** The whole card leads to the item; its name is the link. */
function ItemCard({ item }: { item: Item }) {
  return (
    <article className="relative grid content-start overflow-hidden rounded-card border border-line bg-surface hover:border-line-strong">
      <ItemCover itemId={item.id} className="aspect-[4/3] w-full" />
      <div className="grid gap-1.5 p-4">
        {item.saleStatus !== undefined && (
          <div>
            <SaleBadge status={item.saleStatus} />
          </div>
        )}
        <h3 className="text-base font-semibold">
          <Link
            to="/items/$itemId"
            params={{ itemId: String(item.id) }}
            className="after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:rounded-card focus-visible:after:outline-3 focus-visible:after:-outline-offset-3 focus-visible:after:outline-info"
          >
            {item.name}
          </Link>
        </h3>
        <p className="line-clamp-2 text-sm text-muted">{item.description}</p>
        <Price amount={item.price} className="text-lg font-bold" />
        {item.isReserved && <SaleLine item={item} />}
      </div>
    </article>
  )
}

function SaleLine({ item }: { item: Item }) {
  const say = catalogueTexts.useSay()
  if (item.saleStatus === 'SCHEDULED' && item.openTime !== null) return <OpensIn openTime={item.openTime} />
  return (
    <p className="tabular text-sm text-muted">
      {say('left', { count: count(item.quantity) })} · {say('ofTotal', { count: count(item.total ?? 0) })}
    </p>
  )
}

function OpensIn({ openTime }: { openTime: string }) {
  const say = catalogueTexts.useSay()
  const language = useLanguage()
  const leftMs = new Date(openTime).getTime() - useServerNow()
  return (
    <p className="text-sm text-muted">
      <TimeText iso={openTime} />
      {leftMs > 0 && (
        <span className="tabular block font-semibold text-accent-strong">
          {say('opensIn')} {clockText(leftMs, language)}
        </span>
      )}
    </p>
  )
}

export function ItemGrid({ items }: { items: readonly Item[] }) {
  return (
    <ul className="grid grid-cols-1 gap-4 min-[28rem]:grid-cols-2 lg:grid-cols-3">
      {items.map((item) => (
        <li key={item.id} className="grid">
          <ItemCard item={item} />
        </li>
      ))}
    </ul>
  )
}
