// Paying an order at Toss Payments: opened, authenticated in the window, confirmed; and everything that is refused.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tokenOf } from '../support/buyers.ts'
import { ORDERS, said } from '../support/orders.ts'
import { PAYMENTS, startPayShop, type PayShop } from '../support/pay-shop.ts'

let shop: PayShop

beforeAll(async () => {
  shop = await startPayShop('payment')
})
afterAll(() => shop?.stop())

const auditOf = async (subject: string, id: number): Promise<unknown[]> =>
  (
    await shop.database.query(
      'SELECT actor_id, action FROM platform.audit WHERE subject = $1 AND subject_id = $2 ORDER BY id',
      [subject, id],
    )
  ).rows

describe('a payment', () => {
  test('is opened, confirmed and makes the order PAID, with its history', async () => {
    const order = await shop.place([2, 1])
    const { opened, ...answer } = await shop.pay(order)
    expect(said(answer)).toBe('200 COMPLETED')
    expect(answer.body).toMatchObject({
      paymentId: opened.paymentId,
      orderId: order.orderId,
      totalPrice: 1_500,
      refundedPrice: 0,
      method: '카드',
      code: null,
      message: '결제가 완료되었습니다.',
    })
    const detail = await shop.orders.get(order.orderId, order.buyerId)
    expect(detail.body.status).toBe('PAID')
    expect(detail.body.orderItemList.map(({ status }: { status: string }) => status)).toEqual([
      'PAID',
      'PAID',
    ])
    expect(detail.body.history.map(({ status }: { status: string }) => status)).toEqual(['CREATED', 'PAID'])
    await shop.expectMoney(...order.items)
  })

  test('is the same one however often it is opened, and another at another provider', async () => {
    const order = await shop.place([1])
    const first = await shop.open(order)
    expect(await Promise.all([shop.open(order), shop.open(order)])).toEqual([first, first])
    const other = await shop.open({ ...order, total: 500 }, 'NICE')
    expect(other.paymentId).not.toBe(first.paymentId)
    expect(other.provider).toBe('NICE')
  })

  test('with an order id of the browser’s answers its bare id, as in v2', async () => {
    const order = await shop.place([2])
    const body = { ordId: order.orderId, orderId: `browser-${order.orderId}`, amount: 1_000 }
    const answer = await shop.send('POST', PAYMENTS, order.buyerId, body)
    expect(answer.status).toBe(200)
    expect(Number.isInteger(answer.body)).toBe(true)
    expect((await shop.send('POST', PAYMENTS, order.buyerId, body)).body).toBe(answer.body)
    const { paymentKey } = await shop.simulator.openToss({ orderId: body.orderId, amount: 1_000 })
    const confirm = { paymentKey, orderId: body.orderId, amount: 1_000 }
    expect(said(await shop.confirm(order, confirm))).toBe('200 COMPLETED')
    const another = await shop.place([2])
    const taken = await shop.send('POST', PAYMENTS, another.buyerId, { ...body, ordId: another.orderId })
    expect(said(taken)).toBe('409 ORDER_NOT_PAYABLE')
  })

  test('is completed at the simulator without a browser, as in v1', async () => {
    const order = await shop.place([1])
    const { paymentId } = await shop.open(order)
    const answers = [1, 2].map(() => shop.send('PUT', `${PAYMENTS}/${paymentId}`, order.buyerId))
    for (const answer of await Promise.all(answers)) {
      // Whichever came second is told what is true: done, or being done.
      expect(['200 COMPLETED', '202 CONFIRMING']).toContain(said(answer))
      expect(answer.body.paymentId).toBe(paymentId)
    }
    await shop.untilQuiet()
    expect(await shop.statusOf(order)).toBe('PAID')
    expect(said(await shop.send('PUT', `${PAYMENTS}/${paymentId}`, order.buyerId))).toBe('200 COMPLETED')
    await shop.expectMoney(...order.items)
  })

  test('of nothing is paid by saying so', async () => {
    const order = await shop.place([3], { price: 0 })
    const answer = await shop.send('POST', PAYMENTS, order.buyerId, { orderId: order.orderId, totalPrice: 0 })
    expect(answer.body).toMatchObject({ isSuccess: true, status: 'COMPLETED' })
    expect(answer.body).not.toHaveProperty('checkout')
    expect(await shop.statusOf(order)).toBe('PAID')
    expect(said(await shop.orders.cancel(order.orderId, order.buyerId))).toBe('204')
    expect(await shop.statusOf(order)).toBe('CANCELED')
    await shop.expectMoney(...order.items)
  })

  test('tells its state in the language of the caller', async () => {
    const order = await shop.place([1])
    const { opened } = await shop.pay(order)
    const answer = await shop.client.send('GET', `${PAYMENTS}/${opened.paymentId}`, {
      token: tokenOf(order.buyerId),
      headers: { 'accept-language': 'en' },
    })
    expect(answer.body.message).toBe('Paid.')
  })

  test('extends a hold that is nearly over, once', async () => {
    const order = await shop.place([1], { holdSeconds: 20 })
    const payBy = async (): Promise<number> =>
      Date.parse((await shop.orders.get(order.orderId, order.buyerId)).body.payBy)
    const before = await payBy()
    await shop.open(order)
    const extended = await payBy()
    expect(extended - before).toBeGreaterThan(250_000)
    await shop.database.query(`UPDATE orders.orders SET pay_by = now() + interval '10 s' WHERE id = $1`, [
      order.orderId,
    ])
    await shop.open(order)
    expect((await payBy()) - Date.now()).toBeLessThan(11_000)
  })
})

