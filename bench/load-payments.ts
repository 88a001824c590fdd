// One run of buyers who pay: claim, open a payment, say yes in the provider's window, confirm. A buyer is done when the answer says COMPLETED.
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { createHistogram } from './histogram.ts'
import { openConnection, type Connection } from './load-connection.ts'
import {
  ORDERS_PATH,
  PAY_STEPS,
  PAYMENTS_PATH,
  type PayJob,
  type PayResult,
  type PayStep,
} from './load-protocol.ts'
import { createPlacedFile } from './load-tally.ts'

const LAST_ANSWERS_MS_MAX = 10_000
/** Arrivals of the open model that wait for a buyer who is free. */
const WAITING_MAX = 100_000
const CLIENT_KEY = 'test_ck_simulator'

interface Buyer {
  service: Connection
  simulator: Connection
  token: string
  keyNumber: number
  /** Undefined: free. */
  step: PayStep | undefined
  /** When the first byte was to be sent, and when the last request was. */
  scheduledMs: number
  sentMs: number
  providerOrderId: string
}

type Step = (buyer: Buyer, body: string) => string

export async function payOrders(job: PayJob): Promise<PayResult> {
  const tokens = readFileSync(job.target.tokensFile, 'latin1').trimEnd().split('\n')
  const placed = createPlacedFile(job.target.placedFile)
  const texts = createTexts(job)
  const tally = createPayTally()
  const free: Buyer[] = []
  const waiting: number[] = []
  let inHand = 0
  let lost = 0
  let keys = 0
  let dropped = 0
  let endMs = Infinity
  let measureFromMs = Infinity
  let lastMs = 0

  const send = (buyer: Buyer, step: PayStep, text: string): void => {
    buyer.step = step
    buyer.sentMs = performance.now()
    ;(step === 'window' ? buyer.simulator : buyer.service).send(text)
  }
  const start = (buyer: Buyer, scheduledMs: number): void => {
    buyer.scheduledMs = scheduledMs
    buyer.keyNumber = keys++
    buyer.token = tokens[buyer.keyNumber % tokens.length]!
    inHand++
    send(buyer, 'claim', texts.claim(buyer, ''))
  }
  const next = (buyer: Buyer, now: number): void => {
    inHand--
    buyer.step = undefined
    if (job.model.kind === 'closed') {
      if (now < endMs) start(buyer, now)
    } else if (waiting.length > 0) start(buyer, waiting.shift()!)
    else free.push(buyer)
  }
  const onAnswer = (buyer: Buyer, status: number, body: string): void => {
    const { step } = buyer
    if (step === undefined) return
    const now = performance.now()
    const isMeasured = now >= measureFromMs && now < endMs
    if (isMeasured) {
      lastMs = now
      tally.answer(step, outcomeOf(step, status, body), now - buyer.sentMs)
    }
    const isGood = status === (step === 'claim' ? 201 : 200)
    if (isGood && step === 'claim') placed.add(Number(textAfter(body, '"orderId":')), buyer.keyNumber)
    const following = isGood ? PAY_STEPS[PAY_STEPS.indexOf(step) + 1] : undefined
    if (following !== undefined) {
      send(buyer, following, texts[following](buyer, body))
      return
    }
    if (isGood && isPaid(body)) tally.paid(isMeasured ? now - buyer.scheduledMs : undefined)
    next(buyer, now)
  }
  const buyers = await Promise.all(
    Array.from({ length: job.buyers }, async () => {
      const buyer = { step: undefined, providerOrderId: '' } as unknown as Buyer
      const handlers = {
        onAnswer: (status: number, bytes: Buffer, from: number, to: number) =>
          onAnswer(buyer, status, bytes.toString('latin1', from, to)),
        onLost() {
          lost++
          if (buyer.step !== undefined) inHand--
          buyer.step = undefined
        },
      }
      buyer.service = await openConnection(job.port, handlers)
      buyer.simulator = await openConnection(job.simulatorPort, handlers)
      return buyer
    }),
  )

  const startMs = performance.now()
  measureFromMs = startMs + job.warmupSeconds * 1000
  endMs = measureFromMs + job.seconds * 1000
  if (job.model.kind === 'closed') for (const buyer of buyers) start(buyer, performance.now())
  else free.push(...buyers)
  let sent = 0
  for (let now = startMs; now < endMs; now = performance.now()) {
    if (job.model.kind === 'open') {
      const due = Math.floor(((now - startMs) / 1000) * job.model.perSecond)
      for (; sent < due; sent++) {
        const scheduledMs = startMs + (sent / job.model.perSecond) * 1000
        const buyer = free.shift()
        if (buyer !== undefined) start(buyer, scheduledMs)
        else if (waiting.length < WAITING_MAX) waiting.push(scheduledMs)
        else dropped++
      }
    }
    await sleep(job.model.kind === 'open' ? 1 : Math.min(20, endMs - now))
  }
  dropped += waiting.splice(0).length
  // Whoever has begun goes on to the end.
  const giveUpMs = performance.now() + LAST_ANSWERS_MS_MAX
  while (inHand > 0 && performance.now() < giveUpMs) await sleep(5)
  for (const { service, simulator } of buyers) {
    service.close()
    simulator.close()
  }
  placed.close()
  return {
    startedMs: performance.timeOrigin + measureFromMs,
    seconds: (Math.max(lastMs, measureFromMs + 1) - measureFromMs) / 1000,
    ...tally.result(),
    dropped,
    unanswered: lost + inHand,
  }
}

