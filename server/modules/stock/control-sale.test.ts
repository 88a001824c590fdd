import { expect, test } from 'vitest'
import type { Sale, SaleStatus } from './contract.ts'
import { windowFault } from './control-sale.ts'
import { SALE_MOVES } from './state.ts'

test('nothing leads out of CLOSED', () => {
  for (const { from } of Object.values(SALE_MOVES)) expect(from).not.toContain('CLOSED' satisfies SaleStatus)
})

const at = (time: string): Date => new Date(`2026-01-02T${time}:00Z`)
const sale = (openTime: Date, closeTime: Date | null): Sale => ({
  itemId: 1,
  sellerId: 1,
  isLimited: true,
  unitPriceKrw: 0,
  total: 0,
  available: 0,
  version: 1,
  saleState: 'RUNNING',
  limitPerBuyer: 1,
  holdSeconds: 300,
  openTime,
  closeTime,
  serverTime: at('12:00'),
})

test('a sale closes after it opens', () => {
  expect(windowFault(sale(at('13:00'), at('13:00')), {})).toBe('close_before_open')
  expect(windowFault(sale(at('13:00'), at('13:01')), {})).toBeUndefined()
  expect(windowFault(sale(at('13:00'), null), { closeTime: null })).toBeUndefined()
})

test('a new end lies in the future; one that is set already may lie anywhere', () => {
  const past = sale(at('10:00'), at('12:00'))
  expect(windowFault(past, { closeTime: past.closeTime })).toBe('close_in_past')
  expect(windowFault(past, {})).toBeUndefined()
})
