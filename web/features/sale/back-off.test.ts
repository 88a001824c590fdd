import { describe, expect, it } from 'vitest'
import { backOffMs } from './back-off.ts'

const waits = (random: number): number[] =>
  [1, 2, 3, 4, 5, 6, 7, 50].map((tries) => backOffMs(tries, { random, waitSeconds: undefined }))

describe('asking again', () => {
  it('waits longer each time, up to ten seconds', () => {
    expect(waits(1)).toEqual([600, 1_200, 2_400, 4_800, 9_600, 10_000, 10_000, 10_000])
  })

  it('is spread over half of the wait, so that a crowd does not come back as one', () => {
    expect(waits(0)).toEqual([300, 600, 1_200, 2_400, 4_800, 5_000, 5_000, 5_000])
  })

  it('asks far less often than an account may, whatever chance says', () => {
    let spent = 0
    let tries = 1
    while (spent < 60_000) {
      spent += backOffMs(tries, { random: 0, waitSeconds: undefined })
      tries += 1
    }
    // The service takes sixty orders a minute from one account.
    expect(tries).toBeLessThan(20)
  })

  it('comes no earlier than the server asked for', () => {
    expect(backOffMs(1, { random: 0, waitSeconds: 5 })).toBe(5_300)
  })
})
