// What a buyer wants of a sale, by one key from the moment the page is shown: kept in the browser, shared by its tabs, found again
// after a reload. The same key can not buy twice.
import type { PlacedOrder } from './outcome.ts'

export interface Claim {
  key: string
  quantity: number
  /** What the buyer saw; compared by the server, never charged. */
  priceKrw: number | undefined
  /** It was pressed, and no answer is known yet. */
  isOpen: boolean
  order: PlacedOrder | undefined
}

export interface ClaimPlace {
  buyerId: number
  itemId: number
}

type Store = Pick<Storage, 'getItem' | 'setItem'>

export const claimName = ({ buyerId, itemId }: ClaimPlace): string => `claim.${buyerId}.${itemId}`

/** The claim that is there, or a new one, which is kept at once: whatever tab presses first presses this one. */
export function readClaim(place: ClaimPlace, store: Store = localStorage, newKey = randomKey): Claim {
  return parse(store.getItem(claimName(place))) ?? nextClaim(place, store, newKey)
}

export function keepClaim(place: ClaimPlace, claim: Claim, store: Store = localStorage): void {
  try {
    store.setItem(claimName(place), JSON.stringify(claim))
  } catch {
    // A full or forbidden store: the claim lives as long as the page does.
  }
}

/** A purchase of its own: another key. */
export function nextClaim(place: ClaimPlace, store: Store = localStorage, newKey = randomKey): Claim {
  const claim: Claim = { key: newKey(), quantity: 1, priceKrw: undefined, isOpen: false, order: undefined }
  keepClaim(place, claim, store)
  return claim
}

/** `crypto.randomUUID` is there in secure contexts only; a shop on a local network may not be one. */
function randomKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
}

function parse(text: string | null): Claim | undefined {
  try {
    const kept = JSON.parse(text ?? 'null') as Partial<Claim> | null
    if (kept === null || typeof kept.key !== 'string' || typeof kept.quantity !== 'number') return undefined
    const { key, quantity, priceKrw, order } = kept
    return { key, quantity, priceKrw, isOpen: kept.isOpen === true, order }
  } catch {
    return undefined
  }
}
