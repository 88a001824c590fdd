import { describe, expect, test } from 'vitest'
import { joinPoints, refusalsOf, withQuiet, type ChartPoint } from './last-minute.ts'

const point = (at: number, placed = 1, refusals: Record<string, number> = {}): ChartPoint => ({
  at,
  claims: placed,
  placed,
  paid: 0,
  expired: 0,
  canceled: 0,
  refusals,
})
const drawn = (points: readonly ChartPoint[]): number[][] => points.map(({ at, placed }) => [at, placed])

describe('the last minute of a sale', () => {
  test('starts at zero where the sale was quiet, and is a minute wide', () => {
    expect(drawn(withQuiet([point(100_000, 3)]))).toEqual([
      [40_000, 0],
      [99_000, 0],
      [100_000, 3],
    ])
  })

  test('goes down to zero between two bursts, and not straight from one to the other', () => {
    expect(drawn(withQuiet([point(40_500), point(45_000, 2), point(100_000, 3)]))).toEqual([
      [40_500, 1],
      [41_500, 0],
      [44_000, 0],
      [45_000, 2],
      [46_000, 0],
      [99_000, 0],
      [100_000, 3],
    ])
    expect(drawn(withQuiet([point(40_500), point(42_500, 2), point(100_000)])).slice(0, 3)).toEqual([
      [40_500, 1],
      [41_500, 0],
      [42_500, 2],
    ])
    expect(withQuiet([])).toEqual([])
  })

  test('keeps what was seen when the connection is made anew, and adds only what was missed', () => {
    const seen = [point(10_000, 5), point(11_000, 6)]
    expect(drawn(joinPoints(seen, [point(10_900, 9), point(12_000, 7), point(13_000, 8)]))).toEqual([
      [10_000, 5],
      [11_000, 6],
      [12_000, 7],
      [13_000, 8],
    ])
  })

  test('forgets what is older', () => {
    expect(drawn(joinPoints([point(1_000), point(50_000)], [point(90_000)]))).toEqual([
      [50_000, 1],
      [90_000, 1],
    ])
  })

  test('sums refusals by reason, most first', () => {
    const points = [
      point(0, 0, { sold_out: 50 }),
      point(99_000, 0, { paused: 3 }),
      point(100_000, 0, { sold_out: 2, paused: 1 }),
    ]
    expect(refusalsOf(points)).toEqual([
      ['paused', 4],
      ['sold_out', 2],
    ])
  })
})
