// What those who look at an item are told while they look: its state, whole, each time it has changed, at most five times a second.
import { eventText, type Channel, type EventStreams } from '../../platform/event-stream.ts'
import type { FastifyReply } from 'fastify'
import type { Clock, Timers } from '../../platform/clock.ts'
import type { StockNews } from '../stock/contract.ts'
import type { PreparedItem } from './prepare-item.ts'
import type { Shelf } from './shelf.ts'

export interface ItemEvents {
  /** Opens a stream that begins with the state of this item. */
  join(reply: FastifyReply, item: PreparedItem): void
  hear(news: StockNews): void
}

interface Watch {
  channel: Channel
  /** The last that was said, without its clock. */
  said: string
  saidMs: number
  version: number
  cancel: () => void
  isReading: boolean
}

const GAP_MS = 200
/** Payments change no stock row, and news may be lost: looked at again in any case. */
const LOOK_EVERY_MS = 1_000

export function createItemEvents(deps: {
  streams: EventStreams
  shelf: Pick<Shelf, 'read' | 'time'>
  clock: Clock
  timers: Timers
}): ItemEvents {
  const { streams, shelf, clock, timers } = deps
  const watches = new Map<number, Watch>()

  const lookIn = (itemId: number, watch: Watch, ms: number): void => {
    watch.cancel()
    watch.cancel = timers.after(ms, () => void look(itemId, watch))
  }
  const look = async (itemId: number, watch: Watch): Promise<void> => {
    if (watch.isReading) return lookIn(itemId, watch, GAP_MS)
    watch.isReading = true
    try {
      const item = await shelf.read(itemId)
      if (item === undefined) return endOf(itemId, watch)
      say(watch, item)
      // Several news in one moment: what was read may be older than the last of them.
      const isBehind = item.version < watch.version
      if (watches.get(itemId) === watch)
        lookIn(itemId, watch, isBehind ? GAP_MS : Math.min(LOOK_EVERY_MS, item.msToTurn ?? Infinity))
    } catch {
      // The database is away: those who look keep what they have.
      if (watches.get(itemId) === watch) lookIn(itemId, watch, LOOK_EVERY_MS)
    } finally {
      watch.isReading = false
    }
  }
  const say = (watch: Watch, item: PreparedItem): void => {
    const state = stateOf(item)
    if (state === watch.said) return
    watch.said = state
    watch.saidMs = clock.now()
    watch.channel.send(withTime(state, shelf.time()))
  }
  const endOf = (itemId: number, watch: Watch): void => {
    watches.delete(itemId)
    watch.channel.end(eventText('gone', JSON.stringify({ itemId })))
  }
  const open = (itemId: number, said: string): Watch => {
    const watch: Watch = {
      channel: streams.openChannel({
        onEmpty() {
          watch.cancel()
          if (watches.get(itemId) === watch) watches.delete(itemId)
        },
      }),
      said,
      saidMs: clock.now(),
      version: 0,
      cancel: () => undefined,
      isReading: false,
    }
    watches.set(itemId, watch)
    lookIn(itemId, watch, GAP_MS)
    return watch
  }
  return {
    join(reply, item) {
      const itemId = item.answer.id
      const state = stateOf(item)
      const watch = watches.get(itemId) ?? open(itemId, state)
      watch.channel.join(reply, withTime(state, shelf.time()))
    },
    hear({ changes }) {
      for (const { itemId, version } of changes) {
        const watch = watches.get(itemId)
        if (watch === undefined || watch.version >= version) continue
        watch.version = version
        lookIn(itemId, watch, Math.max(0, watch.saidMs + GAP_MS - clock.now()))
      }
    },
  }
}

/** JSON without its last brace: the clock follows. */
function stateOf({ answer }: PreparedItem): string {
  const { id, name, price, isReserved, quantity, openTime } = answer
  const sale = {
    status: answer.saleStatus ?? null,
    held: answer.held ?? null,
    sold: answer.sold ?? null,
    total: answer.total ?? null,
    openTime: isReserved ? openTime : null,
    closeTime: answer.closeTime ?? null,
    limitPerBuyer: answer.limitPerBuyer ?? null,
    holdSeconds: answer.holdSeconds ?? null,
  }
  return JSON.stringify({ itemId: id, name, price, limited: isReserved, available: quantity, ...sale }).slice(
    0,
    -1,
  )
}

const withTime = (state: string, time: string): string =>
  eventText('state', `${state},"serverTime":"${time}"}`)
