// Decided attempts are compared with their provider's book once, a few seconds after: "charged without order" and "order without charge"
// are found whatever was lost on the way. Those that failed come first.
import { compare, type CompareDeps } from './compare.ts'
import { listUnverified, markVerified } from './sql.ts'

const AFTER_MS = 5_000
const ROWS_MAX = 100
const AT_ONCE = 5
/** 200 questions a second at most: whoever pays comes first, here and at the provider. */
const AGAIN_MS = 500

/** One round. Milliseconds to the next where there is more. */
export async function verify(deps: CompareDeps): Promise<number | undefined> {
  const { db } = deps.database
  const due = await listUnverified(db, { afterMs: AFTER_MS, rowsMax: ROWS_MAX })
  const known: number[] = []
  const waiting = [...due]
  const work = async (): Promise<void> => {
    for (let payment = waiting.shift(); payment !== undefined; payment = waiting.shift()) {
      const outcome = await compare(deps, payment)
      if (outcome === 'agreed' || outcome === 'differs') known.push(payment.paymentId)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  if (known.length > 0) await markVerified(db, known)
  return known.length === ROWS_MAX ? AGAIN_MS : undefined
}
