// Random lives of orders – placed, paid, cancelled, shipped, returned, refunded – on two processes over one database, while the providers
// misbehave and processes die. Whatever happened: no won and no unit is lost, nothing is charged twice, and everything comes to rest.
import fc from 'fast-check'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buy, runSeed, tally, type Answer } from '../support/buyers.ts'
import {
  ORDERS,
  PAYMENTS,
  SHIPMENTS,
  startPayWorld,
  type Method,
  type PayWorld,
} from '../support/pay-world.ts'
import { openSale, SELLER_ID } from '../support/sale.ts'

const HISTORIES = 6
const ORDERS_EACH = 25
const OTHER_SELLER_ID = SELLER_ID + 1
const ADMIN_ID = SELLER_ID + 2
const PARCEL = { carrier: 'CJ대한통운', trackingNumber: '6890-1234-5678' }

let world: PayWorld
let items: number[]
let limitedId: number
const seed = runSeed()

beforeAll(async () => {
  world = await startPayWorld({
    label: 'payment-saga',
    processes: 2,
    seed,
    env: {
      SHIPMENT_READY_SECONDS: '1',
      SHIPMENT_SHIP_SECONDS: '0',
      SHIPMENT_DELIVER_SECONDS: '0',
      SHIPMENT_RETURN_SECONDS: '2',
    },
  })
  items = await Promise.all(
    [SELLER_ID, OTHER_SELLER_ID].flatMap((sellerId) =>
      [1_000, 2_500].map((price) => world.item({ sellerId, price, quantity: 150 })),
    ),
  )
  limitedId = await openSale(world.client(0), { quantity: 100, limitPerBuyer: 3 })
})
afterAll(() => world?.stop())

// What may be done, as data.

type Which =
  { which: 'all' } | { which: 'line'; line: number } | { which: 'units'; line: number; units: number }
const PROVIDERS = ['TOSS', 'NICE'] as const
const HOWS = ['right', 'right', 'right', 'twice', 'stranger', 'amount', 'unknown', 'foreign'] as const

type Step =
  | { step: 'open'; provider: (typeof PROVIDERS)[number] | undefined; isOwnName: boolean }
  | { step: 'confirm'; how: (typeof HOWS)[number] }
  | { step: 'complete' | 'endHold' | 'chargePastUs' | 'await shipments' }
  | ({ step: 'cancel' | 'return' } & Which)
  | { step: 'change'; line: number; units: number }
  | { step: 'pack' | 'ship' | 'deliver' | 'receive'; parcel: number }
  | { step: 'refund'; amountKrw: number | undefined }
  | { step: 'pause'; ms: number }

const line = fc.nat({ max: 2 })
const which: fc.Arbitrary<Which> = fc.oneof(
  fc.constant({ which: 'all' } as const),
  fc.record({ which: fc.constant('line' as const), line }),
  fc.record({ which: fc.constant('units' as const), line, units: fc.integer({ min: 1, max: 2 }) }),
)
const open: fc.Arbitrary<Step> = fc.record({
  step: fc.constant('open' as const),
  provider: fc.constantFrom(undefined, ...PROVIDERS),
  isOwnName: fc.boolean(),
})
const confirm: fc.Arbitrary<Step> = fc.record({
  step: fc.constant('confirm' as const),
  how: fc.constantFrom(...HOWS),
})
const rightly: Step = { step: 'confirm', how: 'right' }
const plain = (step: 'complete' | 'endHold' | 'chargePastUs'): fc.Arbitrary<Step> => fc.constant({ step })
const takeBack = (step: 'cancel' | 'return'): fc.Arbitrary<Step> => which.map((one) => ({ step, ...one }))
const byHand: fc.Arbitrary<Step> = fc.record({
  step: fc.constantFrom('pack' as const, 'ship' as const, 'deliver' as const, 'receive' as const),
  parcel: line,
})
const refund: fc.Arbitrary<Step> = fc.record({
  step: fc.constant('refund' as const),
  amountKrw: fc.option(fc.integer({ min: 1, max: 4_000 }), { nil: undefined }),
})
const change: fc.Arbitrary<Step> = fc.record({
  step: fc.constant('change' as const),
  line,
  units: fc.integer({ min: 0, max: 3 }),
})
const pause = (msMax: number): fc.Arbitrary<Step> =>
  fc.record({ step: fc.constant('pause' as const), ms: fc.nat({ max: msMax }) })
