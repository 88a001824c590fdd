import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { itemListQuery, type ListQuery } from '../../shared/api/items.ts'
import { Button, buttonLook } from '../../shared/parts/button.tsx'
import { Page, Section } from '../../shared/parts/page.tsx'
import { EmptyState, ErrorState, Loading } from '../../shared/parts/states.tsx'
import { ItemGrid } from './item-card.tsx'
import { catalogueTexts } from './texts.ts'

const REFRESH_MS = 15_000
const LIMITED_SHOWN = 12
const NORMAL_SHOWN = 12

export function HomePage() {
  const say = catalogueTexts.useSay()
  return (
    <Page title={say('home')}>
      <p className="max-w-prose text-lg text-muted">{say('lead')}</p>
      <Section title={say('limited')}>
        <LimitedSales />
      </Section>
      <Section
        title={say('normal')}
        actions={
          <Link to="/search" className={buttonLook('plain')}>
            {say('all')}
          </Link>
        }
      >
        <List query={{ type: 'normal', sort: 'newest', size: NORMAL_SHOWN }} empty={say('none')} />
      </Section>
    </Page>
  )
}

/** What can be bought now, and what opens next; each by its opening time. What is over is found by searching. */
function LimitedSales() {
  const say = catalogueTexts.useSay()
  const listOf = (saleStatus: 'OPEN' | 'SCHEDULED') => ({
    ...itemListQuery({ type: 'limited', saleStatus, sort: 'openTime', size: LIMITED_SHOWN }),
    refetchInterval: REFRESH_MS,
  })
  const [open, next] = useQueries({ queries: [listOf('OPEN'), listOf('SCHEDULED')] })
  const error = open.error ?? next.error
  if (open.data === undefined || next.data === undefined)
    return error === null ? (
      <Loading />
    ) : (
      <ErrorState error={error} onRetry={() => void Promise.all([open.refetch(), next.refetch()])} />
    )
  const items = [...open.data.items, ...next.data.items]
  return items.length === 0 ? <EmptyState title={say('noLimited')} /> : <ItemGrid items={items} isLead />
}

function List({ query, empty }: { query: ListQuery; empty: string }) {
  const { data, error, refetch } = useQuery({ ...itemListQuery(query), refetchInterval: REFRESH_MS })
  if (data !== undefined)
    return data.items.length === 0 ? <EmptyState title={empty} /> : <ItemGrid items={data.items} />
  return error === null ? <Loading /> : <ErrorState error={error} onRetry={() => void refetch()} />
}

const SORTS = { openTime: 'openTime', newest: 'newest', price: 'price', '-price': 'dearest' } as const
type Sort = keyof typeof SORTS
const isSort = (sort: string | undefined): sort is Sort => sort !== undefined && sort in SORTS

export function SearchPage() {
  const say = catalogueTexts.useSay()
  const navigate = useNavigate()
  const { q, page = 1, sort } = useSearch({ from: '/search' })
  const { data, error, refetch } = useQuery({
    ...itemListQuery({ q, page: page - 1, sort: isSort(sort) ? sort : 'openTime' }),
    placeholderData: keepPreviousData,
  })
  const go = (search: { page?: number; sort?: string }): void =>
    void navigate({
      to: '/search',
      search: { ...(q !== undefined && { q }), ...(sort !== undefined && { sort }), ...search },
    })
  return (
    <Page
      title={q === undefined ? say('search') : say('resultsOf', { q })}
      actions={
        <label className="flex items-center gap-2 text-sm">
          {say('sort')}
          <select
            value={isSort(sort) ? sort : 'openTime'}
            onChange={(event) => go({ sort: event.target.value })}
            className="min-h-11 rounded-control border border-line-strong bg-surface px-2"
          >
            {Object.entries(SORTS).map(([value, name]) => (
              <option key={value} value={value}>
                {say(`sortBy.${name}`)}
              </option>
            ))}
          </select>
        </label>
      }
    >
      {data === undefined ? (
        error === null ? (
          <Loading />
        ) : (
          <ErrorState error={error} onRetry={() => void refetch()} />
        )
      ) : data.items.length === 0 ? (
        <EmptyState title={say('none')}>{say('noneMore')}</EmptyState>
      ) : (
        <>
          <ItemGrid items={data.items} />
          {data.pages > 1 && <Pages page={page} pages={data.pages} go={(next) => go({ page: next })} />}
        </>
      )}
    </Page>
  )
}

function Pages({ page, pages, go }: { page: number; pages: number; go(page: number): void }) {
  const say = catalogueTexts.useSay()
  return (
    <nav aria-label={say('pages')} className="flex items-center justify-center gap-4">
      <Button disabled={page <= 1} onClick={() => go(page - 1)}>
        {say('previous')}
      </Button>
      <span className="tabular">{say('pageOf', { page, pages })}</span>
      <Button disabled={page >= pages} onClick={() => go(page + 1)}>
        {say('next')}
      </Button>
    </nav>
  )
}
