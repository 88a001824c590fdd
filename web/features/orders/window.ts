// Opens the window of a payment provider: the simulator's page, or the window that the provider's own script makes.

import type { paths } from '../../../client/index.ts'

type Opened = Exclude<
  paths['/payment-service/api/v1/payments']['post']['responses'][200]['content']['application/json'],
  number
>
export type Checkout = NonNullable<Opened['checkout']>

const SCRIPT_MS_MAX = 10_000
const NICE_CONFIRM = '/payment-service/api/v1/payments/nice/confirm'
/** By this NICEPAY's answer is led back to our checkout. */
const STOREFRONT = 'storefront'

interface TossSdk {
  ANONYMOUS: string
  (clientKey: string): {
    payment(options: { customerKey: string }): { requestPayment(request: object): Promise<void> }
  }
}
interface NiceSdk {
  requestPay(request: object): void
}
type WithSdks = typeof globalThis & { TossPayments?: TossSdk; AUTHNICE?: NiceSdk }

/** Leaves this page, or rejects: the window did not open, or was closed. `back` is the address of the checkout page. */
export async function openWindow(checkout: Checkout, back: string): Promise<void> {
  if (checkout.windowUrl !== undefined) return location.assign(simulatorUrl(checkout, back))
  if (checkout.scriptUrl === undefined) throw new Error('no window')
  await loadScript(checkout.scriptUrl)
  await (checkout.provider === 'TOSS' ? openToss(checkout, back) : openNice(checkout))
}

export function simulatorUrl(checkout: Checkout, back: string): string {
  const { provider, clientKey, orderId, orderName, amount } = checkout
  const url = new URL(checkout.windowUrl ?? '')
  const asked =
    provider === 'TOSS'
      ? { clientKey, orderId, orderName, successUrl: back, failUrl: back }
      : {
          clientId: clientKey,
          method: 'card',
          orderId,
          goodsName: orderName,
          returnUrl: new URL(NICE_CONFIRM, back).href,
          mallReserved: STOREFRONT,
        }
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value)
  url.searchParams.set('amount', String(amount))
  return url.href
}

async function openToss({ clientKey, orderId, orderName, amount }: Checkout, back: string): Promise<void> {
  const sdk = (globalThis as WithSdks).TossPayments
  if (sdk === undefined) throw new Error('no window')
  await sdk(clientKey)
    .payment({ customerKey: sdk.ANONYMOUS })
    .requestPayment({
      method: 'CARD',
      amount: { currency: 'KRW', value: amount },
      orderId,
      orderName,
      successUrl: back,
      failUrl: back,
    })
}

function openNice({ clientKey, orderId, orderName, amount }: Checkout): Promise<void> {
  const sdk = (globalThis as WithSdks).AUTHNICE
  if (sdk === undefined) return Promise.reject(new Error('no window'))
  return new Promise((_resolve, reject) => {
    sdk.requestPay({
      clientId: clientKey,
      method: 'card',
      orderId,
      goodsName: orderName,
      amount,
      returnUrl: new URL(NICE_CONFIRM, location.href).href,
      mallReserved: STOREFRONT,
      fnError: () => reject(new Error('the window was closed')),
    })
  })
}

function loadScript(url: string): Promise<void> {
  if (document.querySelector(`script[src="${CSS.escape(url)}"]`) !== null) return Promise.resolve()
  return new Promise((resolve, reject) => {
    const script = document.createElement('script')
    const fail = (): void => {
      script.remove()
      reject(new Error('the script of the provider did not load'))
    }
    const timer = setTimeout(fail, SCRIPT_MS_MAX)
    script.src = url
    script.addEventListener('error', fail)
    script.addEventListener('load', () => {
      clearTimeout(timer)
      resolve()
    })
    document.head.append(script)
  })
}
