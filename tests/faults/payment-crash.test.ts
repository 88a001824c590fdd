// kill -9 and stalls at every step of paying, cancelling and returning: another process takes over, and nothing is charged twice, lost, or
// left open. Each point is hit exactly: a proxy before PostgreSQL, or before the providers, stops the process at one message.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Answer } from '../support/buyers.ts'
import { endLeases } from '../support/pay-checks.ts'
import {
  payLife,
  type PayLife,
  type PayOrder,
  type PayWindow,
  type ProviderName,
} from '../support/pay-life.ts'
import { PAYMENTS, startPayWorld, type PayWorld } from '../support/pay-world.ts'
import { startStopProxy, type Hold, type Stop, type StopProxy } from '../support/stop-proxy.ts'

/** The one that takes over, and the one that dies. */
const [HEIR, VICTIM] = [0, 1]
const REACH_MS_MAX = 10_000

let world: PayWorld
let life: PayLife
let database: StopProxy
let provider: StopProxy
/** The victim comes back while the heir is being looked at. */
let starting: Promise<void> = Promise.resolve()

beforeAll(async () => {
  world = await startPayWorld({
    label: 'payment-crash',
    processes: 2,
    // Shipments move by hand, and where a test says that they are due.
    env: {
      PAYMENT_SESSION_SECONDS: '1',
      SHIPMENT_READY_SECONDS: '0',
      SHIPMENT_SHIP_SECONDS: '0',
      SHIPMENT_DELIVER_SECONDS: '0',
      SHIPMENT_RETURN_SECONDS: '0',
    },
    async envOf(no, urls) {
      if (no !== VICTIM) return {}
      const [db, simulator] = [new URL(urls.database), new URL(urls.simulator)]
      const host = db.searchParams.get('host') ?? db.hostname
      database = await startStopProxy({ host, port: Number(db.port) })
      provider = await startStopProxy({ host: simulator.hostname, port: Number(simulator.port) })
      db.searchParams.delete('host')
      db.host = `127.0.0.1:${database.port}`
      simulator.host = `127.0.0.1:${provider.port}`
      return { DATABASE_URL: db.href, SIMULATOR_URL: simulator.href.replace(/\/$/, '') }
    },
  })
  life = payLife(world)
  await listenAt(HEIR)
})
afterAll(async () => {
  await starting.catch(() => undefined)
  await world?.stop()
  await database?.close()
  await provider?.close()
})
afterEach(async () => {
  world.server(HEIR).kill('SIGCONT')
  world.server(VICTIM).kill('SIGCONT')
  await world.calm()
  await listenAt(HEIR)
})

/** Where the providers' events go. */
async function listenAt(no: number): Promise<void> {
  const url = `${world.server(no).url}${PAYMENTS}`
  await world.simulator.control('/webhooks', 'PUT', {
    toss: `${url}/toss/webhook`,
    nice: `${url}/nice/webhook`,
  })
}

/** The victim works alone: the heir stands still, and not in the middle of a transaction. */
async function pauseHeir(): Promise<void> {
  for (let tries = 0; tries < 20; tries++) {
    world.server(HEIR).kill('SIGSTOP')
    for (let looks = 0; looks < 10; looks++) {
      const { rows } = await world.database.query<{ busy: number }>(
        `SELECT count(*)::integer AS busy FROM pg_stat_activity
          WHERE datname = current_database() AND xact_start IS NOT NULL AND pid <> pg_backend_pid()`,
      )
      if (rows[0]!.busy === 0) return
      await sleep(20)
    }
    world.server(HEIR).kill('SIGCONT')
    await sleep(50)
  }
  throw new Error('the heir never rests')
}

async function reach(stop: Stop): Promise<void> {
  const end = new AbortController()
  await Promise.race([
    stop.reached,
    sleep(REACH_MS_MAX, undefined, { signal: end.signal }).then(() => {
      throw new Error('the point was not reached')
    }),
  ])
  end.abort()
}

