// Those who arrive together share one transaction: while one is in flight, the next batch collects. Larger batches cost less than more of
// them at once; another lane is for a batch that somebody's lock holds up.

export interface GroupCommit<In, Out> {
  (item: In): Promise<Out>
}

export class GroupFull extends Error {
  readonly code = '53400'
}

const PATIENCE_MS = 100

/**
 * `run` answers for each item, in order, or throws for all of them, having done nothing; it may be called again with an item whose
 * first run has committed without our knowing, so it must be idempotent. A batch that fails is tried again by halves, so that one
 * bad item does not fail its neighbours. Past `queueMax` waiting items a call rejects with GroupFull (class 53: unavailable).
 */
export function createGroupCommit<In, Out>(options: {
  run(batch: readonly In[]): Promise<readonly Out[]>
  batchMax: number
  queueMax: number
  /** Transactions in flight at once, at most. */
  lanes?: number
  /** How long all that are in flight must have been so before another one begins beside them. */
  patienceMs?: number
}): GroupCommit<In, Out> {
  const { run, batchMax, queueMax, lanes = 1, patienceMs = PATIENCE_MS } = options
  interface Waiting {
    item: In
    resolve(out: Out): void
    reject(error: unknown): void
  }
  let queue: Waiting[] = []
  let running = 0
  let lastStartMs = -Infinity
  let timer: NodeJS.Timeout | undefined

  const runBatch = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      const outs = await run(batch.map(({ item }) => item))
      if (outs.length !== batch.length) throw new Error('a batch did not answer for every item')
      batch.forEach(({ resolve }, i) => resolve(outs[i]!))
    } catch (error) {
      if (batch.length === 1) {
        batch[0]!.reject(error)
        return
      }
      const half = batch.length >> 1
      await runBatch(batch.slice(0, half))
      await runBatch(batch.slice(half))
    }
  }
  const drain = async (): Promise<void> => {
    running += 1
    while (queue.length > 0) {
      const batch = queue.slice(0, batchMax)
      queue = queue.slice(batchMax)
      lastStartMs = performance.now()
      await runBatch(batch)
    }
    running -= 1
  }
  const beginAnother = (): void => {
    timer = undefined
    if (queue.length === 0) return
    if (performance.now() - lastStartMs >= patienceMs) void drain()
    wait()
  }
  const wait = (): void => {
    if (queue.length === 0 || running >= lanes || timer !== undefined) return
    timer = setTimeout(beginAnother, Math.max(1, lastStartMs + patienceMs - performance.now()))
  }
  return (item) =>
    new Promise<Out>((resolve, reject) => {
      if (queue.length >= queueMax) {
        reject(new GroupFull('too many are waiting'))
        return
      }
      queue.push({ item, resolve, reject })
      if (running === 0) void drain()
      else wait()
    })
}
