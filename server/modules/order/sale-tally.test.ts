import { describe, expect, test } from 'vitest'
import { bucketOf, createSaleTally, quantileOf, type SaleTally } from './sale-tally.ts'

/** Processes that hear all that any of them tells. */
function processes(count: number, watched: ReadonlySet<number>): SaleTally[] {
  const all: SaleTally[] = Array.from({ length: count }, (_, n) =>
    createSaleTally({
      processId: `p${n}`,
      notify: async (payload) => all.forEach((one) => one.listen.onMessage(payload)),
      isWatched: (itemId) => watched.has(itemId),
    }),
  )
  return all
}

describe('what is asked of a sale', () => {
  test('is summed over all processes, by outcome', async () => {
    const [one, other] = processes(2, new Set([7]))
    one!.count(7, 'placed', 2)
    one!.count(7, 'sold_out')
    other!.count(7, 'sold_out')
    other!.count(7, undefined, 30)
    await one!.tell()
    await other!.tell()
    const { tally, processes: heard } = one!.take(7)
    expect(heard).toBe(2)
    expect(tally.claims).toBe(4)
    expect(tally.refusals).toEqual({ sold_out: 2, unavailable: 1 })
    expect(quantileOf(tally.latencies, 1)).toBeGreaterThanOrEqual(30)
    expect(one!.take(7).tally.claims, 'taken once').toBe(0)
  })

  test('is kept only where somebody watches', async () => {
    const [one] = processes(1, new Set())
    one!.count(7, 'placed', 2)
    await one!.tell()
    expect(one!.take(7)).toMatchObject({ processes: 0, tally: { claims: 0 } })
  })

  test('is told by nobody who was asked nothing', async () => {
    let told = 0
    const idle = createSaleTally({
      processId: 'p',
      notify: async () => void told++,
      isWatched: () => true,
    })
    await idle.tell()
    expect(told).toBe(0)
  })
})

describe('a quantile', () => {
  test('is at most half above what was measured', () => {
    for (const milliseconds of [0.01, 0.3, 1, 7, 120, 4_000]) {
      const latencies: number[] = []
      latencies[bucketOf(milliseconds)] = 10
      const shown = quantileOf(latencies, 0.99)!
      expect(shown).toBeGreaterThanOrEqual(Math.min(milliseconds, shown))
      expect(shown).toBeLessThanOrEqual(Math.max(0.25, milliseconds * 1.5 + 0.01))
    }
  })

  test('is nothing where nothing was measured', () => expect(quantileOf([], 0.5)).toBeNull())
})
