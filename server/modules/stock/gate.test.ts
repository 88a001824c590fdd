import { beforeEach, describe, expect, it } from 'vitest'
import { createDatabaseClock } from '../../platform/database-clock.ts'
import { systemTimers } from '../../platform/clock.ts'
import type { Claim, GateAnswer, SaleFlag } from './contract.ts'
import { createGate, type SaleGate } from './gate.ts'
import { createMemoryStore } from './gate-memory.ts'
import type { GateRow } from './sql-gate.ts'

const PARK_MS = 30
const EPOCH = 2 ** 32

describe('the gate in memory', () => {
  let now: number
  let row: GateRow
  let buyers: number[]
  let flagReads: number
  let gate: SaleGate

  beforeEach(() => {
    now = 1_000_000
    row = {
      itemId: 1,
      version: 1,
      available: 3,
      epoch: 4,
      isGateActive: true,
      isLimited: true,
      saleState: 'RUNNING',
      openMs: 0,
      closeMs: 9e15,
      databaseMs: now,
    }
    buyers = []
    flagReads = 0
    const clock = { now: () => now }
    const databaseClock = createDatabaseClock(clock)
    databaseClock.learn(now)
    gate = createGate({
      store: createMemoryStore(),
      onMissed: () => undefined,
      timers: systemTimers,
      clock,
      databaseClock,
      parkMsMax: PARK_MS,
      reads: {
        loadGate: async (itemId: number) => (itemId === 1 ? { ...row } : undefined),
        readGates: async ([itemId]) => (itemId === 1 ? [{ ...row }] : []),
        readFlag: async (): Promise<SaleFlag> => {
          flagReads++
          return { version: row.version, available: row.available, buyers: new Set(buyers) }
        },
      },
    })
  })

  const claim = (buyerId: number, quantity = 1, itemId = 1): Claim => ({
    itemId,
    buyerId,
    key: `k${buyerId}`,
    quantity,
    priceKrw: undefined,
  })
  const ask = (asked: Claim): GateAnswer | Promise<GateAnswer> => gate.claim(asked, 'writer')
  /** PostgreSQL placed the claims. */
  const commit = (...claims: Claim[]): void => {
    row.version++
    row.available -= claims.reduce((sum, { quantity }) => sum + quantity, 0)
    buyers.push(...claims.map(({ buyerId }) => buyerId))
    gate.settle(claims, [{ itemId: 1, version: row.version, available: row.available }])
  }

  it('lets a claim that was told no leave the line, also one that came after the committed zero', async () => {
    row.available = 1
    expect(await ask(claim(1))).toMatchObject({ answer: 'granted' })
    gate.learn([{ itemId: 1, version: ++row.version, available: (row.available = 0) }])
    // While the rules are being read again memory must not refuse: it waits for the unit in flight.
    const refreshed = gate.refresh([1])
    const second = ask(claim(2))
    await refreshed
    expect(await second).toEqual({ answer: 'sold_out' })
    row.version++
    row.available = 1
    gate.settle([claim(1)], [{ itemId: 1, version: row.version, available: 1 }])
    // At once: the unit is not kept for the one who was refused.
    expect(ask(claim(3))).toMatchObject({ answer: 'granted' })
  })

  it('numbers claims in the order it saw them, within its epoch', async () => {
    expect(await ask(claim(1))).toEqual({ answer: 'granted', sequence: 4 * EPOCH + 1 })
    expect(await ask(claim(2))).toEqual({ answer: 'granted', sequence: 4 * EPOCH + 2 })
  })

  it('grants a claim that is still in flight again, with its number and without taking units twice', async () => {
    const first = await ask(claim(1))
    expect(await ask(claim(1))).toEqual(first)
    expect(gate.census()).toEqual({ items: 1, claimsInFlight: 1, unitsLeft: 2, isAway: false })
  })

  it('lets PostgreSQL judge items it does not know', async () => {
    expect(await ask(claim(1, 1, 99))).toEqual({ answer: 'granted', sequence: 0 })
  })

  it('keeps the units of a claim whose truth is not known, also when its buyer asks again while the sale is paused', async () => {
    const unknown = await ask(claim(1))
    row.saleState = 'PAUSED'
    row.version++
    await gate.refresh([1])
    buyers.push(1)
    expect(await ask(claim(1))).toEqual(unknown)
    expect(gate.census()).toMatchObject({ claimsInFlight: 1, unitsLeft: 2 })
    gate.settle([claim(1), claim(1)], [])
    expect(gate.census()).toMatchObject({ claimsInFlight: 0, unitsLeft: 3 })
  })

  it('says sold out only on a committed zero: while others are in flight a claim waits, then PostgreSQL decides', async () => {
    const others = [claim(1), claim(2), claim(3)]
    for (const other of others) await ask(other)
    const started = performance.now()
    const late = await ask(claim(4))
    expect(late.answer).toBe('granted')
    expect(performance.now() - started).toBeGreaterThanOrEqual(PARK_MS - 5)
    commit(...others)
    expect(await ask(claim(5))).toEqual({ answer: 'sold_out' })
  })

  it('keeps a parked claim waiting, once, while the rules of the sale are being read again', async () => {
    for (const buyerId of [1, 2, 3]) await ask(claim(buyerId))
    row.saleState = 'PAUSED'
    row.version++
    await gate.refresh([1])
    row.saleState = 'RUNNING'
    row.version++
    const refreshed = gate.refresh([1])
    const parked = ask(claim(4))
    gate.settle([claim(2)], [])
    await refreshed
    expect(await parked).toMatchObject({ answer: 'granted' })
  })

  it("gives a parked claim the units of a neighbour's failure", async () => {
    for (const buyerId of [1, 2, 3]) await ask(claim(buyerId))
    const parked = ask(claim(4))
    gate.settle([claim(2)], [])
    expect(await parked).toMatchObject({ answer: 'granted' })
    expect(gate.census().unitsLeft).toBe(0)
  })

  it('refuses from memory, with no read at all, everybody but those who have an order', async () => {
    const winners = [claim(1), claim(2), claim(3)]
    for (const winner of winners) await ask(winner)
    commit(...winners)
    expect(gate.refusal(1, 4)).toBeUndefined()
    expect(await ask(claim(4))).toEqual({ answer: 'sold_out' })
    expect(gate.refusal(1, 5)).toBe('sold_out')
    expect(gate.refusal(1, 2)).toBeUndefined()
    expect(await ask(claim(2))).toMatchObject({ answer: 'granted' })
    expect(flagReads).toBe(1)
  })

  it('forgets the flag with any newer version, and never goes back to an older one', async () => {
    row.available = 0
    await ask(claim(1))
    expect(gate.refusal(1, 1)).toBe('sold_out')
    gate.learn([{ itemId: 1, version: 7, available: 2 }])
    expect(gate.refusal(1, 1)).toBeUndefined()
    gate.learn([{ itemId: 1, version: 6, available: 0 }])
    expect(await ask(claim(1))).toMatchObject({ answer: 'granted' })
    expect(gate.census().unitsLeft).toBe(1)
  })

  it('opens by the database clock, not before', async () => {
    row.openMs = now + 100
    expect(await ask(claim(1))).toEqual({ answer: 'not_open' })
    now += 99
    expect(await ask(claim(1))).toEqual({ answer: 'not_open' })
    now += 1
    expect(await ask(claim(1))).toMatchObject({ answer: 'granted' })
  })

  it.each([
    ['paused', { saleState: 'PAUSED' }],
    ['closed', { saleState: 'CLOSED' }],
    ['closed', { closeMs: 1_000_000 }],
  ] as const)('answers %s by the rules of the sale', async (answer, change) => {
    Object.assign(row, change)
    expect(await ask(claim(1))).toEqual({ answer })
  })

  it('refuses nothing from memory while the rules of the sale are being read again', async () => {
    row.saleState = 'PAUSED'
    await ask(claim(1))
    expect(gate.refusal(1, 1)).toBe('paused')
    row.saleState = 'RUNNING'
    row.version++
    const refreshed = gate.refresh([1])
    expect(gate.refusal(1, 1)).toBeUndefined()
    await refreshed
    expect(await ask(claim(1))).toMatchObject({ answer: 'granted' })
  })

  it('asks PostgreSQL when more is asked than is left, for its number may be old', async () => {
    expect(await ask(claim(1, 5))).toMatchObject({ answer: 'granted' })
    expect(gate.census()).toMatchObject({ claimsInFlight: 1, unitsLeft: 3 })
  })

  it('starts anew where the database went back in time', async () => {
    row = { ...row, version: 9, available: 0, epoch: 8 }
    await ask(claim(1))
    expect(gate.refusal(1, 1)).toBe('sold_out')
    row = { ...row, version: 5, available: 2, epoch: 3 }
    await gate.recheck()
    expect(gate.refusal(1, 1)).toBeUndefined()
    expect(await ask(claim(1))).toEqual({ answer: 'granted', sequence: 3 * EPOCH + 1 })
    expect(gate.census().unitsLeft).toBe(1)
  })

  it('keeps a claim of unknown truth that its buyer asks for again until both are settled', async () => {
    await ask(claim(1))
    await ask(claim(1))
    gate.settle([claim(1)], [])
    expect(gate.census()).toMatchObject({ claimsInFlight: 1, unitsLeft: 2 })
    gate.settle([claim(1)], [])
    expect(gate.census()).toMatchObject({ claimsInFlight: 0, unitsLeft: 3 })
  })
})
