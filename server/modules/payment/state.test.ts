import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { PAYMENT_STATUSES, type PaymentStatus } from './contract.ts'
import { mayMove, PAYMENT_STATES, REFUND_STATES } from './state.ts'

const migration = readFileSync(new URL('migrations/001_payments.sql', import.meta.url), 'utf8').replaceAll(
  /\s+/g,
  ' ',
)
const listed = (before: string): string[] =>
  Array.from(
    (migration.split(before, 2)[1]?.split(')', 1)[0] ?? '').matchAll(/'([A-Z_]+)'/g),
    (match) => match[1]!,
  )

describe('the states of a payment', () => {
  it('are those of the database', () => {
    expect(Object.keys(PAYMENT_STATES).toSorted()).toEqual([...PAYMENT_STATUSES].toSorted())
    expect(listed('status text NOT NULL CHECK (status IN (').toSorted()).toEqual(
      [...PAYMENT_STATUSES].toSorted(),
    )
    expect(listed("DEFAULT 'REQUESTED' CHECK (status IN (").toSorted()).toEqual(
      Object.keys(REFUND_STATES).toSorted(),
    )
  })

  it('are checking while nobody knows whether money has moved, and those alone', () => {
    const checking = PAYMENT_STATUSES.filter((status) => PAYMENT_STATES[status].checking)
    expect(checking).toEqual(['CONFIRMING', 'UNKNOWN'])
  })

  it('7.C.11: never lead from what was paid to FAILED, nor from what was given back to paid', () => {
    for (const from of ['COMPLETED', 'PARTIALLY_CANCELED', 'CANCELED'] as const)
      expect(mayMove(from, 'FAILED')).toBe(false)
    for (const from of ['PARTIALLY_CANCELED', 'CANCELED'] as const)
      expect(mayMove(from, 'COMPLETED')).toBe(false)
  })

  it('can all be reached from INITIATED', () => {
    const reached = new Set<PaymentStatus>(['INITIATED'])
    for (const state of reached) for (const next of PAYMENT_STATES[state].next) reached.add(next)
    expect([...reached].toSorted()).toEqual([...PAYMENT_STATUSES].toSorted())
  })
})
