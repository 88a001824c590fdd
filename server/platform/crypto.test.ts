import { expect, test } from 'vitest'
import { createPersonalData } from './crypto.ts'

const OLD = { id: 'old', key: Buffer.alloc(32, 1) }
const NEW = { id: 'new', key: Buffer.alloc(32, 2) }
const PLACE = { table: 'users.account', column: 'email', rowId: 7 }

test('a sealed value opens in its own place only', () => {
  const pii = createPersonalData([OLD])
  const sealed = pii.seal(PLACE, '홍길동 🦊')
  expect(pii.open(PLACE, sealed)).toBe('홍길동 🦊')
  expect(() => pii.open({ ...PLACE, rowId: 8 }, sealed)).toThrow('does not open')
  expect(() => pii.open({ ...PLACE, column: 'name' }, sealed)).toThrow('does not open')
  expect(() => pii.open({ ...PLACE, table: 'users.other' }, sealed)).toThrow('does not open')
})

test('a value that was changed in any byte does not open', () => {
  const pii = createPersonalData([OLD])
  const sealed = pii.seal(PLACE, 'text')
  for (let byte = 0; byte < sealed.length; byte++) {
    const changed = Buffer.from(sealed)
    changed[byte] = (changed[byte] ?? 0) ^ 1
    expect(() => pii.open(PLACE, changed)).toThrow('does not open')
  }
  for (let length = 0; length < sealed.length; length++)
    expect(() => pii.open(PLACE, sealed.subarray(0, length))).toThrow('does not open')
})

test('equal texts give different envelopes and equal indexes, purposes apart', () => {
  const pii = createPersonalData([OLD])
  expect(pii.seal(PLACE, 'same').equals(pii.seal(PLACE, 'same'))).toBe(false)
  expect(pii.index('email', 'same').equals(pii.index('email', 'same'))).toBe(true)
  expect(pii.index('email', 'same').equals(pii.index('phone', 'same'))).toBe(false)
})

test('a new key in front seals, the old one still opens and indexes', () => {
  const before = createPersonalData([OLD])
  const after = createPersonalData([NEW, OLD])
  expect(after.open(PLACE, before.seal(PLACE, 'text'))).toBe('text')
  expect(() => before.open(PLACE, after.seal(PLACE, 'text'))).toThrow('does not open')
  expect(after.index('email', 'x').equals(before.index('email', 'x'))).toBe(true)
})

test('without keys nothing starts', () => {
  expect(() => createPersonalData([])).toThrow('at least one key')
})
