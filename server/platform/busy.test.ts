import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { watchBusy } from './busy.ts'

test('a process is busy when it worked for more than half of the last second', () => {
  const shares = [0.2, 0.51, 0.5]
  let tick = (): void => undefined
  const busy = watchBusy({
    every: (_ms, run) => {
      tick = run
      return () => undefined
    },
    readShare: () => shares.shift()!,
  })
  const seen = [busy.isBusy()]
  for (let second = 0; second < 3; second++) {
    tick()
    seen.push(busy.isBusy())
  }
  expect(seen).toEqual([false, false, true, false])
})

test('the real event loop is seen to work, and to rest', async () => {
  let tick = (): void => undefined
  const busy = watchBusy({
    every: (_ms, run) => {
      tick = run
      return () => undefined
    },
  })
  await sleep(1)
  tick()
  const until = performance.now() + 50
  while (performance.now() < until);
  await sleep(1)
  tick()
  expect(busy.isBusy()).toBe(true)
  await sleep(100)
  tick()
  expect(busy.isBusy()).toBe(false)
  busy.stop()
})
