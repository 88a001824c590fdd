// One sale sold by two order processes, told of by item and worker; and one of the two is killed, drained, and back.
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { buy, randomOf, runSeed, tally, tokenOf, type Answer } from '../support/buyers.ts'
import { expectNothingLost, startCrowd, type Crowd } from '../support/crowd.ts'
import { expectRedisAgrees, readRedisGate } from '../support/redis-gate.ts'
import { expectExact, openSale, SELLER_ID } from '../support/sale.ts'
import { cannotSplit, startStage, type RoleProcess, type Split } from '../support/split.ts'

const TIMES = 2
const KNOWN_MS_MAX = 1_000
const WENT_ON_MS_MAX = 2_000
const SOLD_OUT = '409 NOT_ENOUGH_STOCK'

describe.skipIf(cannotSplit())('one sale, two order processes', () => {
  const random = randomOf(runSeed())
  let split: Split & { database: pg.Pool }
  let crowd: Crowd | undefined
  let buyers = 100_000

  beforeAll(async () => {
    split = await startStage('sale', { DRAIN_SECONDS: '1' })
  })
  afterAll(() => split?.stop())
  afterEach(() => crowd?.stop())

  /** One unit at each of the two, by somebody new. */
  const buyAtBoth = (itemId: number): Promise<Answer[]> =>
    Promise.all(split.orders.map(({ client }) => buy(client, ++buyers, { itemId })))
  const expectSoldOut = async (itemId: number): Promise<void> =>
    expect(tally(await buyAtBoth(itemId))).toEqual({ [SOLD_OUT]: 2 })
  /** Buys at each of the two until it sells. */
  const expectSoonForSale = async (itemId: number): Promise<Answer[]> => {
    const startedMs = performance.now()
    const answers = await Promise.all(
      split.orders.map(async ({ client }) => {
        for (;;) {
          const answer = await buy(client, ++buyers, { itemId })
          if (answer.status === 201 || performance.now() - startedMs > KNOWN_MS_MAX) return answer
        }
      }),
    )
    console.log(`for sale at both after ${(performance.now() - startedMs).toFixed(0)} ms`)
    expect(tally(answers)).toEqual({ '201': 2 })
    return answers
  }
  const read = async <T>(sql: string, values: unknown[]): Promise<T> =>
    (await split.database.query(sql, values)).rows[0].value as T
  /** Orders that a process has placed since its start. */
  const placedAt = async ({ client }: RoleProcess): Promise<number> => {
    const { body } = await client.send('GET', '/metrics')
    return Number(/^limited_order_outcomes_total\{outcome="placed"\} (\d+)$/m.exec(body)?.[1] ?? 0)
  }
  const untilItSells = async (role: RoleProcess): Promise<void> => {
    await expect.poll(() => placedAt(role), { timeout: 10_000 }).toBeGreaterThan(0)
  }

  it('what nobody paid for is given back by the worker, and for sale at once at both', async () => {
    const itemId = await openSale(split.client, { quantity: 2, limitPerBuyer: 2, holdSeconds: 1 })
    await split.worker.kill('SIGKILL')
    const held = await buy(split.orders[0].client, ++buyers, { itemId, quantity: 2 })
    expect(held.status).toBe(201)
    await expectSoldOut(itemId)
    const status = (): Promise<string> =>
      read('SELECT status AS value FROM orders.orders WHERE id = $1', [held.body.orderId])
    const isOverdue = (): Promise<boolean> =>
      read(`SELECT pay_by < clock_timestamp() - interval '0.5 s' AS value FROM orders.orders WHERE id = $1`, [
        held.body.orderId,
      ])
    await expect.poll(isOverdue, { timeout: 5_000 }).toBe(true)
    // No other role does what is the worker's.
    expect(await status()).toBe('CREATED')
    await expectSoldOut(itemId)

    await split.worker.restart()
    await expect.poll(status, { timeout: 5_000, interval: 5 }).toBe('EXPIRED')
    const sold = await expectSoonForSale(itemId)
    await expectExact(split.database, itemId, [held, ...sold])
  })

  it('units that the item role adds reach the gate that both sell from', async () => {
    const itemId = await openSale(split.client, { quantity: 1 })
    const first = await buy(split.orders[1].client, ++buyers, { itemId })
    await expectSoldOut(itemId)
    const added = await split.client.send('POST', '/item-service/api/v1/stocks', {
      token: tokenOf(SELLER_ID, 'SELLER'),
      body: { itemId, quantity: 3 },
    })
    expect(added.status).toBe(204)
    await expect
      .poll(async () => (await readRedisGate(split.redis, itemId))?.available, {
        timeout: KNOWN_MS_MAX,
        interval: 5,
      })
      .toBe(3)
    const sold = await expectSoonForSale(itemId)
    await expectExact(split.database, itemId, [first, ...sold])
    await expectRedisAgrees(split.redis, split.database, [itemId])
  })

  it('one is killed: buyers go on at the other, nobody is told anything wrong, and it is back when it is back', async () => {
    const itemId = await openSale(split.client, { quantity: 200_000 })
    crowd = startCrowd([split.client], { itemId, buyersAtOnce: 24 })
    for (let time = 0; time < TIMES; time++) {
      const doomed = split.orders[time % 2]!
      await crowd.untilAllSell()
      await sleep(random() * 300)
      await doomed.kill('SIGKILL')
      const wentOnMs = await crowd.untilAllSell()
      console.log(`killed: sold on after ${wentOnMs.toFixed(0)} ms`)
      expect(wentOnMs).toBeLessThan(WENT_ON_MS_MAX)
      await doomed.restart()
      await untilItSells(doomed)
    }
    await crowd.stop()
    console.log(`answers: ${JSON.stringify(tally(crowd.answers))}, none: ${crowd.unanswered.length}`)
    await expectNothingLost(crowd, { clients: [split.client], database: split.database, itemId })
    await expectRedisAgrees(split.redis, split.database, [itemId])
  })

  it('one drains and ends: nobody who buys through the gateway notices', async () => {
    const itemId = await openSale(split.client, { quantity: 200_000 })
    crowd = startCrowd([split.client], { itemId, buyersAtOnce: 24 })
    for (let time = 0; time < TIMES; time++) {
      const draining = split.orders[time % 2]!
      await crowd.untilAllSell()
      await draining.kill('SIGTERM')
      expect((await draining.server.exited).code).toBe(0)
      await crowd.untilAllSell()
      await draining.restart()
      await untilItSells(draining)
    }
    await crowd.stop()
    expect(tally(crowd.answers)).toEqual({ '201': crowd.answers.length })
    expect(crowd.unanswered).toEqual([])
    await expectNothingLost(crowd, { clients: [split.client], database: split.database, itemId })
  })
})
