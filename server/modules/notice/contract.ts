import type { Tx } from '../../platform/db.ts'

export type NoticeKind = 'placed' | 'hold_ending' | 'paid' | 'refunded' | 'shipped' | 'return_received'

/** A mail to somebody about an order of theirs. Nothing personal in it: whom it goes to is looked up when it leaves. */
export interface Notice {
  userId: number
  orderId: number
  kind: NoticeKind
  /** Tells one from another of the same kind and order. */
  cause: string
  /** Told once for each, also where the event is handed over again after the mail has left. */
  eventId?: string | undefined
  /** Until when it is worth sending, in milliseconds since the epoch. */
  goodUntilMs?: number | undefined
  facts?: {
    payByMs?: number
    amountKrw?: number
    carrier?: string | null
    trackingNumber?: string | null
  }
}

/** What the other modules may ask of notices. */
export interface NoticeApi {
  /** Where no mail server is set, nobody is told anything. */
  isOn: boolean
  /** They leave once `tx` has committed, at least once each. */
  send(tx: Tx, notices: readonly Notice[]): Promise<void>
}
