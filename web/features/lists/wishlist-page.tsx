import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { newKey } from '../../../client/index.ts'
import { ask, read, type Answer } from '../../shared/api/answer.ts'
import { shop } from '../../shared/api/shop.ts'
import { Button, buttonLook } from '../../shared/parts/button.tsx'
import { MembersOnly } from '../../shared/parts/members-only.tsx'
import { Page } from '../../shared/parts/page.tsx'
import { EmptyState, ErrorState, Loading } from '../../shared/parts/states.tsx'
import { toast } from '../../shared/parts/toast.tsx'
import { whyNot } from '../../shared/parts/why-not.ts'
import { ListLine } from './line.tsx'
import { listTexts } from './texts.ts'

const WISHLIST = '/user-service/api/v1/wishlists'

export function WishlistPage() {
  const say = listTexts.useSay()
  return (
    <Page title={say('wishlist')}>
      <MembersOnly>{() => <Wishlist />}</MembersOnly>
    </Page>
  )
}

function Wishlist() {
  const say = listTexts.useSay()
  const queries = useQueryClient()
  const { data, error, refetch } = useQuery({
    queryKey: ['wishlist'],
    queryFn: () => read(shop.GET(WISHLIST, {})),
  })
  if (data === undefined)
    return error === null ? <Loading /> : <ErrorState error={error} onRetry={() => void refetch()} />
  const done = async (answer: Answer<unknown>, key: string, words?: string): Promise<void> => {
    if (answer.kind !== 'done') return toast(whyNot(answer))
    await queries.invalidateQueries({ queryKey: [key] })
    if (words !== undefined) toast(words)
  }
  const onRemove = async (itemId: number): Promise<void> =>
    done(await ask(shop.DELETE(WISHLIST, { params: { query: { itemId }, header: newKey() } })), 'wishlist')
  const onAdd = async (itemId: number): Promise<void> =>
    done(
      await ask(
        shop.POST('/order-service/api/v1/carts', {
          params: { header: newKey() },
          body: { itemId, quantity: 1 },
        }),
      ),
      'cart',
      say('added'),
    )
  if (data.wishlistItems.length === 0)
    return (
      <EmptyState
        title={say('emptyWishlist')}
        action={
          <Link to="/" className={buttonLook('secondary')}>
            {say('browse')}
          </Link>
        }
      >
        {say('emptyWishlistMore')}
      </EmptyState>
    )
  return (
    <ul className="grid gap-3">
      {data.wishlistItems.map((item) => (
        <ListLine key={item.itemId} item={item}>
          {item.isOnSale && !item.isReserved && (
            <Button disabled={item.quantity === 0} onClick={() => void onAdd(item.itemId)}>
              {item.quantity === 0 ? say('out') : say('toCart')}
            </Button>
          )}
          <Button
            aria-label={say('remove', { name: item.name ?? String(item.itemId) })}
            onClick={() => void onRemove(item.itemId)}
          >
            {say('removeShort')}
          </Button>
        </ListLine>
      ))}
    </ul>
  )
}
