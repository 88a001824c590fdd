import { describe, expect, it } from 'vitest'
import { cuePassed, msToNextTick, OPENING_CUES } from './countdown.ts'

describe('a countdown', () => {
  it('changes next at a whole second before its end, however late the last timer was', () => {
    expect(msToNextTick(10_000)).toBe(1_000)
    expect(msToNextTick(9_850)).toBe(850)
    expect(msToNextTick(1)).toBe(1)
    expect(msToNextTick(0)).toBeUndefined()
    let remaining = 5_000
    for (const late of [3, 40, 0, 17]) remaining -= msToNextTick(remaining)! + late
    expect(remaining).toBe(983)
  })

  it('is said aloud once at each cue', () => {
    const said: number[] = []
    for (let now = 605_000; now >= -1_000; now -= 700) {
      const cue = cuePassed(OPENING_CUES, { beforeMs: now + 700, nowMs: now })
      if (cue !== undefined) said.push(cue)
    }
    expect(said).toEqual([600_000, 60_000, 10_000, 0])
  })

  it('says only what is still true after a sleep', () => {
    expect(cuePassed(OPENING_CUES, { beforeMs: 700_000, nowMs: 8_000 })).toBe(10_000)
    expect(cuePassed(OPENING_CUES, { beforeMs: 700_000, nowMs: -60_000 })).toBe(0)
  })

  it('says nothing between cues, and nothing about those that were over when the page came', () => {
    expect(cuePassed(OPENING_CUES, { beforeMs: 59_000, nowMs: 58_000 })).toBeUndefined()
    expect(cuePassed(OPENING_CUES, { beforeMs: 0, nowMs: -1_000 })).toBeUndefined()
  })
})
