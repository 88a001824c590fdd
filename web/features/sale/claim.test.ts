import { expect, test } from 'vitest'
import { claimName, keepClaim, nextClaim, readClaim } from './claim.ts'

const place = { buyerId: 3, itemId: 7 }

function memory() {
  const kept = new Map<string, string>()
  return {
    kept,
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
  }
}

test('two tabs that show the page have one key', () => {
  const store = memory()
  const first = readClaim(place, store, () => 'a')
  expect(readClaim(place, store, () => 'b')).toEqual(first)
})

test('another buyer, and another item, have keys of their own', () => {
  const store = memory()
  readClaim(place, store, () => 'a')
  expect(readClaim({ ...place, buyerId: 4 }, store, () => 'b').key).toBe('b')
  expect(readClaim({ ...place, itemId: 8 }, store, () => 'c').key).toBe('c')
})

test('a claim without an answer is found again after a reload', () => {
  const store = memory()
  const claim = { ...readClaim(place, store, () => 'a'), isOpen: true, quantity: 2 }
  keepClaim(place, claim, store)
  expect(readClaim(place, store, () => 'b')).toEqual(claim)
})

test('what somebody else wrote there is not believed', () => {
  const store = memory()
  for (const text of ['{', '7', '{"key":1}', 'null']) {
    store.kept.set(claimName(place), text)
    expect(readClaim(place, store, () => 'fresh').key).toBe('fresh')
  }
})

test('the next purchase is another one', () => {
  const store = memory()
  readClaim(place, store, () => 'a')
  expect(nextClaim(place, store, () => 'b').key).toBe('b')
  expect(readClaim(place, store, () => 'c').key).toBe('b')
})

test('a store that refuses to keep anything stops nobody', () => {
  const full = {
    getItem: () => null,
    setItem: () => {
      throw new Error('QuotaExceededError')
    },
  }
  expect(readClaim(place, full, () => 'a').key).toBe('a')
})
