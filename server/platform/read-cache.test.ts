import { describe, expect, test } from 'vitest'
import { createReadCache, type Loaded, type ReadCache } from './read-cache.ts'

const FRESH_MS = 900

interface Played {
  cache: ReadCache<string, string>
  load: (keys: readonly string[]) => Promise<Loaded<string>[]>
  /** What was asked of the source, in order. */
  asked: string[][]
  clock: { ms: number; now(): number }
}

/** A source that answers at once, with what `source` holds by then. */
function play(source: Record<string, string | undefined>, lives: Record<string, number> = {}): Played {
  const clock = { ms: 1_000_000, now: () => clock.ms }
  const asked: string[][] = []
  const options = { clock, freshMs: FRESH_MS, entriesMax: 3, missingMax: 2 }
  return {
    cache: createReadCache<string, string>(options),
    clock,
    asked,
    load: async (keys) => {
      asked.push([...keys])
      return keys.map((key) => ({ value: source[key], freshMs: lives[key] }))
    },
  }
}

/** A load that ends when the test says so. */
function held(): {
  load: () => Promise<Loaded<string>[]>
  end: (value: string) => void
  fail: () => void
  count: () => number
} {
  const flights: { resolve: (loaded: Loaded<string>[]) => void; reject: (error: Error) => void }[] = []
  let count = 0
  return {
    load: () => {
      count++
      return new Promise((resolve, reject) => void flights.push({ resolve, reject }))
    },
    end: (value) => flights.shift()!.resolve([{ value }]),
    fail: () => flights.shift()!.reject(new Error('away')),
    count: () => count,
  }
}

describe('a value', () => {
  test('is loaded once, and then there at once until its time is over', async () => {
    const { cache, load, asked, clock } = play({ a: '1' })
    expect(await cache.read('a', load)).toBe('1')
    expect(cache.read('a', load)).toBe('1')
    clock.ms += 600
    expect(cache.read('a', load)).toBe('1')
    expect(asked).toHaveLength(1)
    clock.ms += 300
    expect(cache.read('a', load)).toBeInstanceOf(Promise)
    expect(asked).toHaveLength(2)
  })

  test('that many ask for is loaded again before it ends, and nobody waits', async () => {
    const source = { a: '1' }
    const { cache, load, asked, clock } = play(source)
    await cache.read('a', load)
    source.a = '2'
    clock.ms += 700
    expect(cache.read('a', load)).toBe('1')
    expect(cache.read('a', load)).toBe('1')
    expect(asked).toHaveLength(2)
    await Promise.resolve()
    await Promise.resolve()
    expect(cache.read('a', load)).toBe('2')
  })

  test('ages from the moment its load began', async () => {
    const { cache, clock } = play({})
    const slow = held()
    const first = cache.read('a', slow.load)
    clock.ms += 899
    slow.end('1')
    expect(await first).toBe('1')
    clock.ms += 1
    expect(cache.read('a', slow.load)).toBeInstanceOf(Promise)
    slow.end('2')
  })

  test('that ends by itself lives no longer than that, and never longer than the others', async () => {
    const { cache, load, clock } = play({ a: '1', b: '1', c: '1' }, { a: 50, b: 5_000, c: -10 })
    await cache.readMany(['a', 'b'], load)
    clock.ms += 49
    expect(cache.peek('a')).toBe('1')
    clock.ms += 1
    expect(cache.peek('a')).toBeUndefined()
    expect(cache.peek('b')).toBe('1')
    clock.ms += FRESH_MS - 50
    expect(cache.peek('b')).toBeUndefined()
    expect(await cache.read('c', load)).toBe('1')
    expect(cache.peek('c')).toBeUndefined()
  })

  test('does not last longer because the clock was set back', async () => {
    const { cache, load, clock } = play({ a: '1' })
    await cache.read('a', load)
    clock.ms -= 1
    expect(cache.peek('a')).toBeUndefined()
  })
})

describe('those who ask together', () => {
  test('share one load, and its failure; nothing is kept of that', async () => {
    const { cache } = play({})
    const slow = held()
    const asks = [cache.read('a', slow.load), cache.read('a', slow.load), cache.readMany(['a'], slow.load)]
    expect(slow.count()).toBe(1)
    slow.fail()
    for (const ask of asks) await expect(ask).rejects.toThrow('away')
    const again = cache.read('a', slow.load)
    expect(slow.count()).toBe(2)
    slow.end('1')
    expect(await again).toBe('1')
  })

  test('ask once for all that is not known, in whatever order and how often it is named', async () => {
    const { cache, load, asked } = play({ a: '1', b: '2', c: '3' })
    await cache.read('b', load)
    expect(await cache.readMany(['c', 'b', 'x', 'a', 'c'], load)).toEqual(['3', '2', undefined, '1', '3'])
    expect(asked).toEqual([['b'], ['c', 'x', 'a']])
    expect(await cache.readMany([], load)).toEqual([])
  })

  test('wait for a load that is on its way too long, and share the next one', async () => {
    const { cache, clock } = play({})
    const slow = held()
    const first = cache.read('a', slow.load)
    clock.ms += FRESH_MS
    const late = [cache.readMany(['a'], slow.load), cache.readMany(['a', 'a'], slow.load)]
    const one = cache.read('a', slow.load)
    expect(slow.count()).toBe(1)
    slow.end('old')
    expect(await first).toBe('old')
    await new Promise(setImmediate)
    expect(slow.count()).toBe(2)
    slow.end('new')
    expect(await Promise.all(late)).toEqual([['new'], ['new', 'new']])
    expect(await one).toBe('new')
  })

  test('do not care that the load before theirs failed', async () => {
    const { cache } = play({})
    const slow = held()
    const first = cache.read('a', slow.load)
    cache.forget(['a'])
    const late = cache.read('a', slow.load)
    slow.fail()
    await expect(first).rejects.toThrow('away')
    await new Promise(setImmediate)
    slow.end('1')
    expect(await late).toBe('1')
  })
})

