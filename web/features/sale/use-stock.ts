// How an item stands, as it changes: told by the server, asked for while nothing is told.
import { useEffect, useState } from 'react'
import { codeOf, read } from '../../shared/api/answer.ts'
import type { Item } from '../../shared/api/items.ts'
import { shop } from '../../shared/api/shop.ts'
import type { SaleStatus } from '../../shared/parts/sale-badge.tsx'

export interface Stock {
  name: string
  price: number
  limited: boolean
  status: SaleStatus | null
  available: number
  held: number | null
  sold: number | null
  total: number | null
  openTime: string | null
  closeTime: string | null
  limitPerBuyer: number | null
  holdSeconds: number | null
}

export interface Followed {
  stock: Stock
  /** Told as it changes; asked for every few seconds; or neither for the moment. */
  by: 'events' | 'asking' | 'nothing'
  isGone: boolean
}

/** A connection that says nothing for so long is dead: it says something every 15 s. */
const SILENCE_MS_MAX = 40_000
const ASK_EVERY_MS = { least: 2_000, span: 2_000 }
const OPEN_AGAIN_MS = { least: 1_000, span: 4_000 }

const jittered = ({ least, span }: { least: number; span: number }): number => least + span * Math.random()

export function useStock(item: Item): Followed {
  const [followed, setFollowed] = useState<Followed>({ stock: stockOf(item), by: 'nothing', isGone: false })
  const itemId = item.id
  useEffect(
    () =>
      follow(itemId, (change) => {
        setFollowed((before) => ({ ...before, ...change }))
      }),
    [itemId],
  )
  return followed
}

/** A browser opens six connections to a shop, all its tabs together: one that nobody sees gives its own back after a while. */
const HIDDEN_MS_MAX = 10_000

/** While the page is seen, until the returned function is called. */
function follow(itemId: number, tell: (change: Partial<Followed>) => void): () => void {
  let stop: (() => void) | undefined
  let leaving: ReturnType<typeof setTimeout> | undefined
  const end = (): void => {
    clearTimeout(leaving)
    stop?.()
    stop = undefined
  }
  const onVisibility = (): void => {
    clearTimeout(leaving)
    if (document.visibilityState === 'hidden') leaving = setTimeout(end, HIDDEN_MS_MAX)
    else stop ??= followNow(itemId, tell)
  }
  stop = followNow(itemId, tell)
  onVisibility()
  document.addEventListener('visibilitychange', onVisibility)
  // An open stream keeps a page from being taken back as it was left.
  window.addEventListener('pagehide', end)
  window.addEventListener('pageshow', onVisibility)
  return () => {
    end()
    document.removeEventListener('visibilitychange', onVisibility)
    window.removeEventListener('pagehide', end)
    window.removeEventListener('pageshow', onVisibility)
  }
}

/** Until the returned function is called. */
function followNow(itemId: number, tell: (change: Partial<Followed>) => void): () => void {
  let source: EventSource | undefined
  let asking: ReturnType<typeof setTimeout> | undefined
  let silence: ReturnType<typeof setTimeout> | undefined
  let opening: ReturnType<typeof setTimeout> | undefined
  let isOver = false

  const stopAsking = (): void => {
    clearTimeout(asking)
    asking = undefined
  }
  const askOn = (): void => {
    asking ??= setTimeout(() => void ask(), jittered(ASK_EVERY_MS))
  }
  const ask = async (): Promise<void> => {
    const answer = await read(
      shop.GET('/item-service/api/v1/items/{itemId}', { params: { path: { itemId } } }),
    ).then(
      (item) => ({ stock: stockOf(item), by: 'asking' as const }),
      (error: unknown) =>
        codeOf(error) === 'NOT_FOUND_ITEM' ? { isGone: true } : { by: 'nothing' as const },
    )
    if (isOver || asking === undefined) return
    asking = undefined
    tell(answer)
    if ('isGone' in answer) close()
    else askOn()
  }
  const heard = (): void => {
    clearTimeout(silence)
    silence = setTimeout(openAgain, SILENCE_MS_MAX)
  }
  const openAgain = (): void => {
    source?.close()
    clearTimeout(silence)
    clearTimeout(opening)
    if (isOver) return
    askOn()
    opening = setTimeout(open, jittered(OPEN_AGAIN_MS))
  }
  const open = (): void => {
    const made = new EventSource(`/item-service/api/v1/items/${itemId}/events`)
    source = made
    heard()
    made.addEventListener('state', (event) => {
      heard()
      stopAsking()
      tell({ stock: JSON.parse(event.data as string) as Stock, by: 'events' })
    })
    made.addEventListener('beat', heard)
    made.addEventListener('gone', () => {
      tell({ isGone: true })
      close()
    })
    made.addEventListener('error', () => {
      tell({ by: 'nothing' })
      // What the server refused the browser does not open again by itself.
      if (made.readyState === EventSource.CLOSED) openAgain()
      else askOn()
    })
  }
  const close = (): void => {
    isOver = true
    source?.close()
    stopAsking()
    clearTimeout(silence)
    clearTimeout(opening)
  }
  open()
  return close
}

function stockOf(item: Item): Stock {
  return {
    name: item.name,
    price: item.price,
    limited: item.isReserved,
    status: item.saleStatus ?? null,
    available: item.quantity,
    held: item.held ?? null,
    sold: item.sold ?? null,
    total: item.total ?? null,
    openTime: item.openTime,
    closeTime: item.closeTime ?? null,
    limitPerBuyer: item.limitPerBuyer ?? null,
    holdSeconds: item.holdSeconds ?? null,
  }
}
