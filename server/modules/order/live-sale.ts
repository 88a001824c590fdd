// A sale as its seller watches it: once a second what was asked, what came of it, and whether the units add up.
import type { FastifyReply } from 'fastify'
import { toSeoulIso, type Clock, type Timers } from '../../platform/clock.ts'
import type { Database } from '../../platform/db.ts'
import { eventText, type Channel, type EventStreams } from '../../platform/event-stream.ts'
import { saleStatusOf, type Gate, type Sale, type StockApi } from '../stock/contract.ts'
import { quantileOf, type SaleTally } from './sale-tally.ts'
import { countSale, lookAtOneMoment, type SaleCounts } from './sql-live.ts'

export interface LiveSales {
  /** Opens a stream with the last minute and every second from now on. */
  join(reply: FastifyReply, itemId: number): void
}

interface Moment {
  sale: Sale
  counts: SaleCounts
  atMs: number
}

interface Second {
  at: number
  placed: number
  paid: number
  expired: number
  canceled: number
}

interface Watch {
  channel: Channel
  last: Moment | undefined
  recent: Second[]
  cancel: () => void
}

const EVERY_MS = 1_000
/** Whoever is not the seller any more, or not signed in, watches no longer than this. */
const LIFE_MS = 10 * 60_000
const RECENT_MAX = 60
/** Counting a very large sale may take a tenth of the time, no more. */
const REST_FACTOR = 9

export interface LiveDeps {
  database: Database
  stock: Pick<StockApi, 'readSales'>
  gate: Pick<Gate, 'census'>
  gateKind: string
  tally: SaleTally
  clock: Clock
  timers: Timers
}

/** `watched`: the sales that somebody in this process watches, kept by it. */
export function createLiveSales(deps: LiveDeps, streams: EventStreams, watched: Set<number>): LiveSales {
  const watches = new Map<number, Watch>()

  const turn = async (itemId: number, watch: Watch): Promise<void> => {
    const startedMs = performance.now()
    try {
      const moment = await lookAt(deps, itemId)
      if (moment === undefined) return watch.channel.end(eventText('gone', JSON.stringify({ itemId })))
      tell(deps, watch, moment)
    } catch {
      watch.channel.send(eventText('stale', JSON.stringify({ itemId, at: deps.clock.now() })))
    }
    if (watches.get(itemId) !== watch) return
    const tookMs = performance.now() - startedMs
    const restMs = Math.max(EVERY_MS - tookMs, tookMs * REST_FACTOR)
    watch.cancel = deps.timers.after(restMs, () => void turn(itemId, watch))
  }
  const open = (itemId: number): Watch => {
    const channel = streams.openChannel({
      lifeMs: LIFE_MS,
      onEmpty() {
        watch.cancel()
        watches.delete(itemId)
        watched.delete(itemId)
      },
    })
    const watch: Watch = { channel, last: undefined, recent: [], cancel: () => undefined }
    watches.set(itemId, watch)
    watched.add(itemId)
    deps.tally.take(itemId)
    void turn(itemId, watch)
    return watch
  }
  return {
    join(reply, itemId) {
      const watch = watches.get(itemId) ?? open(itemId)
      watch.channel.join(reply, eventText('recent', JSON.stringify({ itemId, seconds: watch.recent })))
    },
  }
}

async function lookAt({ database, stock, clock }: LiveDeps, itemId: number): Promise<Moment | undefined> {
  return database.transaction(async (tx) => {
    await lookAtOneMoment(tx)
    const [sale] = await stock.readSales(tx, [itemId])
    if (sale === undefined) return undefined
    return { sale, counts: await countSale(tx, itemId), atMs: clock.now() }
  })
}

function tell({ gate, gateKind, tally }: LiveDeps, watch: Watch, moment: Moment): void {
  const { sale, counts, atMs } = moment
  const since = watch.last ?? moment
  const changed = (name: 'placed' | 'paid' | 'expired' | 'canceled'): number =>
    Math.max(0, counts[name] - since.counts[name])
  const second: Second = {
    at: atMs,
    placed: changed('placed'),
    paid: changed('paid'),
    expired: changed('expired'),
    canceled: changed('canceled'),
  }
  watch.last = moment
  watch.recent = [...watch.recent, second].slice(-RECENT_MAX)
  const { tally: asked, processes } = tally.take(sale.itemId)
  const { at, ...perSecond } = second
  const census = gate.census()
  const all = {
    itemId: sale.itemId,
    at,
    sale: {
      status: saleStatusOf(sale),
      openTime: toSeoulIso(sale.openTime ?? 0),
      closeTime: sale.closeTime === null ? null : toSeoulIso(sale.closeTime),
      limitPerBuyer: sale.limitPerBuyer,
      holdSeconds: sale.holdSeconds,
    },
    units: { total: sale.total, available: sale.available, held: counts.held, sold: counts.sold },
    perSecond: { claims: asked.claims, ...perSecond },
    seconds: Math.max(1, Math.round((atMs - since.atMs) / 1_000)),
    refusals: asked.refusals,
    latencyMs: { p50: quantileOf(asked.latencies, 0.5), p99: quantileOf(asked.latencies, 0.99) },
    gate: { kind: gateKind, inFlight: census.claimsInFlight, isAway: census.isAway },
    processes,
  }
  watch.channel.send(eventText('second', JSON.stringify(all)))
}
