import { beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '../../platform/errors.ts'
import type { Claim, Gate, GateAnswer } from '../stock/contract.ts'
import type { PlacedOrder, PlaceOutcome } from './contract.ts'
import { createPurchase, type Purchase } from './purchase.ts'
import type { Writer } from './writer.ts'

const ORDER: PlacedOrder = {
  orderId: 5,
  saleSequence: 4_294_967_297,
  unitPriceKrw: 1_000,
  createdMs: 1_767_312_000_000,
  holdSeconds: 300,
}

interface Handed {
  claim: Claim
  sequence: number
  comesWithOthers: boolean | undefined
  resolve(outcome: PlaceOutcome): void
  reject(error: Error): void
}

const claimOf = (changes: Partial<Claim> = {}): Claim => ({
  itemId: 1,
  buyerId: 7,
  key: 'k',
  quantity: 1,
  priceKrw: undefined,
  ...changes,
})

describe('a purchase', () => {
  let asked: Claim[]
  let handed: Handed[]
  let gateSays: GateAnswer | Promise<GateAnswer>
  let purchase: Purchase

  beforeEach(() => {
    asked = []
    handed = []
    gateSays = { answer: 'granted', sequence: 9 }
    const gate: Pick<Gate, 'claim'> = { claim: (claim) => (asked.push(claim), gateSays) }
    const writer: Pick<Writer, 'place' | 'owner'> = {
      owner: () => '1@2',
      place: (claim, sequence, comesWithOthers) =>
        new Promise((resolve, reject) => handed.push({ claim, sequence, comesWithOthers, resolve, reject })),
    }
    purchase = createPurchase({ gate: gate as Gate, writer: writer as Writer })
  })

  /** Everything that can go on without an answer of the writer has gone on. */
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

  it('is written with those whom the same answer of a shared gate granted, alone with a gate that answers each at once', async () => {
    void purchase(claimOf())
    await settle()
    gateSays = Promise.resolve({ answer: 'granted', sequence: 10 })
    void purchase(claimOf({ key: 'another' }))
    await settle()
    expect(handed.map(({ comesWithOthers }) => comesWithOthers)).toEqual([false, true])
  })

  it('is handed to the writer with the number of the gate', async () => {
    const outcome = purchase(claimOf())
    await settle()
    expect(handed).toMatchObject([{ claim: claimOf(), sequence: 9 }])
    handed[0]!.resolve({ outcome: 'placed', order: ORDER })
    expect(await outcome).toEqual({ outcome: 'placed', order: ORDER })
  })

  it('that the gate refuses does not reach the writer', async () => {
    gateSays = { answer: 'sold_out' }
    expect(await purchase(claimOf())).toEqual({ outcome: 'sold_out' })
    gateSays = Promise.resolve({ answer: 'paused' })
    expect(await purchase(claimOf())).toEqual({ outcome: 'paused' })
    expect(handed).toEqual([])
  })

  it('joins an equal one in flight: one claim, one order, and replays of it', async () => {
    const outcomes = [purchase(claimOf()), purchase(claimOf()), purchase(claimOf())]
    await settle()
    expect(asked).toHaveLength(1)
    expect(handed).toHaveLength(1)
    handed[0]!.resolve({ outcome: 'placed', order: ORDER })
    expect(await Promise.all(outcomes)).toEqual([
      { outcome: 'placed', order: ORDER },
      { outcome: 'replay', order: ORDER },
      { outcome: 'replay', order: ORDER },
    ])
  })

  it('that joins a refused one is refused alike', async () => {
    const outcomes = [purchase(claimOf()), purchase(claimOf())]
    await settle()
    handed[0]!.resolve({ outcome: 'limit_reached' })
    expect(await Promise.all(outcomes)).toEqual([{ outcome: 'limit_reached' }, { outcome: 'limit_reached' }])
    expect(handed).toHaveLength(1)
  })

  it('with the same key and another quantity waits, then is decided on its own', async () => {
    const first = purchase(claimOf())
    const other = purchase(claimOf({ quantity: 2 }))
    await settle()
    expect(asked).toHaveLength(1)
    handed[0]!.resolve({ outcome: 'placed', order: ORDER })
    expect(await first).toEqual({ outcome: 'placed', order: ORDER })
    await settle()
    expect(asked.map(({ quantity }) => quantity)).toEqual([1, 2])
    handed[1]!.resolve({ outcome: 'key_reused' })
    expect(await other).toEqual({ outcome: 'key_reused' })
  })

  it('with the same key and another price waits, then is decided on its own', async () => {
    const first = purchase(claimOf())
    const other = purchase(claimOf({ priceKrw: 999 }))
    await settle()
    handed[0]!.resolve({ outcome: 'placed', order: ORDER })
    await first
    await settle()
    expect(asked.map(({ priceKrw }) => priceKrw)).toEqual([undefined, 999])
    handed[1]!.resolve({ outcome: 'replay', order: ORDER })
    expect(await other).toEqual({ outcome: 'replay', order: ORDER })
  })

  it('with another quantity is joined by its equals while it waits', async () => {
    const first = purchase(claimOf())
    const others = [purchase(claimOf({ quantity: 2 })), purchase(claimOf({ quantity: 2 }))]
    await settle()
    handed[0]!.resolve({ outcome: 'sold_out' })
    await first
    await settle()
    expect(handed).toHaveLength(2)
    handed[1]!.resolve({ outcome: 'placed', order: ORDER })
    expect((await Promise.all(others)).map(({ outcome }) => outcome)).toEqual(['placed', 'replay'])
  })

  it('of another buyer, item or key is another purchase', async () => {
    const claims = [claimOf(), claimOf({ buyerId: 8 }), claimOf({ itemId: 2 }), claimOf({ key: 'k2' })]
    const outcomes = claims.map((claim) => purchase(claim))
    await settle()
    expect(handed.map(({ claim }) => claim)).toEqual(claims)
    for (const { resolve } of handed) resolve({ outcome: 'placed', order: ORDER })
    expect((await Promise.all(outcomes)).map(({ outcome }) => outcome)).toEqual(
      claims.map(() => 'placed' as const),
    )
  })

  it('that fails fails for all who joined, and the key is free again', async () => {
    const outcomes = [purchase(claimOf()), purchase(claimOf()), purchase(claimOf({ quantity: 2 }))]
    const failures = Promise.allSettled(outcomes)
    await settle()
    handed[0]!.reject(new AppError('SERVICE_UNAVAILABLE'))
    for (const failure of await failures)
      expect(failure).toMatchObject({ status: 'rejected', reason: { code: 'SERVICE_UNAVAILABLE' } })
    const again = purchase(claimOf())
    await settle()
    handed[1]!.resolve({ outcome: 'placed', order: ORDER })
    expect(await again).toEqual({ outcome: 'placed', order: ORDER })
  })

  it('fails where the gate does, and the key is free again', async () => {
    gateSays = Promise.reject(new AppError('SERVICE_UNAVAILABLE'))
    const failures = await Promise.allSettled([purchase(claimOf()), purchase(claimOf())])
    expect(failures.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    gateSays = { answer: 'closed' }
    expect(await purchase(claimOf())).toEqual({ outcome: 'closed' })
  })

  it('sent again later asks again', async () => {
    gateSays = { answer: 'not_open' }
    await purchase(claimOf())
    gateSays = { answer: 'granted', sequence: 1 }
    const outcome = purchase(claimOf())
    await settle()
    handed[0]!.resolve({ outcome: 'placed', order: ORDER })
    expect((await outcome).outcome).toBe('placed')
    expect(asked).toHaveLength(2)
  })
})
