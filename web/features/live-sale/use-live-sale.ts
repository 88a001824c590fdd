// The stream of a sale, for its seller.
import { useEffect, useState } from 'react'
import { send } from '../../shared/api/shop.ts'
import type { SaleStatus } from '../../shared/parts/sale-badge.tsx'

interface PerSecond {
  claims: number
  placed: number
  paid: number
  expired: number
  canceled: number
}

export interface Second {
  at: number
  sale: { status: SaleStatus; openTime: string; closeTime: string | null }
  units: { total: number; available: number; held: number; sold: number }
  perSecond: PerSecond
  /** Since the one before. */
  seconds: number
  refusals: Record<string, number>
  latencyMs: { p50: number | null; p99: number | null }
  gate: { kind: 'memory' | 'redis' | 'none'; inFlight: number; isAway: boolean }
  processes: number
}

export interface ChartPoint extends PerSecond {
  at: number
  refusals: Record<string, number>
}

export interface LiveSale {
  last: Second | undefined
  points: readonly ChartPoint[]
  isStale: boolean
  /** The code of the problem with which it was refused. */
  refused: string | undefined
}

const POINTS_MAX = 60
const AGAIN_MS = 3_000
const NOTHING: LiveSale = { last: undefined, points: [], isStale: false, refused: undefined }

export function useLiveSale(itemId: number): LiveSale {
  const [live, setLive] = useState<LiveSale>(NOTHING)
  useEffect(() => {
    setLive(NOTHING)
    return watch(itemId, (change) => setLive(change))
  }, [itemId])
  return live
}

/** Until the returned function is called. */
function watch(itemId: number, tell: (change: (before: LiveSale) => LiveSale) => void): () => void {
  const url = `/order-service/api/v1/sales/${itemId}/live`
  let source: EventSource | undefined
  let again: ReturnType<typeof setTimeout> | undefined
  let isOver = false
  const open = (): void => {
    const made = new EventSource(url)
    source = made
    made.addEventListener('recent', (event) => {
      const { seconds } = JSON.parse(event.data as string) as {
        seconds: Omit<ChartPoint, 'claims' | 'refusals'>[]
      }
      tell((before) => ({
        ...before,
        refused: undefined,
        // What was asked is told only while somebody watches.
        points: seconds.map((second) => ({ ...second, claims: second.placed, refusals: {} })),
      }))
    })
    made.addEventListener('second', (event) => {
      const last = JSON.parse(event.data as string) as Second
      const point = pointOf(last)
      tell((before) => ({
        // Most seconds of a calm sale have no claim to be timed.
        last: {
          ...last,
          latencyMs:
            last.latencyMs.p50 === null && before.last !== undefined ? before.last.latencyMs : last.latencyMs,
        },
        isStale: false,
        refused: undefined,
        points: [...before.points, point].slice(-POINTS_MAX),
      }))
    })
    made.addEventListener('stale', () => tell((before) => ({ ...before, isStale: true })))
    made.addEventListener('error', () => {
      tell((before) => ({ ...before, isStale: true }))
      if (made.readyState === EventSource.CLOSED) void ask()
    })
  }
  /** An event stream does not say why it was refused: a request does, and renews the session where that was it. */
  const ask = async (): Promise<void> => {
    const stop = new AbortController()
    const answer = await send(new Request(url, { signal: stop.signal })).catch(() => undefined)
    const refused = answer?.ok === false && answer.status < 500 ? String(await codeIn(answer)) : undefined
    stop.abort()
    if (isOver) return
    if (refused === undefined) again = setTimeout(open, AGAIN_MS * (0.5 + Math.random()))
    else tell((before) => ({ ...before, refused }))
  }
  open()
  return () => {
    isOver = true
    clearTimeout(again)
    source?.close()
  }
}

const codeIn = async (answer: Response): Promise<unknown> =>
  ((await answer.json().catch(() => ({}))) as { code?: unknown }).code

/** Where a second took longer, what happened in it is spread. */
function pointOf({ at, perSecond, seconds, refusals }: Second): ChartPoint {
  const each = (amount: number): number => amount / seconds
  return {
    at,
    refusals,
    claims: each(perSecond.claims),
    placed: each(perSecond.placed),
    paid: each(perSecond.paid),
    expired: each(perSecond.expired),
    canceled: each(perSecond.canceled),
  }
}
