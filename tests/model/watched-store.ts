// The gate's store in memory, with its claims kept beside it in sight: what the properties ask of it, and what a Redis
// knows of a claim that memory does not need to (who writes it, since when).
import type { ClaimRef } from '../../server/modules/stock/contract.ts'
import type { GateStore, Numbers, StoreNews, TakeRequest } from '../../server/modules/stock/gate-store.ts'
import type { World } from './world.ts'

interface KeptClaim {
  id: string
  owner: string
  units: number
  sinceMs: number
}

export interface WatchedStore extends GateStore {
  /** Claims in flight. */
  claims(itemId: number): KeptClaim[]
  /** Units that were taken for the claim when it was last granted, whether it is still in flight or not. */
  unitsGranted(claim: ClaimRef): number
  isTaken(claim: ClaimRef): boolean
  /** Undefined: the item is not loaded. */
  numbers(itemId: number): Numbers | undefined
  /** Those who have waited for longer than `ms` are not served any more. */
  forgetWaiting(itemId: number, ms: number): void
}

interface Watched {
  numbers: Numbers
  claims: Map<string, KeptClaim>
  /** By sequence. */
  waiting: Map<number, { request: TakeRequest; sinceMs: number }>
}

export function watchStore(store: GateStore, world: World): WatchedStore {
  const items = new Map<number, Watched>()
  const granted = new Map<string, number>()
  let hear: (news: StoreNews) => void = () => undefined

  const watched = (itemId: number): Watched => {
    const known = items.get(itemId)
    if (known !== undefined) return known
    const fresh = {
      numbers: { version: 0, available: 0, epoch: 0, units: 0 },
      claims: new Map(),
      waiting: new Map(),
    }
    items.set(itemId, fresh)
    return fresh
  }
  const keep = (itemId: number, { id, owner }: TakeRequest, units: number): void => {
    watched(itemId).claims.set(id, { id, owner, units, sinceMs: world.nowMs() })
    granted.set(`${itemId} ${id}`, units)
  }
  /** Whoever is served gets its units, or none where it wants more than all that is left: tell them by the sum. */
  const onNews = (news: StoreNews): void => {
    const item = watched(news.itemId)
    let units = news.numbers.units - unitsOf(item)
    for (const { id, sequence } of news.grants) {
      const request = item.waiting.get(sequence)?.request
      item.waiting.delete(sequence)
      if (request === undefined || item.claims.has(id)) continue
      const taken = request.quantity <= units ? request.quantity : 0
      units -= taken
      keep(news.itemId, request, taken)
    }
    item.numbers = { ...news.numbers }
    if (item.numbers.available === 0) item.waiting.clear()
    hear(news)
  }
  store.listen(onNews, () => undefined)

  return {
    isShared: store.isShared,
    listen: (listener) => void (hear = listener),
    take(itemId, request) {
      const reply = store.take(itemId, request)
      if (reply instanceof Promise || typeof reply === 'string') return reply
      const item = watched(itemId)
      const units = reply.numbers.units - unitsOf(item)
      item.numbers = { ...reply.numbers }
      item.waiting.delete(request.waited)
      if (reply.taken === 'waits') item.waiting.set(reply.sequence, { request, sinceMs: world.nowMs() })
      if (reply.taken === 'granted' && !item.claims.has(request.id)) keep(itemId, request, units)
      return reply
    },
    isAway: store.isAway,
    load(row, isAnew) {
      if (isAnew) items.delete(row.itemId)
      const { numbers } = watched(row.itemId)
      const isDone = store.load(row, isAnew)
      // A load that brings no newer number tells nobody, but its epoch counts.
      watched(row.itemId).numbers.epoch = Math.max(numbers.epoch, row.epoch)
      return isDone
    },
    settle(itemId, ids, change) {
      for (const id of ids) items.get(itemId)?.claims.delete(id)
      store.settle(itemId, ids, change)
    },
    learn: (change) => store.learn(change),
    leave(itemId, sequences) {
      for (const sequence of sequences) items.get(itemId)?.waiting.delete(sequence)
      store.leave(itemId, sequences)
    },
    look: (itemIds, ageMs) => store.look(itemIds, ageMs),
    drop(itemId) {
      items.delete(itemId)
      store.drop(itemId)
    },
    claims: (itemId) => [...(items.get(itemId)?.claims.values() ?? [])],
    unitsGranted: ({ itemId, buyerId, key }) => granted.get(`${itemId} ${buyerId} ${key}`) ?? 0,
    isTaken: ({ itemId, buyerId, key }) => items.get(itemId)?.claims.has(`${buyerId} ${key}`) === true,
    numbers: (itemId) => items.get(itemId)?.numbers,
    forgetWaiting(itemId, ms) {
      const item = items.get(itemId)
      if (item === undefined) return
      for (const [sequence, { sinceMs }] of item.waiting) {
        if (world.nowMs() - sinceMs <= ms) continue
        item.waiting.delete(sequence)
        store.leave(itemId, [sequence])
      }
    },
  }
}

function unitsOf({ claims }: Watched): number {
  let units = 0
  for (const claim of claims.values()) units += claim.units
  return units
}
