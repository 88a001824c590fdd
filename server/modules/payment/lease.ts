// A lease in this process: measured by a clock that goes on while the process is stopped, and from before the database began to count.

/** Of what may still be sent: so much before the end that it arrives within the lease. */
const MARGIN_MS = 6_000

export interface Lease {
  maySend(): boolean
}

export function leaseOf(leaseMs: number, now: () => number = () => performance.now()): Lease {
  const end = now() + leaseMs - MARGIN_MS
  return { maySend: () => now() < end }
}
