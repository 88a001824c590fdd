import { describe, expect, it } from 'vitest'
import { cuePassed, OPENING_CUES } from './countdown.ts'

describe('a countdown', () => {
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