const anything = fc.oneof(
  open,
  confirm,
  plain('complete'),
  plain('endHold'),
  plain('chargePastUs'),
  takeBack('cancel'),
  takeBack('return'),
  change,
  byHand,
  refund,
  pause(300),
)
const delivered: Step[] = [
  { step: 'await shipments' },
  ...[0, 1].flatMap((parcel): Step[] => [
    { step: 'ship', parcel },
    { step: 'deliver', parcel },
  ]),
]
/** Most orders are paid, so that much can become of them; some get anything in any order. */
const buyer: fc.Arbitrary<Step[]> = fc.oneof(
  fc.array(anything, { minLength: 3, maxLength: 9 }),
  fc
    .tuple(open, confirm, fc.array(anything, { maxLength: 5 }))
    .map(([first, second, rest]) => [first, second, ...rest]),
  fc
    .tuple(
      open,
      fc.array(fc.oneof(takeBack('cancel'), byHand, refund, pause(200)), { minLength: 1, maxLength: 4 }),
    )
    .map(([first, rest]) => [first, rightly, ...rest]),
  fc
    .tuple(
      open,
      fc.array(fc.oneof(takeBack('return'), takeBack('return'), byHand, refund), {
        minLength: 1,
        maxLength: 5,
      }),
    )
    .map(([first, rest]) => [first, rightly, ...delivered, ...rest]),
)
/** At the same time: the seller, staff, the clock, another browser of the buyer. */
const others = fc.array(
  fc.oneof(
    pause(900),
    pause(300),
    byHand,
    byHand,
    refund,
    plain('endHold'),
    takeBack('cancel'),
    confirm,
    open,
  ),
  { maxLength: 5 },
)

const modes: fc.Arbitrary<object> = fc.oneof(
  fc.constant({}),
  fc.constant({}),
  fc.record({ refusePercent: fc.constantFrom(30, 100) }),
  ...(
    [
      'loseAnswerBeforeApproval',
      'loseAnswerAfterApproval',
      'loseAnswerBeforeCancel',
      'loseAnswerAfterCancel',
      'http500AfterApproval',
      'http500AfterCancel',
      'wrongAmount',
    ] as const
  ).map((name) => fc.record({ [name]: fc.record({ percent: fc.constantFrom(40, 100) }) })),
  fc.record({ http500: fc.record({ percent: fc.constantFrom(20, 60) }) }),
  // Also past the time that anybody waits.
  fc.record({ slowMs: fc.constantFrom(150, 3_400, 5_400) }),
  fc.record({ lateMs: fc.constantFrom(150, 3_400, 5_400) }),
)
const WEBHOOKS = ['normal', 'off', 'duplicated', 'reordered', 'delayed', 'before_answer'] as const

interface History {
  orders: {
    isLimited: boolean
    lines: { item: number; units: number }[]
    buyer: Step[]
    others: Step[]
    startMs: number
    process: number
  }[]
  webhooks: (typeof WEBHOOKS)[number]
  weather: { modes: object; provider: 'toss' | 'nice' | undefined; ms: number }[]
  /** One process dies, and comes back. */
  kill: { process: number; afterMs: number } | undefined
}

const histories: fc.Arbitrary<History> = fc.record({
  orders: fc.array(
    fc.record({
      isLimited: fc.boolean(),
      lines: fc.uniqueArray(fc.record({ item: fc.nat({ max: 3 }), units: fc.integer({ min: 1, max: 3 }) }), {
        minLength: 1,
        maxLength: 3,
        selector: ({ item }) => item,
      }),
      buyer,
      others,
      startMs: fc.nat({ max: 1_000 }),
      process: fc.nat({ max: 1 }),
    }),
    { minLength: ORDERS_EACH, maxLength: ORDERS_EACH, size: 'max' },
  ),
  webhooks: fc.constantFrom(...WEBHOOKS),
  weather: fc.array(
    fc.record({
      modes: fc.tuple(modes, modes).map(([one, two]) => ({ ...one, ...two })),
      provider: fc.constantFrom(undefined, undefined, 'toss' as const, 'nice' as const),
      ms: fc.integer({ min: 200, max: 700 }),
    }),
    { minLength: 2, maxLength: 5 },
  ),
  kill: fc.option(fc.record({ process: fc.nat({ max: 1 }), afterMs: fc.integer({ min: 300, max: 2_000 }) }), {
    nil: undefined,
    freq: 3,
  }),
})

