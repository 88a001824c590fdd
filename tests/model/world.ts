// Virtual time. Whatever happens in a history is an event here; one after another, and between two of them the code
// under test runs until it waits for the next one. No real clock and no real I/O takes part: a seed replays exactly.
import type { Clock, Timers } from '../../server/platform/clock.ts'
import { createRandom, type Random } from './random.ts'

/** Whom events happen to: a process, PostgreSQL, Redis, a client. */
export interface Party {
  name: string
  /** Nothing happens to it any more. */
  isGone: boolean
  /** Whatever would happen to it waits until then. */
  stalledUntilMs: number
  /** When it wakes: does it look at its timers first, or at what has arrived? */
  isTimersFirst: boolean
}

export interface World {
  random: Random
  nowMs(): number
  /** `run` happens to `party` in `ms`. The returned function calls it off. */
  after(party: Party, ms: number, run: () => void): () => void
  /** The same for a timer of the party's own. */
  timer(party: Party, ms: number, run: () => void): () => void
  /** How long a message takes this time: mostly about a millisecond, sometimes much longer. */
  travelMs(): number
  /** Lets everything happen that is due until then; less where `isEnough` says so. */
  runUntil(atMs: number, isEnough?: () => boolean): Promise<void>
  events(): number
  /** Of all events: what happened, when, to whom. */
  digest(): number
  /** Somebody waits for a turn of the real event loop (setImmediate): it comes before the next event. */
  wantTurn(): void
  /** A line of the trace. Costs nothing where nobody wants it. */
  note(text: () => string): void
  trace: readonly string[]
}

interface Event {
  atMs: number
  /** Chance decides between what happens at the same time. */
  tie: number
  party: Party
  run: () => void
  isTimer: boolean
  isOff: boolean
}

const EVENTS_MAX = 40_000
export const TRAVEL_MS_MAX = 60
/** The turn of an event loop. */
const SOON_MS = 0.01
const WAKE_MS = 0.01

export function createParty(name: string): Party {
  return { name, isGone: false, stalledUntilMs: 0, isTimersFirst: false }
}

export function createWorld(options: { seed: number; isTraced: boolean }): World {
  const random = createRandom(options.seed)
  const queue: Event[] = []
  const trace: string[] = []
  let nowMs = 0
  let count = 0
  let digest = 0
  let isTurnWanted = false

  const push = (event: Event): void => {
    let at = queue.length
    queue.push(event)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(event, queue[parent]!)) break
      queue[at] = queue[parent]!
      at = parent
    }
    queue[at] = event
  }
  const pop = (): Event => {
    const first = queue[0]!
    const last = queue.pop()!
    if (queue.length === 0) return first
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= queue.length) break
      if (child + 1 < queue.length && isBefore(queue[child + 1]!, queue[child]!)) child++
      if (!isBefore(queue[child]!, last)) break
      queue[at] = queue[child]!
      at = child
    }
    queue[at] = last
    return first
  }
  const happen = async (event: Event): Promise<void> => {
    if (event.isOff || event.party.isGone) return
    const { stalledUntilMs, isTimersFirst } = event.party
    if (stalledUntilMs > nowMs) {
      // In the order in which it would have happened, timers and arrivals apart.
      event.atMs = stalledUntilMs + (event.isTimer === isTimersFirst ? 0 : WAKE_MS) + event.atMs * 1e-9
      push(event)
      return
    }
    if (++count > EVENTS_MAX) throw new Error('the history does not end')
    digest = (Math.imul(digest ^ Math.floor(nowMs * 1e6), 0x01000193) + event.party.name.length) | 0
    event.run()
    await idle()
    if (!isTurnWanted) return
    isTurnWanted = false
    await turn()
  }
  const plan = (party: Party, ms: number, run: () => void, isTimer: boolean): (() => void) => {
    const event = { atMs: nowMs + ms, tie: random.next(), party, run, isTimer, isOff: false }
    push(event)
    return () => {
      event.isOff = true
    }
  }
  return {
    random,
    trace,
    nowMs: () => nowMs,
    events: () => count,
    digest: () => digest,
    after: (party, ms, run) => plan(party, ms, run, false),
    timer: (party, ms, run) => plan(party, ms, run, true),
    travelMs: () => {
      const chance = random.next()
      if (chance < 0.8) return random.between(0.1, 1.5)
      return chance < 0.97 ? random.between(1.5, 12) : random.between(12, TRAVEL_MS_MAX)
    },
    async runUntil(atMs, isEnough = () => false) {
      while (queue.length > 0 && queue[0]!.atMs <= atMs && !isEnough()) {
        const event = pop()
        nowMs = event.atMs
        await happen(event)
      }
      if (!isEnough()) nowMs = Math.max(nowMs, atMs)
    },
    wantTurn() {
      isTurnWanted = true
    },
    note(text) {
      if (options.isTraced) trace.push(`${nowMs.toFixed(2).padStart(9)}  ${text()}`)
    },
  }
}

function isBefore(one: Event, other: Event): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.tie < other.tie)
}

/** Resolves once every promise that could go on has gone on: ticks wait until no microtask is left. */
function idle(): Promise<void> {
  return new Promise((next) => process.nextTick(next))
}

/** Whoever asked for a turn of the event loop before has had it, and what followed from it. */
function turn(): Promise<void> {
  return new Promise((next) => setImmediate(next))
}

export const EPOCH_MS = 1_764_000_000_000

/** A machine's clock, `aheadMs` before the true time. */
export function createClock(world: World, aheadMs: number): Clock {
  return { now: () => Math.floor(EPOCH_MS + world.nowMs() + aheadMs) }
}

export function createTimers(world: World, party: Party): Timers {
  return {
    after: (ms, run) => world.timer(party, ms + world.random.between(0, 1), run),
    soon: (run) => void world.after(party, SOON_MS, run),
    next: (run) => void world.after(party, 0, run),
  }
}

/** A connection: what is sent first arrives first. */
export function createLine(world: World, to: Party): (run: () => void) => void {
  let lastMs = 0
  return (run) => {
    lastMs = Math.max(world.nowMs() + world.travelMs(), lastMs + SOON_MS)
    world.after(to, lastMs - world.nowMs(), run)
  }
}
