// `serve --processes N`: the first process keeps N others that share one port, and does nothing else.
import cluster, { type Worker } from 'node:cluster'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Lifetime } from '../lifetime.ts'
import type { Log } from '../platform/log.ts'
import { answerMetrics } from '../platform/metrics.ts'

const STOP_MS_MAX = 8_500
const AGAIN_MS_MIN = 250
const AGAIN_MS_MAX = 8_000
/** A process that has lived for this long was well: the next one is started at once again. */
const WELL_MS = 30_000

/** Resolves when all of them listen. One that ends is started again; ends everything where none has ever listened. */
export async function keepProcesses(options: {
  count: number
  life: Lifetime
  log: Log
  print: (line: string) => void
}): Promise<void> {
  const { count, life, log } = options
  let isStopping = false
  let hasListened = false
  let againMs = AGAIN_MS_MIN
  let listening = 0
  let ready = (): void => undefined
  const allListen = new Promise<void>((resolve) => {
    ready = resolve
  })

  const start = (): void => {
    if (isStopping) return
    const startedMs = Date.now()
    const worker = cluster.fork()
    worker.once('listening', ({ address, port }) => {
      hasListened = true
      if (++listening === count) {
        options.print(`listening on http://${address}:${port}`)
        ready()
      }
    })
    worker.once('exit', (code, signal) => {
      if (isStopping) return
      if (!hasListened) {
        void life.stop(code || 1)
        return
      }
      log.error({ pid: worker.process.pid, code, signal }, 'a process ended; another one is started')
      againMs = Date.now() - startedMs > WELL_MS ? AGAIN_MS_MIN : Math.min(againMs * 2, AGAIN_MS_MAX)
      setTimeout(start, againMs)
    })
  }
  answerMetrics()
  await life.add({
    name: 'the processes',
    async stop() {
      isStopping = true
      await Promise.all(
        Object.values(cluster.workers ?? {}).flatMap((worker) => (worker ? [stop(worker)] : [])),
      )
    },
    kill: () => Object.values(cluster.workers ?? {}).forEach((worker) => worker?.process.kill('SIGKILL')),
    msMax: STOP_MS_MAX + 500,
  })
  for (let i = 0; i < count; i++) start()
  await allListen
}

async function stop(worker: Worker): Promise<void> {
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  worker.process.kill('SIGTERM')
  const late = await Promise.race([exited, sleep(STOP_MS_MAX, 'late' as const, { ref: false })])
  if (late === 'late') worker.process.kill('SIGKILL')
}
