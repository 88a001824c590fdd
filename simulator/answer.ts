// From what a provider decided to what the caller gets: in between, everything that can go wrong does, if asked for.
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Chaos } from './chaos.ts'
import type { Provider } from './settings.ts'
import type { Trigger } from './triggers.ts'
import type { Event, Webhooks } from './webhooks.ts'

export type Step = 'approval' | 'cancel' | 'query'

export interface Outcome {
  status: number
  body: object
  /** Money has moved, or an account was given out. */
  isDone?: boolean
  trigger?: Trigger | undefined
  events?: Event[] | undefined
}

export type Answer = Pick<Outcome, 'status' | 'body'>

/** How one provider words what chaos makes of its answers. */
export interface Wording {
  provider: Provider
  /** The answer when its own machinery fails. */
  fault(): Answer
  withWrongAmount(body: object): object
}

interface Call {
  request: FastifyRequest
  reply: FastifyReply
  step: Step
  wording: Wording
  work: () => Outcome
  /** Hears what the provider itself considers answered, before it gets lost. */
  answered?: (answer: Answer) => void
}

export interface Answering {
  answer(call: Call): Promise<FastifyReply>
}

interface Parts {
  chaos: Chaos
  webhooks: Webhooks
  slowTriggerMs: number
}

export function createAnswering({ chaos, webhooks, slowTriggerMs }: Parts): Answering {
  async function answer(call: Call): Promise<FastifyReply> {
    const { request, reply, step, wording, work } = call
    const { provider } = wording
    if (step === 'approval' && chaos.strikes(provider, 'loseAnswerBeforeApproval'))
      return lose(request, reply)
    if (step === 'cancel' && chaos.strikes(provider, 'loseAnswerBeforeCancel')) return lose(request, reply)
    const { lateMs } = chaos.of(provider)
    if (lateMs > 0) await sleep(lateMs)
    if (chaos.strikes(provider, 'http500')) return end(call, wording.fault())
    const outcome = work()
    const events = outcome.events?.filter((event) => webhooks.isOn(event.provider)) ?? []
    if (events.length > 0) await announce(events, provider, reply)
    const waitMs = (outcome.trigger === 'slow' ? slowTriggerMs : 0) + chaos.of(provider).slowMs
    if (waitMs > 0) await sleep(waitMs)
    return endOf(call, outcome)
  }

  /** Before the answer if so asked, else when the answer is gone – or lost. */
  async function announce(events: Event[], provider: Provider, reply: FastifyReply): Promise<void> {
    if (chaos.of(provider).webhooks === 'before_answer') {
      for (const event of events) await webhooks.send(event)
      return
    }
    const send = (): void => {
      for (const event of events) void webhooks.send(event)
    }
    // A caller who has given up waiting does not close a second time.
    if (reply.raw.closed) setImmediate(send)
    else reply.raw.once('close', send)
  }

  function endOf(call: Call, outcome: Outcome): FastifyReply {
    const { step, wording, request, reply } = call
    const { provider } = wording
    if (outcome.isDone !== true || step === 'query') return end(call, outcome)
    const isApproval = step === 'approval'
    if (chaos.strikes(provider, isApproval ? 'http500AfterApproval' : 'http500AfterCancel')) {
      return end(call, wording.fault())
    }
    const body =
      isApproval && chaos.strikes(provider, 'wrongAmount')
        ? wording.withWrongAmount(outcome.body)
        : outcome.body
    const isLost =
      outcome.trigger === 'lost' ||
      chaos.strikes(provider, isApproval ? 'loseAnswerAfterApproval' : 'loseAnswerAfterCancel')
    if (!isLost) return end(call, { status: outcome.status, body })
    call.answered?.({ status: outcome.status, body })
    return lose(request, reply)
  }

  return { answer }
}

function end({ reply, answered }: Call, { status, body }: Answer): FastifyReply {
  answered?.({ status, body })
  return reply.code(status).send(body)
}

function lose(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.hijack()
  request.raw.socket.destroy()
  return reply
}
