// The buy button's story: pressed, on its way, bought or refused; where nobody knows, asked again by the same key until somebody does.
import { useCallback, useEffect, useRef, useState } from 'react'
import { ask } from '../../shared/api/answer.ts'
import { shop } from '../../shared/api/shop.ts'
import { backOffMs } from './back-off.ts'
import { claimName, keepClaim, nextClaim, readClaim, type Claim, type ClaimPlace } from './claim.ts'
import { outcomeOf, type Outcome, type PlacedOrder, type Refusal } from './outcome.ts'

export type PurchaseState =
  | { step: 'ready' }
  | { step: 'sending' }
  /** No answer, or one that says nothing: it is asked again by itself. */
  | { step: 'checking' }
  | { step: 'placed'; order: PlacedOrder }
  | { step: 'refused'; why: Refusal; waitSeconds: number | undefined; requestId: string }

export interface Purchase {
  state: PurchaseState
  /** Pressing it again while it is on its way changes nothing. */
  buy(quantity: number, priceKrw: number): void
  /** Units beyond those that were bought: a claim of its own. */
  buyMore(): void
}

export function usePurchase(place: ClaimPlace): Purchase {
  const { buyerId, itemId } = place
  const [claim, setClaim] = useState<Claim>(() => readClaim(place))
  const [state, setState] = useState<PurchaseState>(() => stateOf(claim))
  const isRunning = useRef(false)

  const settle = useCallback(
    (asked: Claim, outcome: Outcome): void => {
      const order = outcome.kind === 'placed' ? outcome.order : undefined
      const known: Claim = { ...asked, isOpen: outcome.kind === 'unknown', order }
      keepClaim({ buyerId, itemId }, known)
      setClaim(known)
      if (outcome.kind === 'placed') setState({ step: 'placed', order: outcome.order })
      else if (outcome.kind === 'unknown') setState({ step: 'checking' })
      else setState({ step: 'refused', ...outcome })
    },
    [buyerId, itemId],
  )

  const run = useCallback(
    async (asked: Claim): Promise<void> => {
      if (isRunning.current) return
      isRunning.current = true
      try {
        for (let tries = 1; ; tries++) {
          const outcome = outcomeOf(await send(itemId, asked))
          settle(asked, outcome)
          if (outcome.kind !== 'unknown') return
          await untilWorthIt(backOffMs(tries, { random: Math.random(), waitSeconds: undefined }))
        }
      } finally {
        isRunning.current = false
      }
    },
    [itemId, settle],
  )

  // Found open after a reload: what became of it?
  useEffect(() => {
    const kept = readClaim({ buyerId, itemId })
    setClaim(kept)
    setState(stateOf(kept))
    if (kept.isOpen) void run(kept)
  }, [buyerId, itemId, run])

  // Another tab has bought, or given up.
  useEffect(() => {
    const onStorage = (event: StorageEvent): void => {
      if (event.key !== claimName({ buyerId, itemId }) || isRunning.current) return
      const kept = readClaim({ buyerId, itemId })
      setClaim(kept)
      setState(stateOf(kept))
    }
    window.addEventListener('storage', onStorage)
    return () => window.removeEventListener('storage', onStorage)
  }, [buyerId, itemId])

  return {
    state,
    buy(quantity, priceKrw) {
      if (isRunning.current) return
      const asked: Claim = { ...readClaim({ buyerId, itemId }), quantity, priceKrw, isOpen: true }
      keepClaim({ buyerId, itemId }, asked)
      setState({ step: 'sending' })
      void run(asked)
    },
    buyMore() {
      setClaim(nextClaim({ buyerId, itemId }))
      setState({ step: 'ready' })
    },
  }
}

function stateOf({ isOpen, order }: Claim): PurchaseState {
  if (order !== undefined) return { step: 'placed', order }
  return { step: isOpen ? 'checking' : 'ready' }
}

const send = (itemId: number, { key, quantity, priceKrw }: Claim) =>
  ask(
    shop.POST('/order-service/api/v1/orders/limited', {
      params: { header: { 'idempotency-key': key } },
      body: { itemId, quantity, ...(priceKrw !== undefined && { price: priceKrw }) },
    }),
  )

/** After the wait, or as soon as the network is back. */
function untilWorthIt(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      window.removeEventListener('online', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    window.addEventListener('online', done)
  })
}
