// After a restart: the book as it was, from the journal, which is then written anew without what was overtaken.
import { restore, type Book } from './book.ts'
import type { SimulatorClock } from './clock.ts'
import type { KeptAnswer, KeptAnswers } from './idempotency.ts'
import { readJournal, type Journal, type Line } from './journal.ts'
import type { Netcancel, Netcancels } from './nice-netcancel.ts'
import type { Payment } from './payment.ts'
import { PROVIDERS, type Provider } from './settings.ts'

interface Parts {
  books: Record<Provider, Book>
  keptAnswers: KeptAnswers
  netcancels: Netcancels
  clock: SimulatorClock
  journal: Journal
}

export function restoreAll(path: string, { books, keptAnswers, netcancels, clock, journal }: Parts): void {
  const lines = readJournal(path)
  const payments = new Map<string, Payment>()
  const answers = new Map<string, KeptAnswer>()
  const cancelled = new Map<string, Netcancel>()
  for (const { kind, value } of lines) {
    if (kind === 'payment') payments.set((value as Payment).key, value as Payment)
    if (kind === 'answer') answers.set((value as KeptAnswer).id, value as KeptAnswer)
    if (kind === 'netcancel') cancelled.set((value as Netcancel).orderId, value as Netcancel)
    if (kind === 'clock') clock.setOffset(value as number)
  }
  journal.rewrite([
    { kind: 'clock', value: clock.offsetMs() },
    ...[...answers.values()].map((value): Line => ({ kind: 'answer', value })),
    ...[...cancelled.values()].map((value): Line => ({ kind: 'netcancel', value })),
  ])
  for (const provider of PROVIDERS) {
    // Each payment writes itself as it comes into the book.
    restore(
      books[provider],
      [...payments.values()].filter((payment) => payment.provider === provider),
    )
  }
  for (const answer of answers.values()) keptAnswers.restore(answer)
  for (const netcancel of cancelled.values()) netcancels.restore(netcancel)
}
