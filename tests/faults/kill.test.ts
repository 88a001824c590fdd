// kill -9 of the server in the middle of a sale: whatever was answered 201 is there, nothing is there twice, and the rest sells out.
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { buy, createClient, randomOf, runSeed, tally, type Answer } from '../support/buyers.ts'
import { newDatabase } from '../support/postgres.ts'
import { expectExact, openSale, readSale } from '../support/sale.ts'
import { startServer } from '../support/server-process.ts'

const KILLS = 20
const UNITS = 30_000
const BUYERS_AT_ONCE = 100

describe('kill -9 of the server during a sale', () => {
  it(
    `loses no order it confirmed, ${KILLS} times over, and then sells the rest`,
    { timeout: 200_000 },
    async () => {
      const random = randomOf(runSeed())
      const { url, drop } = await newDatabase()
      const database = new pg.Pool({ connectionString: url, max: 4 })
      const env = { RATE_LIMIT_FACTOR: '100000' }
      const answers: Answer[] = []
      const unanswered: { buyerId: number; key: string }[] = []
      let itemId = 0
      let nextBuyer = 1

      for (let round = 0; round < KILLS; round++) {
        const server = await startServer({ databaseUrl: url, env })
        const client = createClient(server.url)
        if (itemId === 0) itemId = await openSale(client, { quantity: UNITS })
        let killed = false
        const lost: typeof unanswered = []
        const buying = Array.from({ length: BUYERS_AT_ONCE }, async () => {
          while (!killed) {
            const buyerId = nextBuyer++
            const key = `key-${buyerId}`
            const answer = await buy(client, buyerId, { itemId, key })
            if (answer.status === 0) lost.push({ buyerId, key })
            else answers.push(answer)
          }
        })
        await new Promise((resolve) => setTimeout(resolve, 50 + random() * 250))
        killed = true
        server.kill('SIGKILL')
        await Promise.all(buying)
        await server.exited
        client.close()
        unanswered.push(...lost)
      }
      expect(unanswered.length, 'the kills hit requests in flight').toBeGreaterThan(KILLS)
      expect(tally(answers.filter(({ status }) => status !== 201))).toEqual({})

      const server = await startServer({ databaseUrl: url, env })
      const client = createClient(server.url)
      // Who got no answer asks again with the same key: its order, or a new one; never a second.
      const retried = await Promise.all(
        unanswered.map(({ buyerId, key }) => buy(client, buyerId, { itemId, key })),
      )
      expect(tally(retried)).toEqual({ '201': unanswered.length })
      answers.push(...retried)
      await expectExact(database, itemId, answers)

      const { available } = await readSale(database, itemId)
      expect(available).toBeGreaterThan(0)
      const rest = await sellOut(client, itemId, available, nextBuyer)
      expect(rest.filter(({ status }) => status === 201)).toHaveLength(available)
      await expectExact(database, itemId, [...answers, ...rest])
      client.close()
      await server.stop()
      await database.end()
      await drop()
    },
  )
})

async function sellOut(
  client: ReturnType<typeof createClient>,
  itemId: number,
  units: number,
  firstBuyer: number,
): Promise<Answer[]> {
  const answers: Answer[] = []
  let next = firstBuyer
  const buying = Array.from({ length: BUYERS_AT_ONCE }, async () => {
    while (next < firstBuyer + units + 200) answers.push(await buy(client, next++, { itemId }))
  })
  await Promise.all(buying)
  return answers
}