const isPaid = (body: string): boolean => body.includes('"status":"COMPLETED"')

const outcomeOf = (step: PayStep, status: number, body: string): string =>
  step === 'confirm' && status === 200 ? `200 ${isPaid(body) ? 'COMPLETED' : 'OTHER'}` : String(status)

/** What stands after `name`, to the next quote, comma or brace. */
function textAfter(body: string, name: string): string {
  const from = body.indexOf(name) + name.length
  if (from < name.length) throw new Error(`an answer has no ${name}`)
  let to = from
  while (to < body.length && !'",}'.includes(body[to]!)) to++
  return body.slice(from, to)
}

/** The request of each step, from the answer to the one before. */
function createTexts(job: PayJob): Readonly<Record<PayStep, Step>> {
  const { port, simulatorPort, priceKrw, target, keyPrefix } = job
  const post = (path: string, to: number, body: string, more = ''): string =>
    `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${to}\r\ncontent-type: application/json\r\n${more}content-length: ${body.length}\r\n\r\n${body}`
  const as = ({ token }: Buyer): string => `authorization: Bearer ${token}\r\n`
  return {
    claim: (buyer) =>
      post(
        ORDERS_PATH,
        port,
        `{"itemId":${target.itemId},"quantity":1}`,
        `${as(buyer)}idempotency-key: ${keyPrefix}${buyer.keyNumber}\r\n`,
      ),
    open: (buyer, body) =>
      post(
        PAYMENTS_PATH,
        port,
        `{"orderId":${textAfter(body, '"orderId":')},"totalPrice":${priceKrw}}`,
        as(buyer),
      ),
    window(buyer, body) {
      buyer.providerOrderId = textAfter(body, '"orderId":"')
      return post(
        '/toss/window/authorize',
        simulatorPort,
        `{"clientKey":"${CLIENT_KEY}","orderId":"${buyer.providerOrderId}","orderName":"bench","amount":${priceKrw}}`,
      )
    },
    confirm: (buyer, body) =>
      post(
        `${PAYMENTS_PATH}/toss/confirm`,
        port,
        `{"paymentKey":"${textAfter(body, '"paymentKey":"')}","orderId":"${buyer.providerOrderId}","amount":${priceKrw}}`,
        as(buyer),
      ),
  }
}

function createPayTally() {
  const answers: Record<string, number> = {}
  const chains = createHistogram()
  const steps = {
    claim: createHistogram(),
    open: createHistogram(),
    window: createHistogram(),
    confirm: createHistogram(),
  }
  let paidInAll = 0
  return {
    answer(step: PayStep, outcome: string, ms: number): void {
      const name = `${step} ${outcome}`
      answers[name] = (answers[name] ?? 0) + 1
      steps[step].add(ms)
    },
    /** Undefined: not in the measured part. */
    paid(ms: number | undefined): void {
      paidInAll++
      if (ms !== undefined) chains.add(ms)
    },
    result: (): Pick<PayResult, 'answers' | 'paid' | 'steps' | 'paidInAll'> => ({
      answers,
      paid: chains.data(),
      steps: {
        claim: steps.claim.data(),
        open: steps.open.data(),
        window: steps.window.data(),
        confirm: steps.confirm.data(),
      },
      paidInAll,
    }),
  }
}
