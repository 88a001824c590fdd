// The simulator of both payment providers in this process, and what a test does with it.
import { startSimulator, type Simulator } from '../../simulator/simulator.ts'
import { DEFAULTS } from '../../simulator/settings.ts'

interface BookRow {
  key: string
  status: string
  chargedKrw: number
  refundedKrw: number
  charges: number
  cancels: { amount: number; reason: string }[]
}

export interface OpenedPayment {
  providerKey: string
  providerOrderId: string
  amountKrw: number
}

export interface OpenOptions {
  providerOrderId: string
  amountKrw: number
  orderName?: string
  isVirtualAccount?: boolean
}

export interface TestSimulator {
  url: string
  toss: { url: string; clientKey: string; secretKey: string }
  nice: { url: string; clientKey: string; secretKey: string }
  /** What a buyer does in the window: yes. */
  openToss(options: OpenOptions): Promise<OpenedPayment>
  openNice(options: OpenOptions): Promise<OpenedPayment>
  chaos(modes: object): Promise<void>
  /** Ends all chaos. */
  calm(): Promise<void>
  advance(ms: number): Promise<void>
  deposit(orderId: string): Promise<void>
  sendWebhooksTo(urls: { toss?: string; nice?: string }): Promise<void>
  bookOf(orderId: string): Promise<BookRow[]>
  stop(): Promise<void>
}

export async function startTestSimulator(): Promise<TestSimulator> {
  const simulator: Simulator = await startSimulator({ port: 0 })
  const { url } = simulator
  const call = async <Body>(method: string, path: string, body?: object): Promise<Body> => {
    const answer = await fetch(`${url}${path}`, {
      method,
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
    return (text === '' ? undefined : JSON.parse(text)) as Body
  }
  return {
    url,
    toss: { url: `${url}/toss`, ...DEFAULTS.toss },
    nice: { url: `${url}/nice`, ...DEFAULTS.nice },
    async openToss({ providerOrderId, amountKrw, orderName = '상품', isVirtualAccount = false }) {
      const opened = await call<{ paymentKey: string }>('POST', '/toss/window/authorize', {
        clientKey: DEFAULTS.toss.clientKey,
        orderId: providerOrderId,
        orderName,
        amount: amountKrw,
        method: isVirtualAccount ? 'VIRTUAL_ACCOUNT' : 'CARD',
      })
      return { providerKey: opened.paymentKey, providerOrderId, amountKrw }
    },
    async openNice({ providerOrderId, amountKrw, orderName = '상품', isVirtualAccount = false }) {
      const form = await call<{ tid: string }>('POST', '/nice/window/authorize', {
        clientId: DEFAULTS.nice.clientKey,
        orderId: providerOrderId,
        goodsName: orderName,
        amount: amountKrw,
        method: isVirtualAccount ? 'vbank' : 'card',
      })
      return { providerKey: form.tid, providerOrderId, amountKrw }
    },
    chaos: (modes) => call('PUT', '/control/chaos', modes),
    calm: () => call('DELETE', '/control/chaos'),
    advance: (advanceMs) => call('PUT', '/control/clock', { advanceMs }),
    deposit: (orderId) => call('POST', `/control/deposits/${orderId}`),
    sendWebhooksTo: (urls) => call('PUT', '/control/webhooks', urls),
    bookOf: async (orderId) =>
      (await call<{ payments: BookRow[] }>('GET', `/control/book?orderId=${orderId}`)).payments,
    stop: () => simulator.stop(),
  }
}
