// Buyers who keep coming while things break, at several processes; and what became of all of them afterwards.
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { expect } from 'vitest'
import { buy, tally, tokenOf, type Answer, type Client } from './buyers.ts'
import { expectExact, readSale, SELLER_ID } from './sale.ts'

export interface Crowd {
  answers: Answer[]
  /** Buyers who know nothing of their order yet: no answer, or 503. */
  unanswered: { buyerId: number; key: string }[]
  /** When client `n` got its last 201. */
  lastSuccessMs(n: number): number
  /** Milliseconds from now until each of the clients got a 201 to a request that was sent from now on. */
  untilAllSell(clients?: readonly number[], msMax?: number): Promise<number>
  /** Until everything sent so far was answered: an answer may be on its way longer than its sender lives. */
  untilAnswered(): Promise<void>
  /** The longest wait for an answer, of whatever status, since the last call. */
  slowestMs(): number
  stop(): Promise<void>
}

const REST_MS = 15
const SELL_MS_MAX = 30_000

/** `buyersAtOnce` at each client, each request by a buyer who was never there before. */
export function startCrowd(
  clients: readonly Client[],
  options: { itemId: number; buyersAtOnce?: number },
): Crowd {
  const { itemId, buyersAtOnce = 20 } = options
  const answers: Answer[] = []
  const unanswered: Crowd['unanswered'] = []
  const lastSuccess = clients.map(() => 0)
  const lastSent = clients.map(() => 0)
  const underWay = new Set<Promise<unknown>>()
  let nextBuyer = 1
  let isOver = false
  let slowest = 0
  const buyAt = async (n: number): Promise<void> => {
    while (!isOver) {
      const buyerId = nextBuyer++
      const key = `key-${buyerId}`
      const sentMs = performance.now()
      const sent = buy(clients[n]!, buyerId, { itemId, key })
      underWay.add(sent)
      const answer = await sent.finally(() => underWay.delete(sent))
      const now = performance.now()
      slowest = Math.max(slowest, now - sentMs)
      if (answer.status !== 0) answers.push(answer)
      if (answer.status === 201) {
        lastSuccess[n] = now
        lastSent[n] = Math.max(lastSent[n]!, sentMs)
      } else if (answer.status === 0 || answer.status === 503) {
        unanswered.push({ buyerId, key })
        await sleep(REST_MS)
      }
    }
  }
  const buying = clients.flatMap((_, n) => Array.from({ length: buyersAtOnce }, () => buyAt(n)))
  return {
    answers,
    unanswered,
    lastSuccessMs: (n) => lastSuccess[n]!,
    async untilAllSell(some = clients.map((_, n) => n), msMax = SELL_MS_MAX) {
      const startedMs = performance.now()
      while (some.some((n) => lastSent[n]! < startedMs)) {
        if (performance.now() - startedMs > msMax) throw new Error(`no order within ${msMax} ms`)
        await sleep(2)
      }
      return Math.max(...some.map((n) => lastSuccess[n]!)) - startedMs
    },
    async untilAnswered() {
      await Promise.all(underWay)
    },
    slowestMs() {
      const was = slowest
      slowest = 0
      return was
    },
    async stop() {
      isOver = true
      await Promise.all(buying)
    },
  }
}

const LEFT = 300
const FIRST_LATE_BUYER = 5_000_000

/**
 * After whatever happened: nobody was told anything wrong, everybody who got no answer finds the truth with the same key,
 * and what is left sells to the last unit.
 */
export async function expectNothingLost(
  crowd: Crowd,
  context: { clients: readonly Client[]; database: pg.Pool; itemId: number },
): Promise<void> {
  const { clients, database, itemId } = context
  const client = (n: number): Client => clients[n % clients.length]!
  expect(Object.keys(tally(crowd.answers)).filter((name) => !/^(201|503 )/.test(name))).toEqual([])
  const retried = await Promise.all(
    crowd.unanswered.map(({ buyerId, key }, n) => buy(client(n), buyerId, { itemId, key })),
  )
  expect(tally(retried)).toEqual(retried.length === 0 ? {} : { '201': retried.length })
  const answers = [...crowd.answers, ...retried]
  const { available } = await expectExact(database, itemId, answers)
  expect(available, 'the sale was meant to have units left').toBeGreaterThan(LEFT)

  const body = { itemId, quantity: available - LEFT }
  const lowered = await client(0).send('PUT', '/item-service/api/v1/stocks', {
    token: tokenOf(SELLER_ID, 'SELLER'),
    body,
  })
  expect(lowered.status).toBe(204)
  const last = await Promise.all(
    Array.from({ length: LEFT + 100 }, (_, n) => buy(client(n), FIRST_LATE_BUYER + n, { itemId })),
  )
  expect(tally(last)).toEqual({ '201': LEFT, '409 NOT_ENOUGH_STOCK': 100 })
  expect((await readSale(database, itemId)).available).toBe(0)
  await expectExact(database, itemId, [...answers, ...last])
}
