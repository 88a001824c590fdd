// One run of load: opens the connections, sends for a bounded time, waits for the last answers.
import { setTimeout as sleep } from 'node:timers/promises'
import { openConnection, readNumber, type Connection } from './load-connection.ts'
import type { LoadJob, LoadResult } from './load-protocol.ts'
import { createRequests } from './load-requests.ts'
import { createPlacedFile, createTally } from './load-tally.ts'

const LAST_ANSWERS_MS_MAX = 5_000
/** Arrivals of the open model that wait for a free connection. */
const WAITING_MAX = 100_000
const ORDER_ID_AT = '{"orderId":'.length

export async function runLoad(job: LoadJob): Promise<LoadResult> {
  const nextRequest = createRequests(job)
  const tally = createTally(job)
  const placed = job.targets.map(({ placedFile }) => createPlacedFile(placedFile))
  const idle: Lane[] = []
  const waiting = createTimes()
  let unanswered = 0
  let dropped = 0
  let inFlight = 0
  let endMs = Infinity
  let measureFromMs = Infinity
  let lastMs = 0

  interface Lane {
    connection: Connection | undefined
    scheduledMs: number
    keyNumber: number
    target: number
    busy: boolean
  }
  const send = (lane: Lane, scheduledMs: number): void => {
    const now = performance.now()
    const request = nextRequest(now - measureFromMs)
    if (request === undefined) {
      endMs = Math.min(endMs, now)
      return
    }
    lane.scheduledMs = scheduledMs
    lane.keyNumber = request.keyNumber
    lane.target = request.target
    lane.busy = true
    inFlight++
    lane.connection?.send(request.text)
  }
  const next = (lane: Lane, now: number): void => {
    if (job.model.kind === 'closed') {
      if (now < endMs) send(lane, now)
    } else if (waiting.length() > 0) send(lane, waiting.shift())
    else idle.push(lane)
  }
  const onAnswer = (lane: Lane, status: number, bytes: Buffer, bodyStart: number): void => {
    const now = performance.now()
    inFlight--
    lane.busy = false
    if (status === 201 && job.requests === undefined)
      placed[lane.target]!.add(readNumber(bytes, bodyStart + ORDER_ID_AT), lane.keyNumber)
    if (now >= measureFromMs && now < endMs) {
      lastMs = now
      tally.add(now - measureFromMs, status, now - lane.scheduledMs)
    }
    next(lane, now)
  }
  const lanes = await Promise.all(
    Array.from({ length: job.connections }, async () => {
      const lane: Lane = { connection: undefined, scheduledMs: 0, keyNumber: 0, target: 0, busy: false }
      lane.connection = await openConnection(job.port, {
        onAnswer: (status, bytes, bodyStart) => onAnswer(lane, status, bytes, bodyStart),
        onLost() {
          if (lane.busy) inFlight--
          unanswered++
        },
      })
      return lane
    }),
  )

  const startMs = performance.now()
  measureFromMs = startMs + job.warmupSeconds * 1000
  endMs = measureFromMs + job.seconds * 1000
  if (job.model.kind === 'closed') for (const lane of lanes) send(lane, performance.now())
  else idle.push(...lanes)
  let sent = 0
  // The loop ends with the time; in the open model it is also the clock of the arrivals.
  for (let now = startMs; now < endMs; now = performance.now()) {
    if (job.model.kind === 'open') {
      const due = Math.floor(((now - startMs) / 1000) * job.model.perSecond)
      for (; sent < due; sent++) {
        const scheduledMs = startMs + (sent / job.model.perSecond) * 1000
        // In turn: a connection that is never used is closed by the server.
        const lane = idle.shift()
        if (lane !== undefined) send(lane, scheduledMs)
        else if (waiting.length() < WAITING_MAX) waiting.push(scheduledMs)
        else dropped++
      }
    }
    await sleep(job.model.kind === 'open' ? 1 : Math.min(20, endMs - now))
  }
  dropped += waiting.clear()
  const giveUpMs = performance.now() + LAST_ANSWERS_MS_MAX
  while (inFlight > 0 && performance.now() < giveUpMs) await sleep(5)
  for (const lane of lanes) lane.connection?.close()
  for (const file of placed) file.close()
  const seconds = (Math.max(lastMs, measureFromMs + 1) - measureFromMs) / 1000
  return {
    startedMs: performance.timeOrigin + measureFromMs,
    seconds,
    placed: placed.reduce((sum, file) => sum + file.count(), 0),
    ...tally.result(),
    dropped,
    unanswered: unanswered + inFlight,
  }
}

/** A queue of numbers that seldom moves its elements. */
function createTimes(): {
  push(time: number): void
  shift(): number
  length(): number
  clear(): number
} {
  let times: number[] = []
  let first = 0
  const length = (): number => times.length - first
  const clear = (): number => {
    const count = length()
    times = []
    first = 0
    return count
  }
  return {
    push: (time) => void times.push(time),
    shift() {
      const time = times[first++]!
      if (first === times.length) clear()
      else if (first > WAITING_MAX) {
        times = times.slice(first)
        first = 0
      }
      return time
    },
    length,
    clear,
  }
}
