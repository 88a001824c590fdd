import { expect, test } from 'vitest'
import { createShortMemory } from './short-memory.ts'

function openMemory(keysMax?: number) {
  const clock = { ms: 1_000_000, now: () => clock.ms }
  return { clock, memory: createShortMemory<string>(clock, keysMax) }
}

test('an entry is known for its time and not a millisecond longer', () => {
  const { clock, memory } = openMemory()
  memory.set('a', 'value', 100)
  expect(memory.find('a')).toEqual({ value: 'value', msLeft: 100 })
  clock.ms += 99
  expect(memory.find('a')).toEqual({ value: 'value', msLeft: 1 })
  clock.ms += 1
  expect(memory.find('a')).toBeUndefined()
})

test('a clock that is set back makes nothing last longer', () => {
  const { clock, memory } = openMemory()
  memory.set('a', 'value', 100)
  clock.ms -= 3_600_000
  expect(memory.find('a')).toBeUndefined()
})

test('past the bound the one that was set longest ago is forgotten', () => {
  const { memory } = openMemory(2)
  memory.set('a', '1', 100)
  memory.set('b', '1', 100)
  memory.set('a', '2', 100)
  memory.set('c', '1', 100)
  expect(['a', 'b', 'c'].map((key) => memory.find(key)?.value)).toEqual(['2', undefined, '1'])
  memory.forget('a')
  expect(memory.find('a')).toBeUndefined()
})
