// One run of load: opens the connections, sends for a bounded time, waits for the last answers.
import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { createHistogram } from './histogram.ts'
import { openConnection, readNumber, type Connection } from './load-connection.ts'
import { ORDERS_PATH, SLICE_MS, type LoadJob, type LoadResult } from './load-protocol.ts'

const LAST_ANSWERS_MS_MAX = 5_000
/** Arrivals of the open model that wait for a free connection. */
const WAITING_MAX = 100_000
const PLACED_MAX = 5_000_000
const ORDER_ID_AT = '{"orderId":'.length

export async function runLoad(job: LoadJob): Promise<LoadResult> {
  const nextRequest = createRequests(job)
  const accepted = createHistogram()
  const refused = createHistogram()
  const statuses: Record<string, number> = {}
  const timeline: number[] = []
  const placed: number[] = []
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
    busy: boolean
  }
  const send = (lane: Lane, scheduledMs: number): void => {
    const request = nextRequest()
    if (request === undefined) {
      endMs = Math.min(endMs, performance.now())
      return
    }
    lane.scheduledMs = scheduledMs
    lane.keyNumber = request.keyNumber
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
    if (status === 201) placed.push(readNumber(bytes, bodyStart + ORDER_ID_AT), lane.keyNumber)
    if (now >= measureFromMs && now < endMs) {
      lastMs = now
      statuses[status] = (statuses[status] ?? 0) + 1
      if (status === 201) {
        accepted.add(now - lane.scheduledMs)
        const slice = Math.floor((now - measureFromMs) / SLICE_MS)
        timeline[slice] = (timeline[slice] ?? 0) + 1
      } else if (status === 409) refused.add(now - lane.scheduledMs)
    }
    if (placed.length > PLACED_MAX * 2) endMs = now
    next(lane, now)
  }
  const lanes = await Promise.all(
    Array.from({ length: job.connections }, async () => {
      const lane: Lane = { connection: undefined, scheduledMs: 0, keyNumber: 0, busy: false }
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
  writeFileSync(job.placedFile, new Float64Array(placed))
  const seconds = (Math.max(lastMs, measureFromMs + 1) - measureFromMs) / 1000
  return {
    startedMs: performance.timeOrigin + measureFromMs,
    seconds,
    statuses,
    placed: placed.length / 2,
    accepted: accepted.data(),
    refused: refused.data(),
    timeline: Array.from(timeline, (count) => count ?? 0),
    dropped,
    unanswered: unanswered + inFlight,
  }
}

/** Bytes of the next request: targets in turn, each through its tokens in turn, always with a new key. */
function createRequests(job: LoadJob): () => { text: string; keyNumber: number } | undefined {
  const targets = job.targets.map(({ itemId, tokensFile }) => {
    const body = `{"itemId":${itemId},"quantity":1}`
    return {
      tokens: readFileSync(tokensFile, 'latin1').trimEnd().split('\n'),
      used: 0,
      tail: `\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    }
  })
  const head = `POST ${ORDERS_PATH} HTTP/1.1\r\nhost: 127.0.0.1:${job.port}\r\ncontent-type: application/json\r\nauthorization: Bearer `
  const middle = `\r\nidempotency-key: ${job.keyPrefix}`
  let count = 0
  return () => {
    const target = targets[count % targets.length]!
    if (target.used === target.tokens.length) {
      if (job.eachTokenOnce) return undefined
      target.used = 0
    }
    const keyNumber = count++
    return { text: head + target.tokens[target.used++]! + middle + keyNumber + target.tail, keyNumber }
  }
}

/** A queue of numbers that does not move its elements. */
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
      return time
    },
    length,
    clear,
  }
}