describe('a confirm', () => {
  test('7.C.11: that is repeated answers the same and charges once, and no second event follows', async () => {
    const order = await shop.place([2])
    const opened = await shop.open(order)
    const body = await shop.authorize(opened)
    const answers = await Promise.all(Array.from({ length: 8 }, () => shop.confirm(order, body)))
    for (const answer of answers)
      expect(['200 COMPLETED', '202 CONFIRMING', '409 PAYMENT_IN_PROGRESS']).toContain(said(answer))
    await shop.untilQuiet()
    const again = await shop.confirm(order, body)
    expect(said(again)).toBe('200 COMPLETED')
    expect((await shop.simulator.booked(opened.providerOrderId)).map(({ charges }) => charges)).toEqual([1])
    const { rows } = await shop.database.query(
      `SELECT count(*)::int AS events FROM pgboss.job WHERE name LIKE '%order.paid%shipment%' AND data->'data'->>'orderId' = $1`,
      [String(order.orderId)],
    )
    expect(rows[0].events).toBeLessThanOrEqual(1)
    await shop.expectMoney(...order.items)
  })

  test('7.C.2: that is refused keeps the hold, and the order can be paid again', async () => {
    const order = await shop.place([1])
    const opened = await shop.open(order)
    const body = await shop.authorize(opened)
    await shop.simulator.chaos({ refusePercent: 100 })
    const refused = await shop.confirm(order, body)
    await shop.simulator.chaos({ refusePercent: 0 })
    expect([refused.status, refused.body.status]).toEqual([200, 'FAILED'])
    expect(refused.body.code).toMatch(/^REJECT|^INVALID/)
    expect(refused.body.message).toContain('청구된 금액은 없습니다')
    expect(await shop.statusOf(order)).toBe('CREATED')
    expect(said(await shop.pay(order))).toBe('200 COMPLETED')
    await shop.expectMoney(...order.items)
  })

  test('7.C.3: a refusal is one mode of the simulator, off by default', async () => {
    const { body } = await shop.simulator.control('/chaos')
    expect(body['toss'].refusePercent).toBe(0)
  })

  test('7.A.8: of another amount, or by somebody else, charges nothing and is kept', async () => {
    const order = await shop.place([4])
    const wrong = await shop.send('POST', PAYMENTS, order.buyerId, { orderId: order.orderId, totalPrice: 1 })
    expect(said(wrong)).toBe('400 PAYMENT_AMOUNT_MISMATCH')
    const stranger = shop.orders.newBuyer()
    const foreign = await shop.send('POST', PAYMENTS, stranger, { orderId: order.orderId, totalPrice: 2_000 })
    expect(said(foreign)).toBe('403 UNAUTHORIZED_ACCESS')
    expect(await auditOf('order', order.orderId)).toEqual([
      { actor_id: order.buyerId, action: 'WRONG_AMOUNT' },
      { actor_id: stranger, action: 'FOREIGN_PAYMENT' },
    ])
    const opened = await shop.open(order)
    const body = await shop.authorize(opened)
    expect(said(await shop.confirm(order, { ...body, amount: 1_999 }))).toBe('400 PAYMENT_AMOUNT_MISMATCH')
    expect(said(await shop.confirm({ buyerId: stranger }, body))).toBe('403 UNAUTHORIZED_ACCESS')
    expect(await auditOf('payment', opened.paymentId)).toEqual([
      { actor_id: order.buyerId, action: 'WRONG_AMOUNT' },
      { actor_id: stranger, action: 'FOREIGN_CONFIRM' },
    ])
    for (const path of [`${PAYMENTS}/${opened.paymentId}`])
      for (const method of ['GET', 'PUT'])
        expect(said(await shop.send(method, path, stranger))).toBe('403 UNAUTHORIZED_ACCESS')
    expect(await shop.statusOf(order)).toBe('CREATED')
    await shop.expectMoney(...order.items)
  })

  test('of an order that has changed since is not charged', async () => {
    const order = await shop.place([4])
    const body = await shop.authorize(await shop.open(order))
    const lines = [{ itemId: order.items[0]!, quantity: 2 }]
    expect((await shop.orders.change(order.orderId, order.buyerId, { lines })).status).toBe(200)
    expect(said(await shop.confirm(order, body))).toBe('409 ORDER_NOT_PAYABLE')
    expect(said(await shop.pay({ ...order, total: 1_000 }))).toBe('200 COMPLETED')
    await shop.expectMoney(...order.items)
  })

  test('7.B.10: of an order that has lost its hold is not charged', async () => {
    const order = await shop.place([1])
    const opened = await shop.open(order)
    const body = await shop.authorize(opened)
    await shop.database.query(`UPDATE orders.orders SET pay_by = now() - interval '1 s' WHERE id = $1`, [
      order.orderId,
    ])
    const answer = await shop.confirm(order, body)
    expect(said(answer)).toBe('409 ORDER_NOT_PAYABLE')
    expect(answer.body.message).toContain('결제된 금액은 없습니다')
    expect((await shop.simulator.booked(opened.providerOrderId)).map(({ charges }) => charges)).toEqual([0])
    await shop.orders.isExpired(order.orderId, order.buyerId)
    await shop.expectMoney(...order.items)
  })

  test('with the key of another payment is refused, and charges neither', async () => {
    const [one, two] = [await shop.place([1]), await shop.place([1])]
    const body = await shop.authorize(await shop.open(one))
    const opened = await shop.open(two)
    const stolen = { paymentKey: body.paymentKey, orderId: opened.providerOrderId, amount: opened.amount }
    const early = await shop.confirm(two, stolen)
    expect([early.status, early.body.status]).toEqual([200, 'FAILED'])
    expect(said(await shop.confirm(one, body))).toBe('200 COMPLETED')
    const again = await shop.open(two)
    const late = await shop.confirm(two, { ...stolen, orderId: again.providerOrderId })
    expect(said(late)).toBe('409 ORDER_NOT_PAYABLE')
    expect(said(await shop.pay(two))).toBe('200 COMPLETED')
    await shop.expectMoney(...one.items, ...two.items)
  })

  test('of a cancelled, or paid order is refused', async () => {
    const order = await shop.place([1])
    const body = await shop.authorize(await shop.open(order))
    await shop.orders.cancel(order.orderId, order.buyerId)
    expect(said(await shop.confirm(order, body))).toBe('409 ORDER_NOT_PAYABLE')
    const paid = await shop.place([1])
    await shop.pay(paid)
    const again = await shop.send('POST', PAYMENTS, paid.buyerId, {
      orderId: paid.orderId,
      totalPrice: paid.total,
    })
    expect(said(again)).toBe('409 ORDER_NOT_PAYABLE')
    await shop.expectMoney(...order.items, ...paid.items)
  })

  test('of what is not there is 404', async () => {
    const buyerId = shop.orders.newBuyer()
    expect(
      said(await shop.confirm({ buyerId }, { paymentKey: 'tsim1', orderId: 'nothing-here', amount: 1 })),
    ).toBe('404 NOT_FOUND_PAYMENT')
    expect(said(await shop.send('GET', `${PAYMENTS}/999999`, buyerId))).toBe('404 NOT_FOUND_PAYMENT')
    expect(said(await shop.send('PUT', `${PAYMENTS}/999999`, buyerId))).toBe('404 NOT_FOUND_PAYMENT')
    const none = await shop.send('POST', PAYMENTS, buyerId, { orderId: 999_999, totalPrice: 1 })
    expect(said(none)).toBe('404 NOT_FOUND_ORDER')
  })

  test.each([
    [{ paymentKey: '', orderId: 'abcdef', amount: 1 }],
    [{ paymentKey: 'k'.repeat(201), orderId: 'abcdef', amount: 1 }],
    [{ paymentKey: 'k', orderId: 'abc', amount: 1 }],
    [{ paymentKey: 'k', orderId: 'abcdef\u0000', amount: 1 }],
    [{ paymentKey: 'k', orderId: 'abcdef', amount: -1 }],
    [{ paymentKey: 'k', orderId: 'abcdef', amount: 1.5 }],
    [{ paymentKey: 'k', orderId: 'abcdef', amount: 2 ** 53 }],
    [{ paymentKey: 'k', orderId: 'abcdef', amount: 1, price: 1 }],
    [[]],
  ])('of %j is a 400', async (body) => {
    const answer = await shop.confirm({ buyerId: shop.orders.newBuyer() }, body)
    expect([answer.status, answer.body.code]).toEqual([400, 'INVALID_INPUT_VALUE'])
  })
})

describe('the preferred provider', () => {
  test('is Toss while it answers', async () => {
    const answer = await shop.client.send('GET', `${PAYMENTS}/preferred-pg`)
    expect([answer.status, answer.body]).toEqual([200, 'TOSS'])
  })
})

describe('the history of orders', () => {
  test('has every move with its time, and who did it', async () => {
    const order = await shop.place([1])
    await shop.pay(order)
    await shop.orders.cancel(order.orderId, order.buyerId)
    await shop.untilQuiet()
    const { body } = await shop.send('GET', `${ORDERS}/${order.orderId}`, order.buyerId)
    const history = body.history as { status: string; at: string; byBuyer?: boolean }[]
    expect(history.map(({ status }) => status)).toEqual(['CREATED', 'PAID', 'CANCEL_REQUESTED', 'CANCELED'])
    const times = history.map(({ at }) => Date.parse(at))
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  })
})
