import { describe, expect, test } from 'vitest'
import { atTime, isOfRevision, prepareItem, timedText, withHoles } from './prepare-item.ts'
import type { ShelfRow } from './sql-shelf.ts'

const now = Date.UTC(2026, 0, 2, 3)
const at = (ms: number): Date => new Date(now + ms)
const row = (changes: Partial<ShelfRow> = {}): ShelfRow => ({
  itemId: 1,
  sellerId: 7,
  name: '한정판 "머그컵"',
  description: '딱 열 개만 만든 머그컵입니다.',
  isLimited: true,
  unitPriceKrw: 12_000,
  total: 10,
  available: 6,
  version: 3,
  saleState: 'RUNNING',
  openTime: at(-60_000),
  closeTime: null,
  limitPerBuyer: 1,
  holdSeconds: 300,
  serverTime: at(0),
  ...changes,
})

describe('the text of an item', () => {
  test('is its answer, with the time at which it leaves', () => {
    const item = prepareItem(row(), 3)
    expect(JSON.parse(atTime(item.text, () => 'now'))).toEqual({ ...item.answer, serverTime: 'now' })
    expect(item.answer).toMatchObject({ quantity: 6, held: 3, sold: 1, total: 10, saleStatus: 'OPEN' })
    expect(timedText(withHoles(item.text))).toEqual(item.text)
  })

  test('has no time where the item is no limited one', () => {
    const item = prepareItem(row({ isLimited: false, openTime: null, limitPerBuyer: null }), 0)
    expect(item.text).toHaveLength(1)
    expect(JSON.parse(atTime(item.text, () => 'now'))).toEqual(item.answer)
    expect(Object.keys(item.answer)).not.toContain('saleStatus')
  })

  test('has no hole where a seller put in what looks like one', () => {
    const item = prepareItem(row({ name: 'a\0b', isLimited: false }), 0)
    expect(item.text).toHaveLength(1)
  })
})

describe('its tag', () => {
  const tagOf = (changes: Partial<ShelfRow>): string => prepareItem(row(changes), 0).etag
  const revision = (tag: string): string =>
    prepareItem(row(), 0).revision === tag.slice(1).split('.')[0] ? 'same' : 'other'

  test('is the same whenever it is read', () => {
    expect(tagOf({ serverTime: at(500) })).toBe(tagOf({}))
  })

  test.each([{ name: '다른 이름' }, { description: '다른 설명입니다.' }, { unitPriceKrw: 1 }])(
    'has another revision after %j',
    (changes) => {
      expect(revision(tagOf(changes))).toBe('other')
    },
  )

  test.each([{ available: 5 }, { saleState: 'PAUSED' as const }, { closeTime: at(1_000) }])(
    'has another rest, but no other revision, after %j',
    (changes) => {
      expect(tagOf(changes)).not.toBe(tagOf({}))
      expect(revision(tagOf(changes))).toBe('same')
    },
  )

  test('is of a revision by its first part', () => {
    expect([isOfRevision('r.x', 'r'), isOfRevision('r', 'r'), isOfRevision('rx.r', 'r')]).toEqual([
      true,
      true,
      false,
    ])
  })
})

test.each([
  [{}, undefined],
  [{ openTime: at(100) }, 100],
  [{ openTime: at(100), closeTime: at(300) }, 100],
  [{ openTime: at(-100), closeTime: at(300) }, 300],
  [{ openTime: at(-200), closeTime: at(-100) }, undefined],
  [{ openTime: at(0) }, undefined],
] as const)('with %j it turns by itself in %s ms', (changes, ms) => {
  expect(prepareItem(row(changes), 0).msToTurn).toBe(ms)
})
