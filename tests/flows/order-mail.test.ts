// What buyers are told of their orders by mail, in their language.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tokenOf } from '../support/buyers.ts'
import { startInbox, type Inbox, type ReceivedMail } from '../support/inbox.ts'
import { PAYMENTS, startPayShop, type PayShop } from '../support/pay-shop.ts'
import { SELLER_ID } from '../support/sale.ts'

const USERS = '/user-service/api/v1/users'
const PASSWORD = 'glass-river-0417'
const SHIPMENTS = '/order-service/api/v1/shipments'

let inbox: Inbox
let shop: PayShop
let people = 0

beforeAll(async () => {
  inbox = await startInbox()
  shop = await startPayShop('order-mail', { SMTP_URL: inbox.smtpUrl, PUBLIC_URL: 'https://shop.example' })
})
afterAll(async () => {
  await shop?.stop()
  await inbox?.stop()
})

interface Member {
  userId: number
  email: string
  language: 'ko' | 'en'
}

/** Signed up in one language, verified past the mailed code. */
async function join(language: 'ko' | 'en'): Promise<Member> {
  people += 1
  const email = `mail${people}@shop.example`
  const { status, body } = await shop.client.send('POST', USERS, {
    headers: { 'accept-language': language },
    body: {
      email,
      password: PASSWORD,
      name: '홍길동',
      address: '서울특별시 중구 세종대로 110',
      phoneNumber: `010-9000-${String(people).padStart(4, '0')}`,
    },
  })
  expect(status, JSON.stringify(body)).toBe(201)
  return { userId: body.id, email, language }
}

const mailsOf = ({ email }: Member, about: string): ReceivedMail[] =>
  inbox.mailsTo(email).filter(({ subject }) => subject.startsWith(about))

async function mailOf(member: Member, about: string): Promise<ReceivedMail> {
  await expect.poll(() => mailsOf(member, about).length, { timeout: 15_000 }).toBe(1)
  return mailsOf(member, about)[0]!
}

interface Bought {
  orderId: number
  total: number
}

async function order({ userId }: Member, holdSeconds?: number): Promise<Bought> {
  const itemId = await shop.orders.normalItem(holdSeconds === undefined ? {} : { holdSeconds })
  const { body } = await shop.orders.order(userId, [{ itemId, itemCount: 2 }])
  return { orderId: body.orderId, total: body.totalSum }
}

async function pay({ userId }: Member, { orderId, total }: Bought): Promise<void> {
  const opened = await shop.send('POST', PAYMENTS, userId, { orderId, totalPrice: total })
  expect((await shop.send('PUT', `${PAYMENTS}/${opened.body.paymentId}`, userId)).status).toBe(200)
}

const seller = async (path: string, body?: unknown): Promise<void> => {
  const answer = await shop.client.send('POST', `${SHIPMENTS}/${path}`, {
    token: tokenOf(SELLER_ID, 'SELLER'),
    ...(body !== undefined && { body }),
  })
  expect(answer.status).toBe(204)
}

async function shipmentOf({ userId }: Member, { orderId }: Bought, direction = 'OUT'): Promise<number> {
  const list = async () =>
    (
      (await shop.send('GET', `/order-service/api/v1/orders/${orderId}/shipments`, userId)).body as {
        shipmentId: number
        direction: string
      }[]
    ).filter((one) => one.direction === direction)
  await expect.poll(async () => (await list()).length, { timeout: 10_000 }).toBe(1)
  return (await list())[0]!.shipmentId
}

const SUBJECTS = {
  ko: {
    placed: '주문이 접수되었습니다',
    ending: '결제 시간이 곧 끝납니다',
    paid: '결제가 완료되었습니다',
    shipped: '상품이 발송되었습니다',
    received: '반품이 접수되었습니다',
    refunded: '환불이 완료되었습니다',
  },
  en: {
    placed: 'Your order is placed',
    ending: 'The time to pay is nearly over',
    paid: 'Your order is paid',
    shipped: 'Your goods are on their way',
    received: 'Your return has arrived',
    refunded: 'Your money is back',
  },
} as const

