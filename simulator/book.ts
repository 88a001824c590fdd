// The provider's own book: every payment, by its key and by its order, and every movement of money in its order.
import type { Clock } from './clock.ts'
import type { Journal } from './journal.ts'
import { deadlineOf, wasApproved, type Cancel, type Payment } from './payment.ts'

/** About a kilobyte each. */
const PAYMENTS_MAX = 1_000_000

/** A movement of money: an approval, or one of its cancels. */
export interface Movement {
  at: number
  payment: Payment
  cancel: Cancel | undefined
}

export interface Book {
  add(payment: Payment): 'added' | 'full'
  find(key: string): Payment | undefined
  /** Every payment of an order, in the order of their windows. */
  listByOrder(orderId: string): readonly Payment[]
  /** The payment that an order is known by: the approved one, else the latest. */
  findByOrder(orderId: string): Payment | undefined
  /** To be called after every change of a payment. */
  save(payment: Payment): void
  move(payment: Payment, cancel?: Cancel): void
  movements(): readonly Movement[]
  all(): IterableIterator<Payment>
  size(): number
  /** What is past its time expires, and `expired` hears of each. */
  expire(): void
  clear(): void
}

interface Parts {
  clock: Clock
  journal: Journal
  expired(payment: Payment): void
}

export function createBook({ clock, journal, expired }: Parts): Book {
  const payments = new Map<string, Payment>()
  const orders = new Map<string, Payment[]>()
  /** Payments with a deadline, by state: within one, those that came first end first. */
  const open = { ready: new Set<Payment>(), authenticated: new Set<Payment>(), waiting: new Set<Payment>() }
  let movements: Movement[] = []

  function watch(payment: Payment): void {
    const { state } = payment
    if (state === 'ready') open.ready.add(payment)
    else open.ready.delete(payment)
    if (state === 'authenticated') open.authenticated.add(payment)
    else open.authenticated.delete(payment)
    if (state === 'waiting') open.waiting.add(payment)
    else open.waiting.delete(payment)
  }

  function expireIfLate(payment: Payment): void {
    if (clock.now() < deadlineOf(payment)) return
    payment.state = 'expired'
    save(payment)
    expired(payment)
  }

  function save(payment: Payment): void {
    watch(payment)
    journal.write('payment', payment)
  }

  const book: Book = {
    add(payment) {
      if (payments.size >= PAYMENTS_MAX) return 'full'
      payments.set(payment.key, payment)
      const others = orders.get(payment.orderId)
      if (others === undefined) orders.set(payment.orderId, [payment])
      else others.push(payment)
      save(payment)
      return 'added'
    },
    find(key) {
      const payment = payments.get(key)
      if (payment !== undefined) expireIfLate(payment)
      return payment
    },
    listByOrder(orderId) {
      const found = orders.get(orderId) ?? []
      for (const payment of found) expireIfLate(payment)
      return found
    },
    findByOrder(orderId) {
      const found = book.listByOrder(orderId)
      return found.find(wasApproved) ?? found.at(-1)
    },
    save,
    move: (payment, cancel) => void movements.push({ at: cancel?.at ?? clock.now(), payment, cancel }),
    movements: () => movements,
    all: () => payments.values(),
    size: () => payments.size,
    expire() {
      const now = clock.now()
      for (const state of [open.ready, open.authenticated]) {
        for (const payment of state) {
          if (now < deadlineOf(payment)) break
          expireIfLate(payment)
        }
      }
      for (const payment of open.waiting) expireIfLate(payment)
    },
    clear() {
      payments.clear()
      orders.clear()
      for (const state of Object.values(open)) state.clear()
      movements = []
    },
  }
  return book
}

/** Puts payments of an earlier process into an empty book. */
export function restore(book: Book, payments: readonly Payment[]): void {
  const moved: Movement[] = []
  for (const payment of payments) {
    book.add(payment)
    if (payment.charges > 0) moved.push({ at: payment.approvedAt ?? 0, payment, cancel: undefined })
    if (payment.charges > 0) {
      for (const cancel of payment.cancels) moved.push({ at: cancel.at, payment, cancel })
    }
  }
  moved.sort((one, other) => one.at - other.at)
  const all = book.movements() as Movement[]
  all.push(...moved)
}
