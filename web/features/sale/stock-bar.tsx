import { count } from '../../shared/format/money.ts'
import { Badge } from '../../shared/parts/badge.tsx'
import { saleTexts } from './texts.ts'
import type { Followed } from './use-stock.ts'

const PARTS = [
  { name: 'available', fill: 'bg-accent', mark: 'rounded-full' },
  { name: 'held', fill: 'bg-warn', mark: 'rotate-45' },
  { name: 'sold', fill: 'bg-line-strong', mark: '' },
] as const

const BY = { events: 'live', asking: 'asking', nothing: 'lost' } as const

/** Of all units: to be had, being paid, sold. Each has a mark of its own beside its colour. */
export function StockBar({ followed: { stock, by } }: { followed: Followed }) {
  const say = saleTexts.useSay()
  const total = Math.max(1, stock.total ?? 0)
  const amounts = { available: stock.available, held: stock.held ?? 0, sold: stock.sold ?? 0 }
  return (
    <div className="grid gap-3">
      <div className="flex items-center justify-between">
        <h2 className="text-sm font-medium text-muted">{say('stock')}</h2>
        <Badge tone={by === 'events' ? 'good' : by === 'asking' ? 'info' : 'warn'}>{say(BY[by])}</Badge>
      </div>
      <div aria-hidden="true" className="flex h-3 gap-0.5 overflow-hidden rounded-full bg-sunken">
        {PARTS.filter(({ name }) => amounts[name] > 0).map(({ name, fill }) => (
          <div
            key={name}
            // One of a thousand is still to be seen.
            className={`${fill} min-w-1 transition-[flex-grow] duration-300`}
            style={{ flexGrow: amounts[name] / total, flexBasis: 0 }}
          />
        ))}
      </div>
      <dl className="grid grid-cols-3 gap-2">
        {PARTS.map(({ name, fill, mark }) => (
          <div key={name} className="grid">
            <dt className="flex items-center gap-1.5 text-sm text-muted">
              <span aria-hidden="true" className={`size-2.5 ${fill} ${mark}`} />
              {say(name)}
            </dt>
            <dd className="tabular text-xl font-bold" data-stock={name}>
              {say('units', { count: count(amounts[name]) })}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
