// The buy button's story: pressed, on its way, bought or refused; where nobody knows, asked again by the same key until somebody does.
import { useCallback, useEffect, useRef, useState } from 'react'
import { ask } from '../../shared/api/answer.ts'
import { shop } from '../../shared/api/shop.ts'
import { backOffMs } from './back-off.ts'
import { claimName, keepClaim, nextClaim, readClaim, type Claim, type ClaimPlace } from './claim.ts'
import { isAboutSale, nextStep, outcomeOf, type Outcome, type PlacedOrder, type Refusal } from './outcome.ts'

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
  /** The sale stands differently now: what was refused for how it stood may be asked for again. */
  forgive(): void
}

/** The tab that asked may be gone. */
const LOOK_AFTER_MS = 4_000
const EARLY_WAIT_MS = { least: 60, span: 180 }

export function usePurchase(place: ClaimPlace): Purchase {
  const { buyerId, itemId } = place
  const [state, setState] = useState<PurchaseState>(() => stateOf(readClaim(place)))
  const isRunning = useRef(false)
  const isShown = useRef(true)
  useEffect(() => {
    isShown.current = true
    return () => void (isShown.current = false)
  }, [])

  const settle = useCallback(
    (asked: Claim, outcome: Outcome, isOpen: boolean): void => {
      const order = outcome.kind === 'placed' ? outcome.order : undefined
      keepClaim({ buyerId, itemId }, { ...asked, isOpen, order })
      if (outcome.kind === 'placed') setState({ step: 'placed', order: outcome.order })
      else if (outcome.kind === 'unknown') setState({ step: 'checking' })
      else setState({ step: 'refused', ...outcome })
    },
    [buyerId, itemId],
  )

  const run = useCallback(
    async (asked: Claim, wasInDoubt: boolean): Promise<void> => {
      if (isRunning.current) return
      isRunning.current = true
      // Nobody knows what became of an earlier press of this key.
      let isInDoubt = wasInDoubt
      let earlyTries = 0
      try {
        // A page that is left asks no more: the claim stays open in the store, and the next page finds it.
        for (let tries = 1; isShown.current; tries++) {
          const outcome = outcomeOf(await send(itemId, asked))
          const next = nextStep(outcome, { isInDoubt, earlyTries })
          if (next.do === 'tell') return settle(asked, outcome, next.isOpen)
          if (next.do === 'ask_soon') {
            earlyTries++
            await untilWorthIt(EARLY_WAIT_MS.least + EARLY_WAIT_MS.span * Math.random())
          } else {
            isInDoubt = true
            settle(asked, { kind: 'unknown' }, true)
            await untilWorthIt(backOffMs(tries, { random: Math.random(), waitSeconds: next.waitSeconds }))
          }
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
    setState(stateOf(kept))
    if (kept.isOpen) void run(kept, true)
  }, [buyerId, itemId, run])

  // Another tab has bought, or given up.
  useEffect(() => {
    const onStorage = (event: StorageEvent): void => {
      if (event.key !== claimName({ buyerId, itemId }) || isRunning.current) return
      const kept = readClaim({ buyerId, itemId })
      setState(stateOf(kept))
    }
    window.addEventListener('storage', onStorage)
    return () => window.removeEventListener('storage', onStorage)
  }, [buyerId, itemId])

  // Being asked in another tab, which may be closed before it knows.
  const isChecking = state.step === 'checking'
  useEffect(() => {
    if (!isChecking) return
    const timer = setInterval(() => {
      const kept = readClaim({ buyerId, itemId })
      if (kept.isOpen) void run(kept, true)
    }, LOOK_AFTER_MS)
    return () => clearInterval(timer)
  }, [isChecking, buyerId, itemId, run])

  const forgive = useCallback(
    () => setState((now) => (now.step === 'refused' && isAboutSale(now.why) ? { step: 'ready' } : now)),
    [],
  )

  return {
    state,
    buy(quantity, priceKrw) {
      if (isRunning.current) return
      const kept = readClaim({ buyerId, itemId })
      // One that is open is asked about as it was: other words under its key would be another order.
      const asked: Claim = kept.isOpen ? kept : { ...kept, quantity, priceKrw, isOpen: true }
      keepClaim({ buyerId, itemId }, asked)
      setState({ step: 'sending' })
      void run(asked, kept.isOpen)
    },
    buyMore() {
      nextClaim({ buyerId, itemId })
      setState({ step: 'ready' })
    },
    forgive,
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
