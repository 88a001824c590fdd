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
function ItemCard({ item, isWide }: { item: Item; isWide: boolean }) {
  return (
    <article
      className={`relative grid content-start overflow-hidden rounded-card border border-line bg-surface hover:border-line-strong ${isWide ? 'md:grid-cols-[3fr_2fr]' : ''}`}
    >
      <ItemCover itemId={item.id} className={`aspect-[4/3] w-full ${isWide ? 'md:aspect-[2/1]' : ''}`} />
      <div className={`grid content-center gap-1.5 p-4 ${isWide ? 'md:gap-3 md:p-8' : ''}`}>
        {item.saleStatus !== undefined && (
          <div>
            <SaleBadge status={item.saleStatus} />
          </div>
        )}
        <h3 className={isWide ? 'text-xl font-semibold' : 'text-base font-semibold'}>
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

/** `isLead`: where there is only one, it is shown large. */
export function ItemGrid({ items, isLead = false }: { items: readonly Item[]; isLead?: boolean }) {
  const isWide = isLead && items.length === 1
  return (
    <ul className={`grid gap-4 ${isWide ? '' : 'grid-cols-1 min-[28rem]:grid-cols-2 lg:grid-cols-3'}`}>
      {items.map((item) => (
        <li key={item.id} className="grid">
          <ItemCard item={item} isWide={isWide} />
        </li>
      ))}
    </ul>
  )
}
