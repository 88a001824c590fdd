// What a person does in the window of a provider, done at the simulator by itself.
import { request } from 'undici'
import type { ProviderName } from './contract.ts'
import type { Provider } from './provider.ts'
import type { PaymentRow } from './sql.ts'

/** The provider's key of an authenticated payment; undefined where it is refused there. */
export type Authorize = (payment: PaymentRow, orderName: string) => Promise<string | undefined>

const ANSWER_MS_MAX = 5_000

export function createAuthorize(url: string, providers: ReadonlyMap<ProviderName, Provider>): Authorize {
  return async ({ provider, providerOrderId, amountKrw }, orderName) => {
    const clientKey = providers.get(provider as ProviderName)?.checkout.clientKey
    const isToss = provider === 'TOSS'
    const order = { orderId: providerOrderId, amount: amountKrw }
    const answer = await request(`${url}/${isToss ? 'toss' : 'nice'}/window/authorize`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(
        isToss
          ? { ...order, clientKey, orderName }
          : { ...order, clientId: clientKey, goodsName: orderName.slice(0, 40) },
      ),
      headersTimeout: ANSWER_MS_MAX,
      bodyTimeout: ANSWER_MS_MAX,
    })
    const body = (await answer.body.json()) as { paymentKey?: unknown; tid?: unknown }
    const key = isToss ? body.paymentKey : body.tid
    return answer.statusCode === 200 && typeof key === 'string' ? key : undefined
  }
}
