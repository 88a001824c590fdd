// What a process has started, and how all of it ends: newest first, each within its time, the whole within nine seconds.
import { setTimeout as sleep } from 'node:timers/promises'

export interface Lifetime {
  /** Call right after something was started. Stops it and throws Stopping where the end has come meanwhile. */
  add(part: Part): Promise<void>
  /** Ends everything, then the process. Asking again changes nothing. */
  stop(exitCode: number): Promise<void>
}

interface Part {
  name: string
  stop(): Promise<void> | void
  msMax: number
  /** For the last moment, when there is no time left for `stop`. */
  kill?(): void
}

export class Stopping extends Error {}

const ALL_MS_MAX = 9_000

/** `say` gets one line for each part that does not end well. */
export function createLifetime(options: {
  exit: (code: number) => void
  say: (line: string) => void
  msMax?: number
}): Lifetime {
  const { exit, say, msMax = ALL_MS_MAX } = options
  const parts: Part[] = []
  let stopping: Promise<void> | undefined

  const stopPart = async (part: Part): Promise<void> => {
    const timer = new AbortController()
    const late = sleep(part.msMax, 'late' as const, { signal: timer.signal })
    // The abort below ends the wait; nobody is left to hear of it.
    late.catch(() => undefined)
    try {
      const result = await Promise.race([Promise.resolve(part.stop()), late])
      if (result === 'late') say(`${part.name} did not stop within ${part.msMax} ms`)
    } catch (error) {
      say(`${part.name} did not stop well: ${error instanceof Error ? error.message : String(error)}`)
    }
    timer.abort()
  }
  const stopAll = async (exitCode: number): Promise<void> => {
    const deadline = setTimeout(() => {
      say('not everything stopped in time')
      for (const part of parts) part.kill?.()
      exit(exitCode === 0 ? 1 : exitCode)
    }, msMax)
    for (let part = parts.at(-1); part !== undefined; part = parts.at(-1)) {
      await stopPart(part)
      parts.pop()
    }
    clearTimeout(deadline)
    exit(exitCode)
  }
  return {
    async add(part) {
      if (stopping === undefined) {
        parts.push(part)
        return
      }
      await stopPart(part)
      throw new Stopping(`${part.name} was stopped again: the process is ending`)
    },
    stop: (exitCode) => (stopping ??= stopAll(exitCode)),
  }
}