describe('news', () => {
  test('that are told make the next one load; a load that was on its way is not kept', async () => {
    const { cache } = play({})
    const slow = held()
    const before = cache.read('a', slow.load)
    cache.forget(['a', 'other'])
    const after = cache.read('a', slow.load)
    slow.end('old')
    expect(await before).toBe('old')
    expect(cache.peek('a')).toBeUndefined()
    await new Promise(setImmediate)
    slow.end('new')
    expect(await after).toBe('new')
    expect(cache.peek('a')).toBe('new')
    cache.forgetAll()
    expect(cache.peek('a')).toBeUndefined()
  })

  test('that come often make it live shorter, also what is on its way, and never longer', async () => {
    const { cache, load, clock } = play({ a: '1' })
    const slow = held()
    const loading = cache.read('b', slow.load)
    await cache.read('a', load)
    cache.shorten(['a', 'b', 'unknown'], 100)
    cache.shorten(['a', 'b'], 500)
    slow.end('1')
    await loading
    clock.ms += 99
    expect([cache.peek('a'), cache.peek('b')]).toEqual(['1', '1'])
    clock.ms += 1
    expect([cache.peek('a'), cache.peek('b')]).toEqual([undefined, undefined])
  })
})

describe('memory', () => {
  test('is bounded, and what is not there pushes nothing out', async () => {
    const { cache, load, asked } = play({ a: '1', b: '2', c: '3', d: '4' })
    for (const key of ['a', 'b', 'c', 'd', 'x1', 'x2', 'x3']) await cache.read(key, load)
    expect(['a', 'b', 'c', 'd'].map((key) => cache.peek(key))).toEqual([undefined, '2', '3', '4'])
    const before = asked.length
    for (const key of ['x3', 'x2', 'x1']) await cache.read(key, load)
    expect(asked.slice(before)).toEqual([['x1']])
  })
})

/** mulberry32: a seed has the same history again. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

test.each(Array.from({ length: 40 }, (_, seed) => seed))(
  'in any order of reads, writes, news, failures and time, nobody gets what is too old (seed %i)',
  async (seed) => {
    const next = random(seed)
    const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)]!
    const clock = { ms: 0, now: () => clock.ms }
    const cache = createReadCache<string, { at: number; step: number }>({
      clock,
      freshMs: FRESH_MS,
      entriesMax: 2,
      missingMax: 2,
    })
    const keys = ['a', 'b', 'c']
    const inFlight = new Map<string, number>()
    const toldAt = new Map<string, number>()
    const landings: (() => void)[] = []
    let step = 0
    // A value is when its load began: the least favourable moment for it to have been read.
    const load = (asked: readonly string[]): Promise<Loaded<{ at: number; step: number }>[]> => {
      for (const key of asked) {
        inFlight.set(key, (inFlight.get(key) ?? 0) + 1)
        expect(inFlight.get(key)).toBe(1)
      }
      const value = { at: clock.ms, step }
      const fails = next() < 0.1
      const freshMs = next() < 0.3 ? next() * 2_000 - 100 : undefined
      return new Promise((resolve, reject) => {
        landings.push(() => {
          for (const key of asked) inFlight.set(key, 0)
          if (fails) reject(new Error('away'))
          else resolve(asked.map(() => ({ value, freshMs })))
        })
      })
    }
    const checks: Promise<void>[] = []
    const check = async (
      key: string,
      answer: Promise<{ at: number; step: number } | undefined> | { at: number; step: number } | undefined,
    ): Promise<void> => {
      const [askedMs, told] = [clock.ms, toldAt.get(key) ?? -1]
      try {
        const value = await answer
        expect(value!.at).toBeGreaterThan(askedMs - FRESH_MS)
        expect(value!.step).toBeGreaterThan(told)
      } catch (error) {
        expect((error as Error).message).toBe('away')
      }
    }
    for (step = 0; step < 300; step++) {
      const [key, other, dice] = [pick(keys), pick(keys), next()]
      if (dice < 0.4) checks.push(check(key, cache.read(key, load)))
      else if (dice < 0.5) {
        const both = cache.readMany([key, other], load)
        checks.push(
          check(
            key,
            both.then(([first]) => first),
          ),
          check(
            other,
            both.then(([, second]) => second),
          ),
        )
      } else if (dice < 0.6) {
        cache.forget([key])
        toldAt.set(key, step)
        // A load of this very step is not older than the news.
        step++
      } else if (dice < 0.65) cache.shorten([key], 100)
      else if (dice < 0.8) landings.splice(Math.floor(next() * landings.length), 1)[0]?.()
      else if (dice < 0.9) clock.ms += Math.floor(next() * 400)
      if (next() < 0.5) await new Promise(setImmediate)
    }
    while (landings.length > 0) {
      landings.shift()!()
      await new Promise(setImmediate)
    }
    await Promise.all(checks)
  },
)