// How it is done.

interface Opened {
  paymentId: number
  provider: (typeof PROVIDERS)[number]
  providerOrderId: string
  amount: number
}

interface Life {
  orderId: number
  buyerId: number
  itemIds: number[]
  process: number
  opened: Opened[]
  /** What the windows brought back, by the provider's name of the order. */
  windows: Map<string, Promise<Record<string, string>>>
}

let buyers = 0
let names = 0
const answers: Answer[] = []

async function say(
  life: Life,
  method: Method,
  path: string,
  body?: unknown,
  who: Partial<{ buyerId: number; role: 'SELLER' | 'ADMIN' }> = {},
) {
  const key = `saga-${(names += 1)}`
  const answer = await world.ask(life.process, method, path, {
    buyerId: life.buyerId,
    key,
    ...who,
    ...(body !== undefined && { body }),
  })
  answers.push(answer)
  return answer
}

async function place({ isLimited, lines, process }: History['orders'][number]): Promise<Life | undefined> {
  const buyerId = (buyers += 1)
  const life = { buyerId, process, opened: [], windows: new Map() }
  if (isLimited) {
    const { status, body } = await buy(world.client(process), buyerId, {
      itemId: limitedId,
      quantity: lines[0]!.units,
    })
    return status === 201 ? { ...life, orderId: body.orderId, itemIds: [limitedId] } : undefined
  }
  const itemIds = lines.map(({ item }) => items[item]!)
  const orderItemList = lines.map(({ units }, i) => ({ itemId: itemIds[i]!, itemCount: units }))
  const { status, body } = await world.ask(process, 'POST', ORDERS, {
    buyerId,
    key: 'place',
    body: { orderItemList },
  })
  return status === 201 ? { ...life, orderId: body.orderId, itemIds } : undefined
}

async function openWindow(
  life: Life,
  { provider, isOwnName }: { provider: Opened['provider'] | undefined; isOwnName: boolean },
) {
  const amount = (await say(life, 'GET', `${ORDERS}/${life.orderId}`)).body?.totalSum ?? 0
  const named = provider !== undefined && { provider }
  // A name of its own every time: an equal body is the same window.
  const name = `saga-${life.orderId}-${life.opened.length}`
  const body = isOwnName
    ? { ordId: life.orderId, orderId: name, amount, ...named }
    : { orderId: life.orderId, totalPrice: amount, ...named }
  const answer = await say(life, 'POST', PAYMENTS, body)
  if (answer.status !== 200) return
  if (!isOwnName) {
    const { paymentId, checkout } = answer.body
    if (checkout === undefined) return
    life.opened.push({
      paymentId,
      provider: checkout.provider,
      providerOrderId: checkout.orderId,
      amount: checkout.amount,
    })
    return
  }
  const { rows } = await world.database.query('SELECT provider FROM payments.payment WHERE id = $1', [
    answer.body,
  ])
  life.opened.push({ paymentId: answer.body, provider: rows[0].provider, providerOrderId: name, amount })
}

/** What the buyer brings back from the window: of one and the same window always the same. */
function authenticate(
  life: Life,
  { provider, providerOrderId, amount }: Opened,
): Promise<Record<string, string>> {
  const known = life.windows.get(providerOrderId)
  if (known !== undefined) return known
  const { simulator } = world
  const window =
    provider === 'TOSS'
      ? simulator.openToss({ orderId: providerOrderId, amount })
      : simulator.openNice({ orderId: providerOrderId, amount })
  life.windows.set(providerOrderId, window)
  return window
}

