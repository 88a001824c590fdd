import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { bestOf } from './server-clock.ts'

test('the quickest of the round trips says what time it is, and how surely', () => {
  const trips = [
    { sentAt: 1_000, receivedAt: 1_400, serverTime: 6_300, errorMs: 1 },
    { sentAt: 2_000, receivedAt: 2_020, serverTime: 7_010, errorMs: 2 },
    { sentAt: 3_000, receivedAt: 3_100, serverTime: 8_090, errorMs: 1 },
  ]
  // Half of the trip, and what the server itself does not know.
  expect(bestOf(trips)).toEqual({ offsetMs: 5_000, accuracyMs: 12 })
})

test('nothing is known of a clock that was never heard', () => {
  expect(bestOf([])).toBeUndefined()
})

describe('the clock of a page that stays open', () => {
  const AHEAD_MS = 5_000
  let asked = 0
  let isAway = false
  beforeEach(() => {
    vi.resetModules()
    asked = 0
    isAway = false
    vi.useFakeTimers({ now: 1_000_000 })
    vi.stubGlobal('fetch', async () => {
      asked++
      if (isAway) throw new TypeError('Failed to fetch')
      return Response.json({ serverTime: Date.now() + AHEAD_MS, errorMs: 1 })
    })
  })
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.useRealTimers()
  })
  /** With nothing known: as in a page of its own. */
  const open = () => import('./server-clock.ts')

  test('is measured by five trips for all who follow it, again every few minutes, and no more once nobody does', async () => {
    const { keepServerClock, serverNow } = await open()
    const stops = [keepServerClock(), keepServerClock()]
    await vi.advanceTimersByTimeAsync(1_000)
    expect(asked).toBe(5)
    expect(serverNow()).toBe(Date.now() + AHEAD_MS)
    await vi.advanceTimersByTimeAsync(6 * 60_000)
    expect(asked).toBe(10)
    for (const stop of stops) stop()
    await vi.advanceTimersByTimeAsync(30 * 60_000)
    expect(asked).toBe(10)
  })

  test('is measured once the server is there', async () => {
    const { keepServerClock, clockReading } = await open()
    isAway = true
    const stop = keepServerClock()
    await vi.advanceTimersByTimeAsync(2_000)
    expect(clockReading()).toBeUndefined()
    isAway = false
    await vi.advanceTimersByTimeAsync(8_000)
    expect(clockReading()).toBeDefined()
    stop()
  })

  test('is measured at once when the machine slept, or its clock was set', async () => {
    const { keepServerClock } = await open()
    const stop = keepServerClock()
    await vi.advanceTimersByTimeAsync(1_000)
    vi.setSystemTime(Date.now() + 60_000)
    await vi.advanceTimersByTimeAsync(1_500)
    expect(asked).toBe(10)
    stop()
  })
})
