// Plays Redis to the real gate-redis.ts: replies that take their time, come too late or not at all, news that are lost,
// and the loss of everything that was kept.
import type { RedisLink } from '../../server/platform/redis.ts'
import { createScript } from './redis-script.ts'
import type { WatchedStore } from './watched-store.ts'
import { createLine, createParty, type Party, type World } from './world.ts'

export interface PlayedRedis {
  link(process: Party): RedisLink
  store(): WatchedStore
  /** All keys are gone. */
  flush(): void
  /** Not reached by some, or by anybody, for a while. What was sent may have been done. */
  beAway(ms: number, from: (process: Party) => boolean): void
  /** Does everything, but answers after everybody has given up waiting. */
  beSlow(ms: number): void
  /** News do not arrive. */
  beUnheard(ms: number, by: (process: Party) => boolean): void
}

interface Trouble {
  untilMs: number
  covers(process: Party): boolean
}

interface Connected {
  process: Party
  /** Something went wrong: nobody asks until Redis is found well again. */
  suspect(): void
  hear(text: string): void
}

const COMMAND_MS_MAX = 100
const PROBE_EVERY_MS = 100

export function createPlayedRedis(world: World, wrap: (store: WatchedStore) => WatchedStore): PlayedRedis {
  const party = createParty('Redis')
  const all: Connected[] = []
  const troubles = { away: [] as Trouble[], slow: [] as Trouble[], unheard: [] as Trouble[] }
  const isIn = (kind: keyof typeof troubles, process: Party): boolean =>
    troubles[kind].some(({ untilMs, covers }) => untilMs > world.nowMs() && covers(process))
  const begin = (kind: keyof typeof troubles, ms: number, covers: Trouble['covers']): void => {
    troubles[kind].push({ untilMs: world.nowMs() + ms, covers })
  }
  const publish = (text: string): void => {
    for (const { process, hear } of all) if (!isIn('unheard', process) && !isIn('away', process)) hear(text)
  }
  let script = createScript(world, { wrap, publish })

  const ask = (process: Party, lines: Lines, parameters: readonly string[]): Promise<string[] | null> =>
    new Promise((resolve, reject) => {
      const giveUp = world.timer(process, COMMAND_MS_MAX, () => reject(new Error('Command timed out')))
      const isLost = isIn('away', process)
      if (isLost && world.random.chance(0.5)) return
      lines.there(() => {
        const answer = script.run(parameters)
        if (isLost || isIn('away', process) || isIn('slow', process)) return
        lines.back(() => {
          giveUp()
          resolve(answer)
        })
      })
    })

  const link = (process: Party): RedisLink => {
    const lines = { there: createLine(world, party), back: createLine(world, process) }
    const news = createLine(world, process)
    let missed = (): void => undefined
    let isHere = false
    const probe = (): void => {
      if (isIn('away', process) || isIn('slow', process)) {
        world.timer(process, PROBE_EVERY_MS, probe)
        return
      }
      isHere = true
      missed()
    }
    const suspect = (): void => {
      if (isHere) world.after(process, world.travelMs(), probe)
      isHere = false
    }
    return {
      name: 'Redis',
      isHere() {
        // Whoever takes asks this first, and then waits for those who arrive in the same turn of the event loop.
        world.wantTurn()
        return isHere
      },
      script: () => async (parameters) => {
        if (!isHere) throw new Error('Redis is not used at the moment')
        try {
          return await ask(process, lines, parameters.map(String))
        } catch (error) {
          suspect()
          throw error
        }
      },
      subscribe(_channel, hear, onMissed) {
        all.push({ process, suspect, hear: (text) => news(() => hear(text)) })
        missed = onMissed
      },
      start() {
        probe()
        return Promise.resolve()
      },
      stop: () => Promise.resolve(),
    }
  }
  return {
    link,
    store: () => script.store,
    flush() {
      script = createScript(world, { wrap, publish })
    },
    beAway(ms, from) {
      begin('away', ms, from)
      // A server that has ended closes its connections; a broken line is noticed by those who ask.
      if (world.random.chance(0.5)) return
      for (const { process, suspect } of all)
        if (from(process)) world.after(process, world.travelMs(), suspect)
    },
    beSlow: (ms) => begin('slow', ms, () => true),
    beUnheard: (ms, by) => begin('unheard', ms, by),
  }
}

/** To Redis, and back: what is sent first arrives first. */
interface Lines {
  there(run: () => void): void
  back(run: () => void): void
}