async function confirmPayment(life: Life, how: (typeof HOWS)[number], lives: readonly Life[]): Promise<void> {
  const opened = life.opened.at(-1)
  if (opened === undefined) return
  const own = await authenticate(life, opened)
  if (how === 'twice') {
    await Promise.all([1, 2, 3].map((no) => send({ ...life, process: life.process + no }, opened, own)))
    return
  }
  const stranger = lives[(lives.indexOf(life) + 1) % lives.length]
  const theirs = stranger?.opened.at(-1)
  if (how === 'foreign') {
    if (stranger === undefined || theirs?.provider !== opened.provider) return
    const window = await authenticate(stranger, theirs)
    await send(life, opened, { ...window, orderId: opened.providerOrderId })
    return
  }
  if (how === 'unknown')
    return send(life, opened, { ...own, paymentKey: 'tsimnothinglikethis', tid: 'nothinglikethis' })
  if (how === 'amount') return send(life, { ...opened, amount: opened.amount + 1 }, own)
  return send(how === 'stranger' ? { ...life, buyerId: life.buyerId + 1 } : life, opened, own)
}

async function send(
  life: Life,
  { provider, providerOrderId, amount }: Opened,
  window: Record<string, string>,
): Promise<void> {
  if (provider === 'TOSS') {
    const body = { paymentKey: window['paymentKey'], orderId: providerOrderId, amount }
    await say(life, 'POST', `${PAYMENTS}/toss/confirm`, body)
    return
  }
  // The browser posts it; a second time where no answer came.
  const form = new URLSearchParams({ ...window, amount: String(amount) })
  for (const no of [0, 1]) {
    const url = world.server((life.process + no) % 2).url
    const status = await fetch(`${url}${PAYMENTS}/nice/confirm`, {
      method: 'POST',
      body: form,
      redirect: 'manual',
    }).then(
      (answer) => answer.status,
      () => 0,
    )
    if (status === 0) continue
    answers.push({ status, headers: {}, body: { code: `NICE ${status}` } })
    return
  }
}

async function chargePastUs(life: Life): Promise<void> {
  const opened = life.opened.at(-1)
  if (opened === undefined) return
  const window = await authenticate(life, opened)
  if (opened.provider === 'TOSS')
    await world.simulator.confirm({ ...window, amount: opened.amount }).catch(() => undefined)
  else await world.simulator.approve(window).catch(() => undefined)
}

async function shipmentsOf({ orderId, buyerId, process }: Life): Promise<Answer['body'][]> {
  const { status, body } = await world.ask(process, 'GET', `${ORDERS}/${orderId}/shipments`, { buyerId })
  return status === 200 ? body : []
}

async function handle(
  life: Life,
  action: 'pack' | 'ship' | 'deliver' | 'receive',
  no: number,
): Promise<void> {
  const direction = action === 'receive' ? 'BACK' : 'OUT'
  const some = (await shipmentsOf(life)).filter((one) => one.direction === direction)
  const shipment = some[no % some.length]
  if (shipment === undefined) return
  const body = action === 'ship' ? PARCEL : undefined
  await say(life, 'POST', `${SHIPMENTS}/${shipment.shipmentId}/${action}`, body, {
    buyerId: ADMIN_ID,
    role: 'ADMIN',
  })
}

function toTakeBack(life: Life, one: Which): object {
  const itemId = 'line' in one ? life.itemIds[one.line % life.itemIds.length]! : 0
  if (one.which === 'all') return {}
  return one.which === 'line' ? { orderItemIds: [itemId] } : { lines: [{ itemId, quantity: one.units }] }
}

