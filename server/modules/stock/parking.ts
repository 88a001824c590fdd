// Claims that find nothing left while others are in flight wait here, in order, bounded in number and time.
import type { GateAnswer } from './contract.ts'

interface ParkedClaim {
  /** Undefined: go on waiting. */
  retry(): GateAnswer | Promise<GateAnswer> | undefined
  /** The wait is over: PostgreSQL decides. */
  giveUp(): GateAnswer
}

export interface Parking {
  park(itemId: number, claim: ParkedClaim): GateAnswer | Promise<GateAnswer>
  /** Claims of the item settled or its numbers changed: look at those who wait, first come first. */
  retry(itemId: number): void
  has(itemId: number): boolean
}

const PARKED_MAX = 20_000

interface Waiting extends ParkedClaim {
  resolve(answer: GateAnswer | Promise<GateAnswer>): void
  timer: NodeJS.Timeout
}

export function createParking(waitMsMax: number): Parking {
  const lots = new Map<number, Set<Waiting>>()
  let count = 0

  const leave = (itemId: number, lot: Set<Waiting>, waiting: Waiting): void => {
    clearTimeout(waiting.timer)
    if (!lot.delete(waiting)) return
    count--
    if (lot.size === 0) lots.delete(itemId)
  }
  return {
    park(itemId, claim) {
      if (count >= PARKED_MAX) return claim.giveUp()
      return new Promise<GateAnswer>((resolve) => {
        let lot = lots.get(itemId)
        if (lot === undefined) lots.set(itemId, (lot = new Set()))
        const timer = setTimeout(() => {
          leave(itemId, lot, waiting)
          resolve(claim.giveUp())
        }, waitMsMax)
        const waiting: Waiting = { ...claim, resolve, timer }
        lot.add(waiting)
        count++
      })
    },
    retry(itemId) {
      const lot = lots.get(itemId)
      if (lot === undefined) return
      // A copy: whoever is resolved may park again.
      const present = Array.from(lot)
      for (const waiting of present) {
        const answer = waiting.retry()
        if (answer === undefined) continue
        leave(itemId, lot, waiting)
        waiting.resolve(answer)
      }
    },
    has: (itemId) => lots.has(itemId),
  }
}
