// The shop as seen by those who look at items and put them up: with headers of requests and answers, and a second process.
import { tokenOf, type Answer } from './buyers.ts'
import { ITEMS, limitedItem, normalItem, SELLER, startShop, type Who } from './sale-app.ts'

interface Asked {
  who?: Who
  body?: unknown
  key?: string
  headers?: Record<string, string>
}

export interface ItemShop {
  ask(method: string, path: string, asked?: Asked): Promise<Answer>
  /** A page or part of the list. */
  list(query: Record<string, string | number>): Promise<Answer>
  publish(changes?: Record<string, unknown>, who?: Who): Promise<number>
  publishLimited(changes?: Record<string, unknown>): Promise<number>
  query(sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>
  url: string
  databaseUrl: string
  tokenOf(who: Who): string
  stop(): Promise<void>
}

export async function startItemShop(label: string): Promise<ItemShop> {
  const { url, client, database, stop } = await startShop(label)
  const ask: ItemShop['ask'] = (method, path, { who, ...asked } = {}) =>
    client.send(method, path, {
      ...asked,
      ...(who !== undefined && { token: tokenOf(who.userId, who.role) }),
    })
  const put = async (body: Record<string, unknown>, who: Who): Promise<number> => {
    const answer = await ask('POST', ITEMS, { who, body })
    if (answer.status !== 201)
      throw new Error(`publishing answered ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body.id as number
  }
  return {
    ask,
    list(query) {
      const words = new URLSearchParams()
      for (const [name, value] of Object.entries(query)) words.set(name, String(value))
      return ask('GET', `${ITEMS}?${words.toString()}`)
    },
    publish: (changes = {}, who = SELLER) => put(normalItem(changes), who),
    publishLimited: (changes = {}) => put(limitedItem(changes), SELLER),
    query: async (text, values) => (await database.query<Record<string, unknown>>(text, values)).rows,
    url,
    tokenOf: ({ userId, role }) => tokenOf(userId, role),
    databaseUrl: String(database.options.connectionString),
    stop,
  }
}

export const idsOf = ({ body }: Answer): number[] => (body.content as { id: number }[]).map(({ id }) => id)
