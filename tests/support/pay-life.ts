// One order's way from its window to its return, step by step, at whichever process a test wants.
import { expect } from 'vitest'
import type { Answer } from './buyers.ts'
import { ORDERS, PAYMENTS, SHIPMENTS, type Method, type PayWorld } from './pay-world.ts'
import { SELLER_ID } from './sale.ts'

export type ProviderName = 'TOSS' | 'NICE'

export interface PayOrder {
  orderId: number
  buyerId: number
  itemIds: number[]
  total: number
  provider: ProviderName
}

export interface PayWindow {
  paymentId: number
  providerOrderId: string
  amount: number
  /** What the browser brings back. */
  brought: Record<string, string>
}

export interface PayLife {
  /** Two lines, each of 2 units at 1,000 won, of items of its own. */
  place(provider: ProviderName): Promise<PayOrder>
  open(order: PayOrder, no?: number): Promise<PayWindow>
  /** 200, 202 or 303, or 0 where the process died. */
  confirm(no: number, order: PayOrder, window: PayWindow): Promise<Answer>
  /** Placed and paid, with its shipment. */
  paid(provider: ProviderName): Promise<PayOrder & PayWindow>
  shipmentId(order: PayOrder, direction?: 'OUT' | 'BACK'): Promise<number>
  act(no: number, shipmentId: number, action: 'ship' | 'deliver' | 'receive'): Promise<Answer>
  delivered(provider: ProviderName): Promise<PayOrder & PayWindow>
  takeBack(no: number, order: PayOrder, how: 'cancel' | 'return', body?: unknown): Promise<Answer>
  /** At the provider, past us. */
  charge(order: PayOrder, window: PayWindow): Promise<void>
  statusOf(order: PayOrder): Promise<string>
  itemIds: number[]
}

const PARCEL = { carrier: 'CJ대한통운', trackingNumber: '6890-1234-5678' }

/** Everything but what names a process is done at process 0. */
export function payLife(world: PayWorld): PayLife {
  let buyers = 0
  const itemIds: number[] = []
  /** Once: a process that dies answers with status 0. */
  const once = (no: number, method: Method, path: string, ask: Parameters<PayWorld['once']>[3]) =>
    world.once(no, method, path, ask)
  const life: PayLife = {
    itemIds,
    async place(provider) {
      const buyerId = (buyers += 1)
      const own = await Promise.all(
        [1, 2].map(() => world.item({ sellerId: SELLER_ID, price: 1_000, quantity: 10 })),
      )
      itemIds.push(...own)
      const orderItemList = own.map((itemId) => ({ itemId, itemCount: 2 }))
      const { status, body } = await once(0, 'POST', ORDERS, { buyerId, body: { orderItemList } })
      expect(status, JSON.stringify(body)).toBe(201)
      return { orderId: body.orderId, buyerId, itemIds: own, total: body.totalSum, provider }
    },
    async open({ orderId, buyerId, total, provider }, no = 0) {
      const { status, body } = await once(no, 'POST', PAYMENTS, {
        buyerId,
        body: { orderId, totalPrice: total, provider },
      })
      expect(status, JSON.stringify(body)).toBe(200)
      const { paymentId, checkout } = body
      const window = { orderId: checkout.orderId, amount: checkout.amount }
      const brought = await (provider === 'TOSS'
        ? world.simulator.openToss(window)
        : world.simulator.openNice(window))
      return { paymentId, providerOrderId: checkout.orderId, amount: checkout.amount, brought }
    },
    confirm(no, { buyerId, provider }, { providerOrderId, amount, brought }) {
      if (provider === 'NICE') return postNiceForm(world.server(no).url, brought)
      const body = { paymentKey: brought['paymentKey'], orderId: providerOrderId, amount }
      return once(no, 'POST', `${PAYMENTS}/toss/confirm`, { buyerId, body })
    },
    async paid(provider) {
      const order = await life.place(provider)
      const window = await life.open(order)
      await life.confirm(0, order, window)
      await life.shipmentId(order)
      return { ...order, ...window }
    },
    async shipmentId({ orderId, buyerId }, direction = 'OUT') {
      const list = async (): Promise<{ shipmentId: number; direction: string }[]> => {
        const { body } = await once(0, 'GET', `${ORDERS}/${orderId}/shipments`, { buyerId })
        return body.filter((one: { direction: string }) => one.direction === direction)
      }
      await expect.poll(async () => (await list()).length, { timeout: 8_000, interval: 30 }).toBe(1)
      return (await list())[0]!.shipmentId
    },
    act: (no, shipmentId, action) =>
      once(no, 'POST', `${SHIPMENTS}/${shipmentId}/${action}`, {
        buyerId: SELLER_ID,
        role: 'SELLER',
        ...(action === 'ship' && { body: PARCEL }),
      }),
    async delivered(provider) {
      const order = await life.paid(provider)
      const shipmentId = await life.shipmentId(order)
      for (const action of ['ship', 'deliver'] as const)
        expect((await life.act(0, shipmentId, action)).status).toBe(204)
      return order
    },
    takeBack: (no, { orderId, buyerId }, how, body = {}) =>
      once(no, 'PUT', `${ORDERS}/${orderId}/${how}`, { buyerId, body }),
    async charge({ provider }, { brought, amount }) {
      const { status } = await (provider === 'TOSS'
        ? world.simulator.confirm({ ...brought, amount })
        : world.simulator.approve(brought))
      expect(status).toBe(200)
    },
    statusOf: async ({ orderId, buyerId }) =>
      (await once(0, 'GET', `${ORDERS}/${orderId}`, { buyerId })).body.status,
  }
  return life
}

/** As a browser does that NICEPAY's window has sent. */
async function postNiceForm(url: string, form: Record<string, string>): Promise<Answer> {
  const sent = fetch(`${url}${PAYMENTS}/nice/confirm`, {
    method: 'POST',
    body: new URLSearchParams(form),
    redirect: 'manual',
  })
  const { status, lost } = await sent.then(
    (answer) => ({ status: answer.status, lost: undefined }),
    (error: Error) => ({ status: 0, lost: error.message }),
  )
  return { status, headers: {}, body: undefined, ...(lost !== undefined && { lost }) }
}
