// Words in the name of an order (at NICEPAY also in its id) that decide how its approval ends.

export type Trigger = 'refuse' | 'badcard' | 'slow' | 'lost'

const WORD = /refuse|badcard|slow|lost/i
/** Ids are often random letters: only what was plainly written there counts. */
const WORD_IN_ID = /refuse|badcard|slow|lost/

export function triggerOf(orderName: string, orderId = ''): Trigger | undefined {
  const found = WORD.exec(orderName)?.[0] ?? WORD_IN_ID.exec(orderId)?.[0]
  return found?.toLowerCase() as Trigger | undefined
}
