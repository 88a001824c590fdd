// Step 3 of the purchase line, the story: ask the gate, hand to the writer, answer.
import { AppError } from '../../platform/errors.ts'
import type { Claim, Gate } from '../stock/contract.ts'
import type { PlaceOutcome } from './contract.ts'
import type { Writer } from './writer.ts'

export type Purchase = (claim: Claim) => Promise<PlaceOutcome>

export function createPurchase({ gate, writer }: { gate: Gate; writer: Writer }): Purchase {
  const running = new Map<string, { claim: Claim; outcome: Promise<PlaceOutcome> }>()

  const decide = async (claim: Claim): Promise<PlaceOutcome> => {
    const asked = gate.claim(claim, writer.owner())
    const gateAnswer = asked instanceof Promise ? await asked : asked
    if (gateAnswer.answer === 'busy') throw new AppError('SERVICE_UNAVAILABLE', { retryAfterSeconds: 1 })
    if (gateAnswer.answer !== 'granted') return { outcome: gateAnswer.answer }
    return writer.place(claim, gateAnswer.sequence)
  }

  return async function purchase(claim) {
    const id = `${claim.itemId} ${claim.buyerId} ${claim.key}`
    const first = running.get(id)
    if (first !== undefined) {
      const outcome = await first.outcome
      const equal = first.claim.quantity === claim.quantity && first.claim.priceKrw === claim.priceKrw
      if (equal) return outcome.outcome === 'placed' ? { ...outcome, outcome: 'replay' } : outcome
      // The same key with another body: decided on its own, now that the first one's truth is known.
      return purchase(claim)
    }
    const outcome = decide(claim)
    running.set(id, { claim, outcome })
    try {
      return await outcome
    } finally {
      running.delete(id)
    }
  }
}
