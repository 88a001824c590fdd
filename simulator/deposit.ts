// Somebody transfers money to a virtual account.
import type { Book } from './book.ts'
import type { Clock } from './clock.ts'
import type { Payment } from './payment.ts'

/** The payment that waited for it, or undefined. */
export function deposit(book: Book, clock: Clock, orderId: string): Payment | undefined {
  const payment = book.listByOrder(orderId).find(({ state }) => state === 'waiting')
  if (payment === undefined || payment.account === null) return undefined
  payment.state = 'paid'
  payment.charges += 1
  payment.approvedAt = clock.now()
  payment.account.depositedAt = clock.now()
  book.move(payment)
  book.save(payment)
  return payment
}
