import { describe, expect, it } from 'vitest'
import { offsetOf } from './offset.ts'

describe('the offset of the server’s clock', () => {
  it('is that of the quickest of the trips', () => {
    const trips = [
      { sentMs: 0, receivedMs: 200, serverMs: 5_150 },
      { sentMs: 300, receivedMs: 320, serverMs: 5_310 },
      { sentMs: 400, receivedMs: 480, serverMs: 5_470 },
    ]
    expect(offsetOf(trips)).toEqual({ offsetMs: 5_000, accuracyMs: 11 })
  })

  it('is never further from the truth than it says, wherever in the trip the server looked at its clock', () => {
    const truth = 1_700_000_000_000
    for (const share of [0, 0.25, 0.5, 0.9, 1]) {
      const trip = { sentMs: 1_000, receivedMs: 1_090, serverMs: Math.floor(truth + 1_000 + 90 * share) }
      const { offsetMs, accuracyMs } = offsetOf([trip])!
      expect(Math.abs(offsetMs - truth)).toBeLessThanOrEqual(accuracyMs)
    }
  })

  it('is unknown without a trip, and of no trip in which the page’s clock went backwards', () => {
    expect(offsetOf([])).toBeUndefined()
    expect(offsetOf([{ sentMs: 10, receivedMs: 5, serverMs: 1 }])).toBeUndefined()
  })
})
