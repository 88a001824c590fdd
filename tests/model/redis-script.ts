// gate.lua's operations on the store in memory, from and to the texts that travel between it and gate-redis.ts. A test of
// contracts holds the script and the store against each other.
import { createMemoryStore } from '../../server/modules/stock/gate-memory.ts'
import type { Numbers, StoreNews, TakeReply } from '../../server/modules/stock/gate-store.ts'
import type { GateRow } from '../../server/modules/stock/sql-gate.ts'
import { watchStore, type WatchedStore } from './watched-store.ts'
import type { World } from './world.ts'

export interface PlayedScript {
  run(parameters: readonly string[]): string[] | null
  store: WatchedStore
}

const WAIT_MS_MAX = 1_000

type Operation = (itemId: number, values: readonly string[]) => string[] | null

export function createScript(
  world: World,
  options: { wrap(store: WatchedStore): WatchedStore; publish(text: string): void },
): PlayedScript {
  const store = options.wrap(watchStore(createMemoryStore(), world))
  /** What the operation at hand has told; at its end the script decides whether others need to hear of it. */
  let told: StoreNews | undefined
  store.listen(
    (news) => (told = news),
    () => undefined,
  )
  const publish = ({ itemId, numbers, grants }: StoreNews): void => {
    const news = { item: String(itemId), numbers: wordsOf(numbers) }
    const pairs = grants.map(({ id, sequence }) => [id, String(sequence)])
    options.publish(JSON.stringify(pairs.length > 0 ? { ...news, grants: pairs } : news))
  }

  const operations: Record<string, Operation> = {
    load(itemId, [version, available, epoch, isAnew]) {
      const row = { itemId, version: Number(version), available: Number(available), epoch: Number(epoch) }
      void store.load(row as GateRow, isAnew === '1')
      const numbers = store.numbers(itemId)!
      publish({ itemId, numbers, grants: told?.grants ?? [] })
      return [textOf(numbers)]
    },
    take(itemId, [lines = '']) {
      const replies: string[] = []
      for (const line of lines.split('\n').slice(0, -1)) {
        const [quantity, isPassed, waited, owner = '', ...id] = line.split(' ')
        const reply = store.take(itemId, {
          id: id.join(' '),
          quantity: Number(quantity),
          owner,
          isPassed: isPassed === '1',
          waited: Number(waited),
        }) as TakeReply
        if (typeof reply === 'string') return null
        replies.push(reply.taken.slice(0, 1), String(reply.sequence))
      }
      return [textOf(store.numbers(itemId)!), replies.join(' ')]
    },
    settle(itemId, [version, available, lines = '']) {
      const before = store.numbers(itemId)
      if (before === undefined) return null
      const ids = lines === '' ? [] : lines.split('\n')
      store.settle(itemId, ids, { itemId, version: Number(version), available: Number(available) })
      const { numbers, grants } = told!
      const isNews = numbers.version > before.version && (numbers.available === 0 || ids.length === 0)
      if (grants.length > 0 || isNews) publish(told!)
      return [textOf(numbers)]
    },
    leave(itemId, sequences) {
      store.leave(itemId, sequences.map(Number))
      return null
    },
    look(itemId, [age]) {
      const numbers = store.numbers(itemId)
      if (numbers === undefined) return null
      const old = store
        .claims(itemId)
        .map((claim) => ({ ...claim, ageMs: Math.floor(world.nowMs() - claim.sinceMs) }))
        .filter(({ ageMs }) => ageMs > Number(age))
      return [textOf(numbers), ...old.flatMap(({ id, owner, ageMs }) => [id, owner, String(ageMs)])]
    },
  }
  return {
    store,
    run(parameters) {
      const itemId = Number(/\{item:(\d+)\}/.exec(parameters[0]!)![1])
      const [operation = '', ...values] = parameters.slice(4)
      told = undefined
      store.forgetWaiting(itemId, WAIT_MS_MAX)
      return operations[operation]!(itemId, values)
    },
  }
}

function wordsOf({ version, available, epoch, units }: Numbers): string[] {
  return [version, available, epoch, units].map(String)
}

const textOf = (numbers: Numbers): string => wordsOf(numbers).join(' ')
