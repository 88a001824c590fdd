import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createServerClock, type ClockParts } from './server-clock.ts'

const SERVER_AHEAD_MS = 5_000

const wait = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms))

/** Time goes on until it is done. */
async function passing(work: Promise<unknown>): Promise<void> {
  await vi.advanceTimersByTimeAsync(1_000)
  await work
}

/** A page whose clock is the fake timers', and a server that is ahead of it and answers after `tripMs`. */
function playedPage(tripMs: () => number) {
  const page = { asked: 0, isAway: false, sleptMs: 0, show: (): void => undefined }
  const monotonicMs = (): number => Date.now() - page.sleptMs
  const parts: ClockParts = {
    monotonicMs,
    wallMs: () => Date.now(),
    onShown: (listener) => {
      page.show = listener
      return () => (page.show = () => undefined)
    },
    async askServerMs() {
      page.asked += 1
      if (page.isAway) throw new TypeError('Failed to fetch')
      const half = tripMs() / 2
      await wait(half)
      const serverMs = Date.now() + SERVER_AHEAD_MS
      await wait(half)
      return serverMs
    },
  }
  return { page, clock: createServerClock(parts) }
}

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }))
afterEach(() => void vi.useRealTimers())

describe('the server’s clock', () => {
  it('is the machine’s own, of unknown accuracy, until it was measured', async () => {
    const { clock } = playedPage(() => 20)
    expect(clock.nowMs()).toBe(Date.now())
    expect(clock.reading().accuracyMs).toBeUndefined()
    await passing(clock.measure())
    expect(clock.nowMs()).toBe(Date.now() + SERVER_AHEAD_MS)
    expect(clock.reading().accuracyMs).toBe(11)
  })

  it('is measured by five round trips, of which the quickest counts', async () => {
    const trips = [80, 60, 8, 200, 90]
    const { page, clock } = playedPage(() => trips.shift()!)
    await passing(clock.measure())
    expect(page.asked).toBe(5)
    expect(clock.reading().accuracyMs).toBe(5)
  })

  it('is measured once for all who ask at the same time', async () => {
    const { page, clock } = playedPage(() => 10)
    await passing(Promise.all([clock.measure(), clock.measure()]))
    expect(page.asked).toBe(5)
  })

  it('keeps what it knows while the server is away, and tells nobody', async () => {
    const { page, clock } = playedPage(() => 10)
    await passing(clock.measure())
    const told = vi.fn<() => void>()
    clock.subscribe(told)
    page.isAway = true
    await passing(clock.measure())
    expect(told).not.toHaveBeenCalled()
    expect(clock.nowMs()).toBe(Date.now() + SERVER_AHEAD_MS)
  })

  it('is measured again when the page is shown, after a sleep, and each few minutes', async () => {
    const { page, clock } = playedPage(() => 10)
    const stop = clock.start()
    await vi.advanceTimersByTimeAsync(100)
    expect(page.asked).toBe(5)
    page.show()
    await vi.advanceTimersByTimeAsync(100)
    expect(page.asked).toBe(10)
    page.sleptMs = 60_000
    await vi.advanceTimersByTimeAsync(2_500)
    expect(page.asked).toBe(15)
    expect(clock.nowMs()).toBe(Date.now() + SERVER_AHEAD_MS)
    await vi.advanceTimersByTimeAsync(4 * 60_000 + 4_000)
    expect(page.asked).toBe(20)
    stop()
    page.show()
    await vi.advanceTimersByTimeAsync(10 * 60_000)
    expect(page.asked).toBe(20)
  })
})
