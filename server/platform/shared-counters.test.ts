import { pino } from 'pino'
import { afterEach, expect, test, vi } from 'vitest'
import { createSharedCounters, type AddToCount } from './shared-counters.ts'

const MINUTE = { max: 3, windowMs: 60_000 }
const log = pino({ level: 'silent' })

afterEach(() => vi.useRealTimers())

/** Two processes, and the place they share: it can go away, and its answers can be kept back. */
function open() {
  const clock = { ms: 1_000_000, now: () => clock.ms }
  const counts = new Map<string, number>()
  const asked: number[] = []
  const place = { isAway: false, gate: Promise.resolve(), endsAt: clock.ms + 60_000 }
  const add: AddToCount = async (key, more) => {
    asked.push(more)
    await place.gate
    if (place.isAway) throw Object.assign(new Error('gone'), { code: 'ECONNREFUSED' })
    counts.set(key, (counts.get(key) ?? 0) + more)
    return { count: counts.get(key) ?? 0, msLeft: place.endsAt - clock.ms }
  }
  const start = () => createSharedCounters({ add, clock, log })
  return { clock, counts, asked, place, one: start(), other: start() }
}

test('two processes count together, each key for itself', async () => {
  const { one, other } = open()
  expect((await one.countOne('a', MINUTE)).count).toBe(1)
  expect((await other.countOne('a', MINUTE)).count).toBe(2)
  expect((await one.countOne('a', MINUTE)).count).toBe(3)
  expect((await other.countOne('a', MINUTE)).count).toBe(4)
  expect((await other.countOne('b', MINUTE)).count).toBe(1)
})

test('whoever is known to be at the limit is refused without asking until the window ends', async () => {
  const { one, asked, clock, counts, place } = open()
  for (let count = 0; count < 3; count++) await one.countOne('a', MINUTE)
  clock.ms += 59_999
  expect(await one.countOne('a', MINUTE)).toEqual({ count: 4, msLeft: 1 })
  expect(asked).toEqual([1, 1, 1])
  clock.ms += 1
  place.endsAt += 60_000
  counts.clear()
  expect((await one.countOne('a', MINUTE)).count).toBe(1)
})

test('those who come while one is being counted are counted together, each with a number of its own', async () => {
  const { one, asked, place } = open()
  const gate = Promise.withResolvers<void>()
  place.gate = gate.promise
  const answers = Array.from({ length: 50 }, () => one.countOne('a', MINUTE))
  gate.resolve()
  const counts = (await Promise.all(answers)).map(({ count }) => count)
  expect(counts).toEqual(Array.from({ length: 50 }, (_, index) => index + 1))
  expect(asked).toEqual([1, 49])
})

test('while the shared place is away the limit holds in this process, from what it knew', async () => {
  const { one, asked, place, clock } = open()
  await one.countOne('a', MINUTE)
  place.isAway = true
  expect((await one.countOne('a', MINUTE)).count).toBe(2)
  const burst = await Promise.all([1, 2, 3].map(() => one.countOne('a', MINUTE)))
  expect(burst.map(({ count }) => count)).toEqual([3, 4, 5])
  expect((await one.countOne('b', MINUTE)).count).toBe(1)
  // Asked once, then not for a second.
  expect(asked).toHaveLength(2)
  place.isAway = false
  clock.ms += 1_000
  expect((await one.countOne('b', MINUTE)).count).toBe(1)
  expect(asked).toHaveLength(3)
})

test('a failure while several are being counted starts one absence, and none of them fails', async () => {
  const { one, place } = open()
  place.isAway = true
  const counted = await Promise.all(['a', 'b', 'c', 'a'].map((key) => one.countOne(key, MINUTE)))
  expect(counted.map(({ count }) => count)).toEqual([1, 1, 1, 2])
})

test('a place that never answers holds a key up for two seconds, and then nobody', async () => {
  vi.useFakeTimers()
  const { one, asked, place } = open()
  place.gate = new Promise(() => undefined)
  const counted = Promise.all([1, 2, 3].map(() => one.countOne('a', MINUTE)))
  await vi.advanceTimersByTimeAsync(2_000)
  expect((await counted).map(({ count }) => count)).toEqual([1, 2, 3])
  expect((await one.countOne('b', MINUTE)).count).toBe(1)
  expect(asked).toHaveLength(1)
})