// What is sent at each step.
const COMMIT = /commit/
const BEGIN = /SET status = 'CONFIRMING'/
const SETTLE = /"nextCheckMs" double precision/
const OPEN = /INSERT INTO payments\.payment /
const REVERSE = /INSERT INTO orders\.reversal \(/
const CLAIM_REFUND = /UPDATE payments\.refund\s+SET lease_token/
const FINISH_REFUND = /SET status = 'DONE', done_at = clock_timestamp\(\), code = NULL/
const CLAIM_WEBHOOK = /UPDATE payments\.webhook\s+SET tries/
const MAKE_SHIPMENT = /INSERT INTO shipments\.shipment \(/
const MOVE_SHIPMENT = /UPDATE shipments\.shipment s\s+SET status/
const ASK: Readonly<Record<ProviderName, RegExp>> = {
  TOSS: /POST \/toss\/v1\/payments\/confirm /,
  NICE: /POST \/nice\/v1\/payments\/\w+ /,
}
const GIVE_BACK = /POST \/(toss|nice)\/v1\/payments\/\w+\/cancel /

type Stand = PayOrder & Partial<PayWindow> & { shipmentId?: number }

interface Point {
  /** When the victim dies. */
  when: string
  at: readonly ['database' | 'provider', readonly RegExp[] | Readonly<Record<ProviderName, RegExp>>, Hold]
  /** What arrives after the heir has taken over, instead of never. */
  isLate?: true
  /** What the victim is asked, and the heir again. */
  does: Does
  /** The victim has answered it before it dies. */
  isAnswered?: true
  /** What the heir answers to the same again. */
  again: RegExp
  /** Of the order at the end. Unpaid, it can be paid. */
  ends: string | Readonly<Record<ProviderName, string>>
  providers?: readonly ProviderName[]
}

interface Does {
  stand(name: ProviderName): Promise<Stand>
  ask(no: number, stand: Stand): Promise<Answer>
}

const BOTH = ['TOSS', 'NICE'] as const
const TAKEN_BACK = { TOSS: 'PAID', NICE: 'CREATED' } as const
const opening: Does = {
  stand: (name) => life.place(name),
  async ask(no, order) {
    const body = { orderId: order.orderId, totalPrice: order.total, provider: order.provider }
    return world.once(no, 'POST', PAYMENTS, { buyerId: order.buyerId, body })
  },
}
const paying: Does = {
  async stand(name) {
    const order = await life.place(name)
    return { ...order, ...(await life.open(order)) }
  },
  ask: (no, stand) => life.confirm(no, stand, stand as PayWindow),
}
const canceling: Does = {
  stand: (name) => life.paid(name),
  ask: (no, stand) => life.takeBack(no, stand, 'cancel'),
}
const cancelingSome: Does = {
  stand: (name) => life.paid(name),
  ask: (no, stand) => life.takeBack(no, stand, 'cancel', [stand.itemIds[0]]),
}
const returning: Does = {
  stand: (name) => life.delivered(name),
  ask: (no, stand) => life.takeBack(no, stand, 'return'),
}
const receiving: Does = {
  async stand(name) {
    const order = await life.delivered(name)
    expect((await life.takeBack(HEIR, order, 'return')).status).toBe(204)
    return { ...order, shipmentId: await life.shipmentId(order, 'BACK') }
  },
  ask: (no, { shipmentId }) => life.act(no, shipmentId!, 'receive'),
}
const shipping: Does = {
  async stand(name) {
    const order = await life.paid(name)
    return { ...order, shipmentId: await life.shipmentId(order) }
  },
  ask: (no, { shipmentId }) => life.act(no, shipmentId!, 'ship'),
}

/** Charged without our asking: the provider tells whoever dies then. */
const told: Does = {
  stand: paying.stand,
  async ask(no, stand) {
    if (no === VICTIM) {
      await listenAt(VICTIM)
      await life.charge(stand, stand as PayWindow)
      await expect.poll(() => webhooksOf(stand), { interval: 20 }).toBe(1)
    }
    return NO_ANSWER
  },
}
/** Its time has come. */
const due: Does = {
  stand: shipping.stand,
  async ask(no, stand) {
    if (no === VICTIM)
      await world.database.query('UPDATE shipments.shipment SET due_at = since WHERE id = $1', [
        stand.shipmentId,
      ])
    return NO_ANSWER
  },
}

async function webhooksOf({ providerOrderId }: Stand): Promise<number> {
  const { rows } = await world.database.query<{ count: number }>(
    'SELECT count(*)::integer FROM payments.webhook WHERE provider_order_id = $1',
    [providerOrderId],
  )
  return rows[0]!.count
}

const NO_ANSWER: Answer = { status: 204, headers: {}, body: undefined }

const POINTS: readonly Point[] = [
  {
    when: 'the window is opened, its answer not given',
    at: ['database', [OPEN, COMMIT], 'answer'],
    does: opening,
    again: /^200/,
    ends: 'CREATED',
  },
  {
    when: 'the attempt is not in hand yet',
    at: ['database', [BEGIN, COMMIT], 'request'],
    does: paying,
    again: /^(200|303)/,
    ends: 'PAID',
  },
  {
    when: 'the attempt is in hand, the provider not asked',
    at: ['database', [BEGIN, COMMIT], 'answer'],
    does: paying,
    again: /^(202|303)/,
    ends: TAKEN_BACK,
    providers: BOTH,
  },
  {
    when: 'the provider is asked, and it never arrives',
    at: ['provider', ASK, 'request'],
    does: paying,
    again: /^(202|303)/,
    ends: TAKEN_BACK,
    providers: BOTH,
  },
  {
    when: 'the provider is asked, and it arrives after the takeover',
    at: ['provider', ASK, 'request'],
    isLate: true,
    does: paying,
    again: /^(202|303)/,
    ends: TAKEN_BACK,
    providers: BOTH,
  },
  {
    when: 'the provider works on it',
    at: ['provider', ASK, 'work'],
    does: paying,
    again: /^(202|303)/,
    ends: TAKEN_BACK,
    providers: BOTH,
  },
  {
    when: 'the provider has approved, its answer is lost',
    at: ['provider', ASK, 'answer'],
    does: paying,
    again: /^(202|303)/,
    ends: TAKEN_BACK,
    providers: BOTH,
  },
  {
    when: 'the answer is there, nothing written',
    at: ['database', [SETTLE], 'request'],
    does: paying,
    again: /^(202|303)/,
    ends: TAKEN_BACK,
    providers: BOTH,
  },
  {
    when: 'the payment is written, not committed',
    at: ['database', [SETTLE, COMMIT], 'request'],
    does: paying,
    again: /^202/,
    ends: 'PAID',
  },
  {
    when: 'the payment is committed, its answer not given',
    at: ['database', [SETTLE, COMMIT], 'answer'],
    does: paying,
    again: /^(200|303)/,
    ends: 'PAID',
  },
  {
    when: 'the shipment of what is paid is not committed',
    at: ['database', [MAKE_SHIPMENT, COMMIT], 'request'],
    does: paying,
    isAnswered: true,
    again: /^200/,
    ends: 'PAID',
  },
  {
    when: 'the shipment is made, the event not ticked off',
    at: ['database', [MAKE_SHIPMENT, COMMIT], 'answer'],
    does: paying,
    isAnswered: true,
    again: /^200/,
    ends: 'PAID',
  },
  {
    when: 'an event of a provider is kept, not handled',
    at: ['database', [CLAIM_WEBHOOK], 'request'],
    does: told,
    isAnswered: true,
    again: /^204/,
    ends: 'PAID',
    providers: BOTH,
  },
  {
    when: 'what an event of a provider has led to is not committed',
    at: ['database', [SETTLE, COMMIT], 'request'],
    does: told,
    isAnswered: true,
    again: /^204/,
    ends: 'PAID',
  },
  {
    when: 'a step that time takes is not committed',
    at: ['database', [MOVE_SHIPMENT, COMMIT], 'request'],
    does: due,
    isAnswered: true,
    again: /^204/,
    ends: 'READY',
  },
  {
    when: 'a step that time takes is committed',
    at: ['database', [MOVE_SHIPMENT, COMMIT], 'answer'],
    does: due,
    isAnswered: true,
    again: /^204/,
    ends: 'READY',
  },
  {
    when: 'a cancel is not committed',
    at: ['database', [REVERSE, COMMIT], 'request'],
    does: canceling,
    again: /^204/,
    ends: 'CANCELED',
  },
  {
    when: 'a cancel is committed, its answer not given',
    at: ['database', [REVERSE, COMMIT], 'answer'],
    does: canceling,
    again: /^204/,
    ends: 'CANCELED',
  },
  {
    when: 'some is cancelled, the refund not in hand',
    at: ['database', [CLAIM_REFUND], 'request'],
    does: cancelingSome,
    isAnswered: true,
    again: /^204/,
    ends: 'PARTIALLY_CANCELED',
  },
  {
    when: 'the refund is sent, and never arrives',
    at: ['provider', [GIVE_BACK], 'request'],
    does: canceling,
    isAnswered: true,
    again: /^204/,
    ends: 'CANCELED',
    providers: BOTH,
  },
  {
    when: 'the refund is sent, and arrives after the takeover',
    at: ['provider', [GIVE_BACK], 'request'],
    isLate: true,
    does: cancelingSome,
    isAnswered: true,
    again: /^204/,
    ends: 'PARTIALLY_CANCELED',
    providers: BOTH,
  },
  {
    when: 'the refund is done at the provider, its answer is lost',
    at: ['provider', [GIVE_BACK], 'answer'],
    does: canceling,
    isAnswered: true,
    again: /^204/,
    ends: 'CANCELED',
    providers: BOTH,
  },
  {
    when: 'the refund is known, and not committed',
    at: ['database', [FINISH_REFUND, COMMIT], 'request'],
    does: cancelingSome,
    isAnswered: true,
    again: /^204/,
    ends: 'PARTIALLY_CANCELED',
  },
  {
    when: 'the refund is committed',
    at: ['database', [FINISH_REFUND, COMMIT], 'answer'],
    does: canceling,
    isAnswered: true,
    again: /^204/,
    ends: 'CANCELED',
  },
  {
    when: 'goods are sent off, not committed',
    at: ['database', [MOVE_SHIPMENT, COMMIT], 'request'],
    does: shipping,
    again: /^204/,
    ends: 'SHIPPING',
  },
  {
    when: 'a return is not committed',
    at: ['database', [REVERSE, COMMIT], 'request'],
    does: returning,
    again: /^204/,
    ends: 'RETURN_REQUESTED',
  },
  {
    when: 'a return is committed, its answer not given',
    at: ['database', [REVERSE, COMMIT], 'answer'],
    does: returning,
    again: /^204/,
    ends: 'RETURN_REQUESTED',
  },
  {
    when: 'returned goods are received, not committed',
    at: ['database', [MOVE_SHIPMENT, COMMIT], 'request'],
    does: receiving,
    again: /^204/,
    ends: 'RETURNED',
  },
  {
    when: 'returned goods are received, the refund not in hand',
    at: ['database', [CLAIM_REFUND], 'request'],
    does: receiving,
    isAnswered: true,
    again: /^204/,
    ends: 'RETURNED',
  },
]

const CASES = POINTS.flatMap((point) => (point.providers ?? ['TOSS']).map((name) => ({ ...point, name })))

/** The heir takes over from a victim that is dead. */
async function inherit(): Promise<void> {
  await endLeases(world.database, world.databaseUrl)
  world.server(HEIR).kill('SIGCONT')
}

async function dieAt(stop: Stop): Promise<void> {
  await world.kill(VICTIM)
  stop.cut()
  starting = world.start(VICTIM)
}

const chargesOf = async (providerOrderId: string): Promise<number> =>
  (await world.simulator.booked(providerOrderId)).reduce((sum, { charges }) => sum + charges, 0)

describe('kill -9', () => {
  test.each(CASES)('when $when ($name)', async ({ at, does, isLate, isAnswered, again, ends, name }) => {
    const [stand] = await Promise.all([does.stand(name), starting])
    await world.untilQuiet()
    await pauseHeir()
    const [where, messages, hold] = at
    const steps = 'TOSS' in messages ? [messages[name]] : messages
    const proxy = where === 'database' ? database : provider
    if (hold === 'work') await world.simulator.chaos({ lateMs: 400 })
    const stop = proxy.stopAt(steps, hold)
    const asked = does.ask(VICTIM, stand)
    await reach(stop)
    if (isAnswered === true) expect((await asked).status).toBeGreaterThan(0)
    await world.calm()
    if (isLate !== true) await dieAt(stop)
    else await world.kill(VICTIM)
    if (isAnswered !== true) expect((await asked).status).toBe(0)
    await inherit()
    const answer = await does.ask(HEIR, stand)
    expect(`${answer.status} ${answer.body?.code ?? ''}`).toMatch(again)
    await world.untilQuiet()
    if (isLate === true) {
      stop.release()
      starting = world.start(VICTIM)
      // Whatever it has done at the provider is told, and known again.
      await sleep(300)
      await world.untilQuiet()
    }
    const end = typeof ends === 'string' ? ends : ends[name]
    expect(await life.statusOf(stand)).toBe(end)
    if (end === 'CREATED') {
      await life.confirm(HEIR, stand, await life.open(stand))
      await world.untilQuiet()
      expect(await life.statusOf(stand)).toBe('PAID')
    }
    if (stand.providerOrderId !== undefined)
      expect(await chargesOf(stand.providerOrderId)).toBeLessThanOrEqual(1)
    await world.expectAllRight(life.itemIds)
  })
})

describe('a stall that is longer than its lease', () => {
  test('another decides meanwhile, and what wakes up, or arrives then, changes nothing', async () => {
    await starting
    const [asked, askedNice, unsent] = [
      await paying.stand('TOSS'),
      await paying.stand('NICE'),
      await paying.stand('TOSS'),
    ]
    const [refunded, refundedNice] = [await life.paid('TOSS'), await life.paid('NICE')]
    await world.untilQuiet()
    await pauseHeir()
    const stops = [
      provider.stopAt([ASK.TOSS], 'request'),
      provider.stopAt([ASK.NICE], 'request'),
      provider.stopAt([/POST \/toss\/v1\/payments\/\w+\/cancel /], 'request'),
      provider.stopAt([/POST \/nice\/v1\/payments\/\w+\/cancel /], 'request'),
    ]
    const answers = [paying.ask(VICTIM, asked), paying.ask(VICTIM, askedNice)]
    for (const order of [refunded, refundedNice])
      expect((await canceling.ask(VICTIM, order)).status).toBe(204)
    await Promise.all(stops.map(reach))
    const held = database.stopAt([BEGIN, COMMIT], 'answer')
    answers.push(paying.ask(VICTIM, unsent))
    await reach(held)
    world.server(VICTIM).kill('SIGSTOP')
    world.server(HEIR).kill('SIGCONT')
    const startedMs = performance.now()
    await world.untilQuiet({ msMax: 40_000 })
    console.log(`taken over after ${((performance.now() - startedMs) / 1_000).toFixed(1)} s`)
    const ends = async (): Promise<string[]> =>
      Promise.all([asked, askedNice, unsent, refunded, refundedNice].map(life.statusOf))
    const expected = ['PAID', 'CREATED', 'PAID', 'CANCELED', 'CANCELED']
    expect(await ends()).toEqual(expected)
    world.server(VICTIM).kill('SIGCONT')
    for (const stop of [...stops, held]) stop.release()
    const statuses = (await Promise.all(answers)).map(({ status }) => status)
    expect(statuses.slice(0, 2)).toEqual([200, 303])
    // The commit was known too late to be believed, or was just in time.
    expect([200, 503]).toContain(statuses[2])
    await sleep(300)
    await world.untilQuiet()
    expect(await ends()).toEqual(expected)
    for (const { providerOrderId } of [asked, unsent, refunded, refundedNice])
      expect(await chargesOf(providerOrderId!)).toBe(1)
    await world.expectAllRight(life.itemIds)
  })
})
