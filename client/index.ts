// A typed client of the whole contract, for browsers and servers.
import createFetchClient, { type Client } from 'openapi-fetch'
import type { paths } from './schema.ts'

export type { paths, Problem } from './schema.ts'

export type ShopClient = Client<paths>

export interface ShopClientOptions {
  /** Where the service is: `https://shop.example`. */
  baseUrl: string
  /** The access token of the login, asked for at each request; browsers send it as a cookie by themselves. */
  accessToken?: () => string | undefined
  /** In what language messages come; `ko` unless told. */
  language?: 'ko' | 'en'
  fetch?: (request: Request) => Promise<Response>
}

/** `const { data, error, response } = await shop.GET('/item-service/api/v1/items/{itemId}', { params: { path: { itemId: 1 } } })` */
export function createShopClient(options: ShopClientOptions): ShopClient {
  const { baseUrl, accessToken, language = 'ko' } = options
  const client = createFetchClient<paths>({
    baseUrl,
    ...(options.fetch !== undefined && { fetch: options.fetch }),
  })
  client.use({
    onRequest({ request }) {
      const token = accessToken?.()
      if (token !== undefined) request.headers.set('authorization', `Bearer ${token}`)
      if (!request.headers.has('accept-language')) request.headers.set('accept-language', language)
      return request
    },
  })
  return client
}

/** A key for a request that may have to be sent again: the same key gets the same answer. */
export const newKey = (): { 'idempotency-key': string } => ({ 'idempotency-key': crypto.randomUUID() })
