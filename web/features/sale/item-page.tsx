import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { codeOf } from '../../shared/api/answer.ts'
import { itemQuery, type Item } from '../../shared/api/items.ts'
import { useSession, type Session } from '../../shared/api/session.ts'
import { spokenDuration } from '../../shared/format/duration.ts'
import { useLanguage } from '../../shared/i18n/language.ts'
import { buttonLook } from '../../shared/parts/button.tsx'
import { ItemCover } from '../../shared/parts/cover.tsx'
import { Price, TimeText } from '../../shared/parts/numbers.tsx'
import { Card, Page, Section } from '../../shared/parts/page.tsx'
import { SaleBadge, type SaleStatus } from '../../shared/parts/sale-badge.tsx'
import { EmptyState, ErrorState, Loading } from '../../shared/parts/states.tsx'
import { serverNow } from '../../shared/time/server-clock.ts'
import { useReached } from '../../shared/time/use-cues.ts'
import { BuyPanel, GuestPanel } from './buy-panel.tsx'
import { Countdown } from './countdown.tsx'
import { NormalPanel } from './normal-panel.tsx'
import { StockBar } from './stock-bar.tsx'
import { saleTexts } from './texts.ts'
import { WishButton } from './wish-button.tsx'
import { useBought } from './use-bought.ts'
import { useStock, type Followed, type Stock } from './use-stock.ts'

export function ItemPage() {
  const say = saleTexts.useSay()
  const { itemId } = useParams({ from: '/items/$itemId' })
  const { data, error, refetch } = useQuery(itemQuery(Number(itemId)))
  if (data !== undefined) return <ItemView key={data.id} item={data} />
  const isNone = codeOf(error) === 'NOT_FOUND_ITEM' || codeOf(error) === 'INVALID_TYPE_VALUE'
  return (
    <Page title={isNone ? say('noItem') : 'Hurry Up Order'}>
      {error === null ? (
        <Loading />
      ) : isNone ? (
        <EmptyState
          title={say('noItem')}
          action={
            <Link to="/" className={buttonLook('secondary')}>
              {say('others')}
            </Link>
          }
        />
      ) : (
        <ErrorState error={error} onRetry={() => void refetch()} />
      )}
    </Page>
  )
}

function ItemView({ item }: { item: Item }) {
  const say = saleTexts.useSay()
  const session = useSession()
  const followed = useStock(item)
  const { stock } = followed
  return (
    <Page title={stock.name}>
      {/* Room for the bar at the lower edge of a phone. */}
      <div className="grid gap-6 pb-24 md:grid-cols-[minmax(0,5fr)_minmax(0,4fr)] md:gap-10 md:pb-0">
        <div className="grid content-start gap-6">
          <ItemCover itemId={item.id} className="aspect-[4/3] w-full rounded-card border border-line" />
          <Section title={say('about')}>
            <p className="whitespace-pre-line">{item.description}</p>
          </Section>
        </div>
        <div className="order-first grid content-start gap-5 md:order-none">
          {followed.isGone ? (
            <EmptyState title={say('gone')} />
          ) : stock.limited ? (
            <SaleView item={item} followed={followed} session={session} />
          ) : (
            <Card className="grid gap-5">
              <Price amount={stock.price} className="text-2xl font-bold" />
              <NormalPanel itemId={item.id} stock={stock} isMember={session.status === 'member'} />
            </Card>
          )}
          {session.status === 'member' && stock.status !== 'SOLD_OUT' && <WishButton itemId={item.id} />}
        </div>
      </div>
    </Page>
  )
}

function SaleView({ item, followed, session }: { item: Item; followed: Followed; session: Session }) {
  const say = saleTexts.useSay()
  const { stock } = followed
  const status = useStatus(stock)
  const bought = useBought(item.id, session.status === 'member')
  const isSeller =
    session.status === 'member' && (session.member.id === item.sellerId || session.member.role === 'ADMIN')
  const panel = { itemId: item.id, stock, status }
  return (
    <>
      <Card className="grid gap-5">
        <div className="flex items-center justify-between gap-3">
          <SaleBadge status={status} />
          <Price amount={stock.price} className="text-2xl font-bold" />
        </div>
        {stock.openTime !== null && <Countdown openTime={stock.openTime} isOpen={status !== 'SCHEDULED'} />}
        <Terms stock={stock} bought={bought} />
        <StockBar followed={followed} />
        {session.status === 'member' ? (
          <BuyPanel {...panel} member={session.member} bought={bought} />
        ) : session.status === 'guest' ? (
          <GuestPanel {...panel} />
        ) : null}
      </Card>
      {isSeller && (
        <Link
          to="/console/sales/$itemId"
          params={{ itemId: String(item.id) }}
          className={buttonLook('secondary')}
        >
          {say('watch')}
        </Link>
      )}
    </>
  )
}

/** It opens by the clock: not when the news of it comes, which may be a moment later. */
function useStatus({ status, openTime }: Stock): SaleStatus {
  const isReached = useReached(openTime === null ? undefined : new Date(openTime).getTime(), serverNow)
  return status === 'SCHEDULED' && isReached ? 'OPEN' : (status ?? 'CLOSED')
}

function Terms({ stock, bought }: { stock: Stock; bought: number }) {
  const say = saleTexts.useSay()
  const language = useLanguage()
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm">
      {stock.openTime !== null && (
        <>
          <dt className="text-muted">{say('opensAt')}</dt>
          <dd>
            <TimeText iso={stock.openTime} style={{ seconds: true }} />
          </dd>
        </>
      )}
      {stock.closeTime !== null && (
        <>
          <dt className="text-muted">{say('closesAt')}</dt>
          <dd>
            <TimeText iso={stock.closeTime} />
          </dd>
        </>
      )}
      <dd className="col-span-2 text-muted">
        {stock.limitPerBuyer !== null &&
          (bought === 0
            ? say('limit', { count: stock.limitPerBuyer })
            : say('limitBought', { count: stock.limitPerBuyer, bought }))}
        {stock.holdSeconds !== null &&
          ` · ${say('hold', { time: spokenDuration(stock.holdSeconds * 1_000, language) })}`}
      </dd>
    </dl>
  )
}
