// The stream of a sale, for its seller.
import { useEffect, useState } from 'react'
import { send } from '../../shared/api/shop.ts'
import type { SaleStatus } from '../../shared/parts/sale-badge.tsx'
import { joinPoints, type ChartPoint, type PerSecond } from './last-minute.ts'

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

export interface LiveSale {
  last: Second | undefined
  points: readonly ChartPoint[]
  /** Why the numbers are old: the server has no database, or nothing is heard from the server. */
  stale: 'database' | 'connection' | undefined
  /** The code of the problem with which it was refused. */
  refused: string | undefined
}

const AGAIN_MS = 3_000
/** Something is told each second, in the largest sales every few. */
const SILENCE_MS_MAX = { stale: 6_000, dead: 15_000 }
const NOTHING: LiveSale = { last: undefined, points: [], stale: undefined, refused: undefined }

export function useLiveSale(itemId: number): LiveSale {
  const [live, setLive] = useState<LiveSale>(NOTHING)
  useEffect(() => {
    setLive(NOTHING)
    return watch(itemId, (change) => setLive(change))
  }, [itemId])
  return live
}

type Tell = (change: (before: LiveSale) => LiveSale) => void

/** Until the returned function is called. */
function watch(itemId: number, tell: Tell): () => void {
  const url = `/order-service/api/v1/sales/${itemId}/live`
  let source: EventSource | undefined
  let again: ReturnType<typeof setTimeout> | undefined
  let isOver = false
  const silence = createSilence(
    () => tell((before) => ({ ...before, stale: before.stale ?? 'connection' })),
    () => {
      source?.close()
      void ask()
    },
  )
  const open = (): void => {
    source = new EventSource(url)
    silence.heard()
    listen(source, tell, silence.heard)
    source.addEventListener('gone', () => {
      close()
      tell((before) => ({ ...before, refused: 'NOT_FOUND_ITEM' }))
    })
    source.addEventListener('error', () => {
      tell((before) => ({ ...before, stale: 'connection' }))
      if (source?.readyState === EventSource.CLOSED) void ask()
    })
  }
  /** An event stream does not say why it was refused: a request does, and renews the session where that was it. */
  const ask = async (): Promise<void> => {
    silence.end()
    const stop = new AbortController()
    const answer = await send(new Request(url, { signal: stop.signal })).catch(() => undefined)
    const refused = answer?.ok === false && answer.status < 500 ? String(await codeIn(answer)) : undefined
    stop.abort()
    if (isOver) return
    if (refused === undefined) again = setTimeout(open, AGAIN_MS * (0.5 + Math.random()))
    else tell((before) => ({ ...before, refused }))
  }
  const close = (): void => {
    isOver = true
    clearTimeout(again)
    silence.end()
    source?.close()
  }
  open()
  return close
}

/** Whatever does not end a connection – a cable, a sleep – leaves it open and mute. */
function createSilence(onStale: () => void, onDead: () => void): { heard(): void; end(): void } {
  let stale: ReturnType<typeof setTimeout> | undefined
  let dead: ReturnType<typeof setTimeout> | undefined
  const end = (): void => {
    clearTimeout(stale)
    clearTimeout(dead)
  }
  return {
    heard() {
      end()
      stale = setTimeout(onStale, SILENCE_MS_MAX.stale)
      dead = setTimeout(onDead, SILENCE_MS_MAX.dead)
    },
    end,
  }
}

function listen(source: EventSource, tell: Tell, heard: () => void): void {
  source.addEventListener('recent', (event) => {
    heard()
    const { seconds } = JSON.parse(event.data as string) as { seconds: Omit<ChartPoint, 'refusals'>[] }
    // What was asked before we came nobody has counted: at least what was placed.
    const told = seconds.map((second) => ({ ...second, claims: second.placed, refusals: {} }))
    tell((before) => ({ ...before, refused: undefined, points: joinPoints(before.points, told) }))
  })
  source.addEventListener('second', (event) => {
    heard()
    const last = JSON.parse(event.data as string) as Second
    tell((before) => ({
      // Most seconds of a calm sale have no claim to be timed.
      last:
        last.latencyMs.p50 === null ? { ...last, latencyMs: before.last?.latencyMs ?? last.latencyMs } : last,
      stale: undefined,
      refused: undefined,
      points: joinPoints(before.points, [pointOf(last)]),
    }))
  })
  source.addEventListener('stale', () => {
    heard()
    tell((before) => ({ ...before, stale: 'database' }))
  })
  source.addEventListener('beat', heard)
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
