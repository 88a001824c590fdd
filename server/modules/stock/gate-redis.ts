// Where a gate counts when several processes sell: one Lua script on one item's keys. Claims that arrive together travel
// together; an answer that does not come in time is done without.
import { readFileSync } from 'node:fs'
import type { RedisLink } from '../../platform/redis.ts'
import type { GateStore, Numbers, OverdueClaim, StoreNews, TakeReply, TakeRequest } from './gate-store.ts'

const LUA = readFileSync(`${import.meta.dirname}/gate.lua`, 'utf8')
/** Of the keys and what is in them: another version of the script has keys of its own. */
const VERSION = 1
const BATCH_MAX = 200
const IDS_MAX = 1_000
const LOOKS_AT_ONCE = 50

interface Waiting {
  request: TakeRequest
  resolve(reply: TakeReply): void
}

export function createRedisStore({ redis, prefix }: { redis: RedisLink; prefix: string }): GateStore {
  const root = `${prefix}:gate${VERSION}`
  const run = redis.script(LUA, 3)
  const queues = new Map<number, Waiting[]>()
  let hear: (news: StoreNews) => void = () => undefined

  const call = async (
    itemId: number,
    operation: string,
    values: readonly (string | number)[] = [],
  ): Promise<string[] | undefined> => {
    const keys = ['gate', 'claims', 'waiting'].map((key) => `${root}:{item:${itemId}}:${key}`)
    const answer = await run([...keys, root, operation, ...values])
    return Array.isArray(answer) ? (answer as string[]) : undefined
  }
  /** For what is good to be known there: whoever reads PostgreSQL next makes up for what was lost. */
  const tell = (itemId: number, operation: string, values: readonly (string | number)[]): void => {
    if (!redis.isHere()) return
    call(itemId, operation, values).then(
      (answer) => {
        if (answer !== undefined) hear({ itemId, numbers: toNumbers(answer), grants: [] })
      },
      () => undefined,
    )
  }

  const send = async (itemId: number, queue: Waiting[]): Promise<void> => {
    while (queue.length > 0) {
      const batch = queue.splice(0, BATCH_MAX)
      const replies = await takeAll(itemId, batch)
      for (let i = 0; i < batch.length; i++) batch[i]!.resolve(replies[i]!)
    }
    queues.delete(itemId)
  }
  const takeAll = async (itemId: number, batch: readonly Waiting[]): Promise<TakeReply[]> => {
    const values = batch.flatMap(({ request: { id, quantity, owner, isPassed, waited } }) => [
      id,
      quantity,
      owner,
      isPassed ? 1 : 0,
      waited,
    ])
    try {
      const answer = await call(itemId, 'take', values)
      if (answer === undefined) return batch.map(() => 'unknown')
      const numbers = toNumbers(answer)
      return batch.map((_, i) => ({
        taken: answer[4 + 2 * i] as 'granted' | 'waits' | 'full',
        sequence: Number(answer[5 + 2 * i]),
        numbers,
      }))
    } catch {
      return batch.map(() => 'away')
    }
  }

  return {
    isShared: true,
    isAway: () => !redis.isHere(),
    listen(listener, onMissed) {
      hear = listener
      redis.subscribe(root, (text) => hear(toNews(text)), onMissed)
    },
    take(itemId, request) {
      if (!redis.isHere()) return 'away'
      return new Promise((resolve) => {
        const queue = queues.get(itemId)
        if (queue !== undefined) {
          queue.push({ request, resolve })
          return
        }
        const fresh: Waiting[] = [{ request, resolve }]
        queues.set(itemId, fresh)
        // Those who arrive in the same turn of the event loop travel together, and then those who came meanwhile.
        setImmediate(() => void send(itemId, fresh))
      })
    },
    async load({ itemId, version, available, epoch }, isAnew) {
      try {
        return (await call(itemId, 'load', [version, available, epoch, isAnew ? 1 : 0])) !== undefined
      } catch {
        return false
      }
    },
    settle(itemId, ids, change) {
      const { version, available } = change ?? { version: 0, available: 0 }
      for (let first = 0; first < ids.length; first += IDS_MAX)
        tell(itemId, 'settle', [version, available, ...ids.slice(first, first + IDS_MAX)])
    },
    learn: ({ itemId, version, available }) => tell(itemId, 'settle', [version, available]),
    leave(itemId, sequences) {
      for (let first = 0; first < sequences.length; first += IDS_MAX)
        tell(itemId, 'leave', sequences.slice(first, first + IDS_MAX))
    },
    async look(itemIds, ageMs) {
      if (!redis.isHere()) return []
      const found: OverdueClaim[] = []
      const lookAt = async (itemId: number): Promise<void> => {
        const answer = await call(itemId, 'look', [ageMs]).catch(() => undefined)
        if (answer === undefined) return
        hear({ itemId, numbers: toNumbers(answer), grants: [] })
        for (let i = 4; i < answer.length; i += 3)
          found.push({ itemId, id: answer[i]!, owner: answer[i + 1]!, ageMs: Number(answer[i + 2]) })
      }
      for (let first = 0; first < itemIds.length; first += LOOKS_AT_ONCE)
        await Promise.all(itemIds.slice(first, first + LOOKS_AT_ONCE).map(lookAt))
      return found
    },
    // Others may use it; left alone it ends by itself.
    drop: () => undefined,
  }
}

function toNumbers([version, available, epoch, units]: readonly string[]): Numbers {
  return {
    version: Number(version),
    available: Number(available),
    epoch: Number(epoch),
    units: Number(units),
  }
}

function toNews(text: string): StoreNews {
  const {
    item,
    numbers,
    grants = [],
  } = JSON.parse(text) as {
    item: string
    numbers: string[]
    grants?: [string, string][]
  }
  return {
    itemId: Number(item),
    numbers: toNumbers(numbers),
    grants: grants.map(([id, sequence]) => ({ id, sequence: Number(sequence) })),
  }
}