describe.each(['ko', 'en'] as const)('mails in %s', (language) => {
  const subjects = SUBJECTS[language]

  test('tell each step of an order, once', { timeout: 90_000 }, async () => {
    const member = await join(language)
    const bought = await order(member)
    const placed = await mailOf(member, subjects.placed)
    expect(placed.subject).toBe(`${subjects.placed} (${bought.orderId})`)
    expect(placed.html).toContain(`https://shop.example/orders/${bought.orderId}`)
    expect(placed.html).toContain(`lang="${language}"`)
    await pay(member, bought)
    await mailOf(member, subjects.paid)
    const shipmentId = await shipmentOf(member, bought)
    await seller(`${shipmentId}/pack`)
    await seller(`${shipmentId}/ship`, { carrier: 'CJ & (Son)', trackingNumber: '640-12' })
    const shipped = await mailOf(member, subjects.shipped)
    expect(shipped.html).toContain('CJ &amp; (Son) 640-12')
    expect(shipped.text).toContain('CJ & (Son) 640-12')
    await seller(`${shipmentId}/deliver`)
    const path = `/order-service/api/v1/orders/${bought.orderId}/return`
    expect((await shop.send('PUT', path, member.userId)).status).toBe(204)
    await seller(`${await shipmentOf(member, bought, 'BACK')}/receive`)
    await mailOf(member, subjects.received)
    const refunded = await mailOf(member, subjects.refunded)
    expect(refunded.text).toContain('1,000')
    for (const about of Object.values(subjects).filter((one) => one !== subjects.ending))
      expect([about, mailsOf(member, about).length]).toEqual([about, 1])
  })

  test('warn of a hold that ends, and not of a short one', async () => {
    const member = await join(language)
    const long = await order(member, 300)
    const short = await order(member, 30)
    await shop.database.query(`UPDATE orders.orders SET pay_by = now() + interval '62 s' WHERE id = $1`, [
      long.orderId,
    ])
    const mail = await mailOf(member, subjects.ending)
    expect(mail.subject).toContain(`(${long.orderId})`)
    await expect.poll(() => mailsOf(member, subjects.placed).length, { timeout: 10_000 }).toBe(2)
    expect(
      mailsOf(member, subjects.ending).some(({ subject }) => subject.includes(`(${short.orderId})`)),
    ).toBe(false)
  })
})

async function untilNoneWaits(): Promise<void> {
  const waiting = async (): Promise<number> => {
    const { rows } = await shop.database.query(
      `SELECT count(*)::int AS waiting FROM pgboss.job
        WHERE (name = 'notice.order-mail' OR name LIKE 'event.%.mail') AND state < 'completed'`,
    )
    return rows[0].waiting
  }
  await expect.poll(waiting, { timeout: 15_000 }).toBe(0)
}

/** As if the process had been killed before the queue knew that it was handled. */
const happensAgain = () =>
  shop.database.query(
    `INSERT INTO pgboss.job (name, data, policy, retry_limit, dead_letter)
     SELECT name, data, policy, retry_limit, dead_letter FROM pgboss.job, generate_series(1, 2)
      WHERE name = 'event.order.paid.mail' AND state = 'completed'`,
  )

test('7.D.4: an event that is handed over again is not mailed again', async () => {
  const member = await join('en')
  const bought = await order(member)
  await pay(member, bought)
  await mailOf(member, SUBJECTS.en.paid)
  await untilNoneWaits()
  await happensAgain()
  await untilNoneWaits()
  // Mails of something else may come meanwhile.
  expect(mailsOf(member, SUBJECTS.en.paid)).toHaveLength(1)
})

test('the language is that of the last log-in that named one', async () => {
  const member = await join('ko')
  await shop.database.query(
    `UPDATE users.account SET role = 'CERTIFIED_USER', email_verified_at = now() WHERE id = $1`,
    [member.userId],
  )
  const logIn = async (language?: string): Promise<string> => {
    const { status } = await shop.client.send('POST', `${USERS}/login`, {
      body: { email: member.email, password: PASSWORD },
      ...(language !== undefined && { headers: { 'accept-language': language } }),
    })
    expect(status).toBe(200)
    const { rows } = await shop.database.query('SELECT language FROM users.account WHERE id = $1', [
      member.userId,
    ])
    return rows[0].language
  }
  expect([await logIn('en-GB,en;q=0.9'), await logIn(), await logIn('ko')]).toEqual(['en', 'en', 'ko'])
})

test('who has no account, or none any more, gets no mail, and nothing is stuck over it', async () => {
  const member = await join('ko')
  const bought = await order(member)
  await pay(member, bought)
  await mailOf(member, SUBJECTS.ko.paid)
  await shop.place([1])
  await shop.database.query('DELETE FROM users.account WHERE id = $1', [member.userId])
  await untilNoneWaits()
  const mails = inbox.mailsTo(member.email).length
  await shop.database.query(
    `INSERT INTO pgboss.job (name, data, policy)
     VALUES ('event.order.paid.mail',
             jsonb_build_object('eventId', gen_random_uuid(),
                                'data', jsonb_build_object('orderId', $1::bigint, 'buyerId', $2::bigint)), 'standard')`,
    [bought.orderId, member.userId],
  )
  await untilNoneWaits()
  expect(inbox.mailsTo(member.email)).toHaveLength(mails)
})
