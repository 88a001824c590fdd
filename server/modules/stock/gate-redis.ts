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
/** Of one item under way at once: who arrives behind a call need not wait for its answer. More only make the calls smaller. */
const CALLS_MAX = 2
const LOOKS_AT_ONCE = 50

const TAKEN = { g: 'granted', w: 'waits', f: 'full' } as const

interface Waiting {
  request: TakeRequest
  resolve(reply: TakeReply): void
}

/** Of an item: who is not asked for yet, and how many calls are under way. */
interface Line {
  waiting: Waiting[]
  calls: number
  isLeaving: boolean
}

export function createRedisStore({ redis, prefix }: { redis: RedisLink; prefix: string }): GateStore {
  const root = `${prefix}:gate${VERSION}`
  const run = redis.script(LUA, 3)
  const lines = new Map<number, Line>()
  let hear: (news: StoreNews) => void = () => undefined

  /** Its first element are the numbers. Undefined: the item has to be loaded. */
  const call = async (
    itemId: number,
    operation: string,
    values: readonly (string | number)[] = [],
  ): Promise<string[] | undefined> => {
    const item = `${root}:{item:${itemId}}`
    const answer = await run([
      `${item}:gate`,
      `${item}:claims`,
      `${item}:waiting`,
      root,
      operation,
      ...values,
    ])
    return Array.isArray(answer) ? (answer as string[]) : undefined
  }
  /** For what is good to be known there: whoever reads PostgreSQL next makes up for what was lost. */
  const tell = (itemId: number, operation: string, values: readonly (string | number)[]): void => {
    if (!redis.isHere()) return
    call(itemId, operation, values).then(
      (answer) => {
        if (answer !== undefined) hear({ itemId, numbers: readNumbers(answer[0]!), grants: [] })
      },
      () => undefined,
    )
  }

  const send = (itemId: number, line: Line): void => {
    while (line.calls < CALLS_MAX && line.waiting.length > 0) void takeSome(itemId, line)
    if (line.calls === 0 && !line.isLeaving) lines.delete(itemId)
  }
  /** Those who arrive in the same turn of the event loop travel together. */
  const leaveSoon = (itemId: number, line: Line): void => {
    if (line.isLeaving) return
    line.isLeaving = true
    setImmediate(() => {
      line.isLeaving = false
      send(itemId, line)
    })
  }
  const takeSome = async (itemId: number, line: Line): Promise<void> => {
    const batch = line.waiting.splice(0, BATCH_MAX)
    line.calls++
    const replies = await takeAll(itemId, batch)
    line.calls--
    // The next call leaves first: Redis counts while those of this one go on.
    send(itemId, line)
    for (let i = 0; i < batch.length; i++) batch[i]!.resolve(replies[i]!)
  }
  const takeAll = async (itemId: number, batch: readonly Waiting[]): Promise<TakeReply[]> => {
    let lines = ''
    for (const { request } of batch)
      lines += `${request.quantity} ${request.isPassed ? 1 : 0} ${request.waited} ${request.owner} ${request.id}\n`
    try {
      const answer = await call(itemId, 'take', [lines])
      if (answer === undefined) return batch.map(() => 'unknown')
      const numbers = readNumbers(answer[0]!)
      const words = answer[1]!.split(' ')
      if (words.length !== 2 * batch.length) throw new Error('the gate did not answer for every claim')
      return batch.map((_, i) => ({
        taken: TAKEN[words[2 * i] as keyof typeof TAKEN],
        sequence: Number(words[2 * i + 1]),
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
        let line = lines.get(itemId)
        if (line === undefined) lines.set(itemId, (line = { waiting: [], calls: 0, isLeaving: false }))
        line.waiting.push({ request, resolve })
        if (line.calls < CALLS_MAX) leaveSoon(itemId, line)
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
        tell(itemId, 'settle', [version, available, ids.slice(first, first + IDS_MAX).join('\n')])
    },
    learn: ({ itemId, version, available }) => tell(itemId, 'settle', [version, available, '']),
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
        hear({ itemId, numbers: readNumbers(answer[0]!), grants: [] })
        for (let i = 1; i < answer.length; i += 3)
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

/** "version available epoch units" */
function readNumbers(text: string): Numbers {
  return toNumbers(text.split(' '))
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
