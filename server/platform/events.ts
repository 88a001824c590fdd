// What other modules must know, sent in the transaction of what happened, and handed to each consumer at least once.
import type { Tx } from './db.ts'

/** An event by name: `order.paid`. Declared in the contract of the module that publishes it. */
export interface EventType<Data extends object> {
  name: string
  /** Only for the type. */
  data?: Data
}

export interface Event<Data extends object> {
  /** The same whenever the event is handed over again. */
  eventId: string
  data: Data
}

export interface Events {
  /** `consumer` names who listens, once and for all. Before the start; in every process, so that whoever publishes knows. */
  subscribe<Data extends object>(
    type: EventType<Data>,
    consumer: string,
    /** Batches of what has happened, at least once, in no order: idempotent by event id. Throwing has the whole batch tried again, one by one. */
    handle: (events: readonly Event<Data>[]) => Promise<void>,
  ): void
  /** Each consumer gets each of them when, and only when, `tx` commits. */
  publish<Data extends object>(tx: Tx, type: EventType<Data>, data: readonly Data[]): Promise<void>
}
