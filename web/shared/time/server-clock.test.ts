import { expect, test } from 'vitest'
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