async function take(
  life: Life,
  step: Step,
  { lives, webhooks }: { lives: readonly Life[]; webhooks: string },
): Promise<void> {
  switch (step.step) {
    case 'open':
      return openWindow(life, step)
    case 'confirm':
      return confirmPayment(life, step.how, lives)
    case 'complete':
      if (life.opened.length > 0) await say(life, 'PUT', `${PAYMENTS}/${life.opened.at(-1)!.paymentId}`)
      return
    case 'chargePastUs':
      // Of what nobody asked for, only a webhook tells.
      return webhooks === 'off' ? undefined : chargePastUs(life)
    case 'endHold':
      await world.database.query(
        `UPDATE orders.orders SET pay_by = now() - interval '1 s' WHERE id = $1 AND status = 'CREATED'`,
        [life.orderId],
      )
      return
    case 'cancel':
    case 'return':
      await say(life, 'PUT', `${ORDERS}/${life.orderId}/${step.step}`, toTakeBack(life, step))
      return
    case 'change': {
      const itemId = life.itemIds[step.line % life.itemIds.length]!
      await say(life, 'PUT', `${ORDERS}/${life.orderId}`, { lines: [{ itemId, quantity: step.units }] })
      return
    }
    case 'await shipments':
      for (let tries = 0; tries < 25 && (await shipmentsOf(life)).length === 0; tries++) await sleep(100)
      return
    case 'refund': {
      const payment = life.opened.at(-1)
      if (payment === undefined) return
      const { amountKrw } = step
      const body = { reason: '보상', ...(amountKrw !== undefined && { amount: amountKrw }) }
      await say(life, 'POST', `${PAYMENTS}/${payment.paymentId}/refunds`, body, {
        buyerId: ADMIN_ID,
        role: 'ADMIN',
      })
      return
    }
    case 'pause':
      return sleep(step.ms)
    case 'pack':
    case 'ship':
    case 'deliver':
    case 'receive':
      return handle(life, step.step, step.parcel)
  }
}

async function play({ orders, webhooks, weather, kill }: History): Promise<void> {
  const lives: Life[] = []
  const living = orders.map(async (order) => {
    await sleep(order.startMs)
    const life = await place(order)
    if (life === undefined) return
    lives.push(life)
    const lane = async (steps: readonly Step[]): Promise<void> => {
      for (const step of steps) await take(life, step, { lives, webhooks })
    }
    await Promise.all([lane(order.buyer), lane(order.others)])
  })
  const killing = async (): Promise<void> => {
    if (kill === undefined) return
    await sleep(kill.afterMs)
    await world.kill(kill.process)
    await world.start(kill.process)
  }
  const changing = async (): Promise<void> => {
    for (const { modes, provider, ms } of weather) {
      await world.calm()
      const all = { ...modes, webhooks }
      await world.simulator.chaos(provider === undefined ? all : { [provider]: all, webhooks })
      await sleep(ms)
    }
    await world.calm()
  }
  await Promise.all([...living, killing(), changing()])
}

const show = (history: History): string =>
  `${history.webhooks}, ${JSON.stringify(history.weather.map(({ provider, modes }) => ({ [provider ?? 'both']: modes })))}, kill ${JSON.stringify(history.kill)}`

test(`${HISTORIES} times ${ORDERS_EACH} orders at once: charged - refunded is what each is worth, no unit is lost, nothing stays open`, async () => {
  const { simulator, database } = world
  for (const history of fc.sample(histories, { seed, numRuns: HISTORIES })) {
    const startedMs = performance.now()
    await play(history)
    console.log(`${((performance.now() - startedMs) / 1_000).toFixed(1)} s: ${show(history)}`)
    // What waits to be delivered again, or was delayed.
    await simulator.control('/clock', 'PUT', { advanceMs: 61_000 })
    await simulator.control('/clock', 'PUT', { offsetMs: 0 })
  }
  const restingMs = performance.now()
  await world.untilQuiet({ isVerified: true, msMax: 40_000 })
  console.log(
    `at rest after ${((performance.now() - restingMs) / 1_000).toFixed(1)} s; ${JSON.stringify(tally(answers))}`,
  )
  const { rows } = await database.query(
    'SELECT status, count(*)::integer AS orders FROM orders.orders GROUP BY status ORDER BY status',
  )
  console.log(rows.map(({ status, orders }) => `${status} ${orders}`).join(', '))
  await world.expectAllRight([...items, limitedId])
  expect(answers.filter(({ status }) => status === 500 || status === 0).map(({ body }) => body)).toEqual([])
}, 120_000)
