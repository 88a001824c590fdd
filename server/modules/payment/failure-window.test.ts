import { CircuitState } from 'cockatiel'
import { beforeEach, describe, expect, it } from 'vitest'
import { createFailureWindow } from './failure-window.ts'

const { Closed, HalfOpen } = CircuitState

describe('the window of failures', () => {
  let now = 1_000_000
  const create = () =>
    createFailureWindow({ windowMs: 10_000, callsMin: 5, shareMin: 0.5, clock: { now: () => now } })
  beforeEach(() => {
    now = 1_000_000
  })

  it('opens when every second of at least five calls has failed', () => {
    const window = create()
    window.success(Closed)
    window.success(Closed)
    expect(window.failure(Closed)).toBe(false)
    expect(window.failure(Closed)).toBe(false)
    expect(window.failure(Closed)).toBe(true)
  })

  it('says nothing about fewer calls', () => {
    const window = create()
    for (let i = 0; i < 4; i++) expect(window.failure(Closed)).toBe(false)
    expect(window.failure(Closed)).toBe(true)
  })

  it('stays closed while most calls go well', () => {
    const window = create()
    for (let i = 0; i < 100; i++) window.success(Closed)
    for (let i = 0; i < 99; i++) expect(window.failure(Closed)).toBe(false)
    expect(window.failure(Closed)).toBe(true)
  })

  it('forgets what is older than the window, also after an hour without calls', () => {
    const window = create()
    for (let i = 0; i < 4; i++) window.failure(Closed)
    now += 3_600_000
    expect(window.failure(Closed)).toBe(false)
    now += 9_000
    for (let i = 0; i < 3; i++) expect(window.failure(Closed)).toBe(false)
    expect(window.failure(Closed)).toBe(true)
  })

  it('opens again at once when the trial call fails, and begins anew when it goes well', () => {
    const window = create()
    for (let i = 0; i < 5; i++) window.failure(Closed)
    expect(window.failure(HalfOpen)).toBe(true)
    window.success(HalfOpen)
    expect(window.failure(Closed)).toBe(false)
  })
})
