// Step 3 of the purchase line, the story: ask the gate, hand to the writer, answer.
import { AppError } from '../../platform/errors.ts'
import type { Claim, Gate } from '../stock/contract.ts'
import type { PlaceOutcome } from './contract.ts'
import type { Writer } from './writer.ts'

export type Purchase = (claim: Claim) => Promise<PlaceOutcome>

interface Running {
  claim: Claim
  /** Undefined once it is known. */
  outcome: Promise<PlaceOutcome> | undefined
}

export function createPurchase({ gate, writer }: { gate: Gate; writer: Writer }): Purchase {
  const running = new Map<string, Running>()

  const decide = async (claim: Claim): Promise<PlaceOutcome> => {
    const asked = gate.claim(claim, writer.owner())
    const isShared = asked instanceof Promise
    const gateAnswer = isShared ? await asked : asked
    if (gateAnswer.answer === 'busy') throw new AppError('SERVICE_UNAVAILABLE', { retryAfterSeconds: 1 })
    if (gateAnswer.answer !== 'granted') return { outcome: gateAnswer.answer }
    return writer.place(claim, gateAnswer.sequence, isShared)
  }

  return async function purchase(claim) {
    const id = `${claim.itemId} ${claim.buyerId} ${claim.key}`
    const first = running.get(id)
    if (first?.outcome !== undefined) {
      const outcome = await first.outcome
      const equal = first.claim.quantity === claim.quantity && first.claim.priceKrw === claim.priceKrw
      if (equal) return outcome.outcome === 'placed' ? { ...outcome, outcome: 'replay' } : outcome
      // The same key with another body: decided on its own, now that the first one's truth is known.
      return purchase(claim)
    }
    const one: Running = { claim, outcome: decide(claim) }
    running.set(id, one)
    try {
      return await one.outcome!
    } finally {
      running.delete(id)
      // A map's tables of before it last grew keep what was in them, and V8 may keep these tables for long: whole requests with them.
      one.outcome = undefined
    }
  }
}
