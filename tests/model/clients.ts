// Buyers' browsers: they ask, wait, give up waiting, and ask again with the same key at another process.
import type { Claim, ClaimRef } from '../../server/modules/stock/contract.ts'
import type { Answer, Process } from './process.ts'
import { createParty, type Party, type World } from './world.ts'

/** One request over HTTP. */
export interface Attempt {
  claim: Claim
  process: Process
  sentMs: number
  /** When the process answered, whether anybody still listened or not. */
  repliedMs: number | undefined
  /** When the client had the answer. */
  answeredMs: number | undefined
  answer: Answer | undefined
}

export interface Clients {
  attempts: readonly Attempt[]
  /** Asks until there is an answer that is not 503, or until it has asked often enough. */
  buy(claim: Claim, first: number, onEnd: () => void): void
  /** The process is gone: its connections break. */
  lose(process: Process): void
  /** Does anybody wait for an answer of it? */
  isAsking(party: Party): boolean
}

const TRIES_MAX = 10
const ANSWER_MS_MAX = 6_000
const RETRY_MS_MAX = 1_000

export function createClients(deps: {
  world: World
  /** Of the processes that run now. */
  processes(): readonly Process[]
}): Clients {
  const { world } = deps
  const party = createParty('client')
  const attempts: Attempt[] = []
  const open = new Map<Attempt, () => void>()

  const ask = (claim: Claim, process: Process, onEnd: (answer: Answer | undefined) => void): void => {
    const attempt: Attempt = {
      claim,
      process,
      sentMs: world.nowMs(),
      repliedMs: undefined,
      answeredMs: undefined,
      answer: undefined,
    }
    attempts.push(attempt)
    world.note(() => `buyer ${nameOf(claim)} asks ${process.party.name}`)
    const stop = world.timer(party, ANSWER_MS_MAX, () => end(undefined))
    const end = (answer: Answer | undefined): void => {
      stop()
      if (!open.delete(attempt)) return
      attempt.answer = answer
      if (answer !== undefined) attempt.answeredMs = world.nowMs()
      world.note(() => `buyer ${nameOf(claim)} has ${textOf(answer)}`)
      onEnd(answer)
    }
    open.set(attempt, () => end(undefined))
    world.after(process.party, world.travelMs(), () => {
      void process.buy(claim).then((answer) => {
        attempt.repliedMs = world.nowMs()
        world.after(party, world.travelMs(), () => end(answer))
      })
    })
  }
  const buy = (claim: Claim, at: number, onEnd: () => void, tries = 1): void => {
    const running = deps.processes()
    const again = (nextAt: number): void => {
      const waitMs = world.random.between(2, RETRY_MS_MAX)
      world.after(party, waitMs, () => buy(claim, nextAt, onEnd, tries + 1))
    }
    if (tries > TRIES_MAX) return onEnd()
    const process = running[at % running.length]
    if (process === undefined) return again(at)
    ask(claim, process, (answer) => {
      if (answer !== undefined && answer.outcome !== 'unavailable') return onEnd()
      again(at + (world.random.chance(0.5) ? 1 : 0))
    })
  }
  return {
    attempts,
    buy: (claim, first, onEnd) => buy(claim, first, onEnd),
    isAsking: (party) => [...open.keys()].some(({ process }) => process.party === party),
    lose(process) {
      for (const [attempt, end] of open) {
        // A machine that vanished closes nothing: its clients wait in vain.
        const isNoticed = attempt.process === process && world.random.chance(0.7)
        if (isNoticed) world.after(party, world.travelMs(), end)
      }
    },
  }
}

export function isSameClaim(one: ClaimRef, other: ClaimRef): boolean {
  return one.itemId === other.itemId && one.buyerId === other.buyerId && one.key === other.key
}

export function nameOf({ buyerId, key, quantity, itemId }: Claim): string {
  return `${buyerId}/${key} for ${quantity} of ${itemId}`
}

function textOf(answer: Answer | undefined): string {
  if (answer === undefined) return 'no answer'
  if (!('order' in answer)) return answer.outcome
  const { orderId, saleSequence } = answer.order
  return `${answer.outcome} #${orderId} (${Math.floor(saleSequence / 2 ** 32)}:${saleSequence % 2 ** 32})`
}
