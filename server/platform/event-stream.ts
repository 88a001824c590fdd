// Server-sent events: streams that stay open, and channels that say the same to many of them without holding up everything else.
import type { ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'
import { AppError } from './errors.ts'
import type { Http } from './http.ts'

/** A text that is a whole event, or several. */
export type EventText = string

export interface Channel {
  readonly size: number
  /** Greets with `first`, then says everything that is sent. */
  join(reply: FastifyReply, first: EventText): void
  /** To everybody, a slice at a time. What is sent before all have the last one replaces it for the rest. */
  send(event: EventText): void
  /** Says a last thing and ends every stream. */
  end(last: EventText): void
}

const SLICE = 250
/** Who reads slower than it is spoken misses what is said meanwhile, but the last; whoever reads nothing at all is let go. */
const BACKLOG_BYTES_MAX = 64 * 1024
const STREAMS_MAX = 20_000
/** A whole office may look through one address; one address alone can not take every place. */
const STREAMS_OF_ADDRESS_MAX = 5_000
const BEAT_MS = 15_000
const BEAT_PARTS = 10
/** Jittered, so that those who lost a server together do not come back together. */
const RETRY_MS = { least: 1_000, span: 3_000 }

export const eventText = (type: string, data: string, id?: string): EventText =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${type}\ndata: ${data}\n\n`

interface ChannelOptions {
  onEmpty(): void
  /** Streams end by then, for those who may lose the right to listen. */
  lifeMs?: number
}

/** One for each process: it knows how many streams are open, keeps them alive, and ends them with the server. */
export interface EventStreams {
  openChannel(options: ChannelOptions): Channel
}

export function createEventStreams(
  http: Http,
  { random = Math.random, ofAddressMax = STREAMS_OF_ADDRESS_MAX } = {},
): EventStreams {
  // A part of them at a time: thousands of beats at once would hold everything else up.
  const parts = Array.from({ length: BEAT_PARTS }, () => new Set<ServerResponse>())
  const addresses = new Map<string, number>()
  let count = 0
  let turn = 0
  const beat = setInterval(() => {
    for (const stream of parts[turn++ % BEAT_PARTS]!) write(stream, eventText('beat', '{}'))
  }, BEAT_MS / BEAT_PARTS).unref()
  http.addHook('preClose', async () => {
    clearInterval(beat)
    for (const part of parts) for (const stream of part) stream.end()
  })
  const open: Open = (reply, { onClose, lifeMs }) => {
    const { ip } = reply.request
    const ofAddress = addresses.get(ip) ?? 0
    if (count >= STREAMS_MAX || ofAddress >= ofAddressMax)
      throw new AppError('SERVICE_UNAVAILABLE', { retryAfterSeconds: 5 })
    reply.hijack()
    const stream = reply.raw
    const headers = reply.getHeaders()
    stream.writeHead(200, { ...headers, ...STREAM_HEADERS } as Record<string, string>)
    // Asked only whether there is one.
    if (reply.request.method === 'HEAD') {
      stream.end()
      return undefined
    }
    const part = parts[count++ % BEAT_PARTS]!
    part.add(stream)
    addresses.set(ip, ofAddress + 1)
    // Opened again, it is asked again who that is.
    const life = lifeMs === undefined ? undefined : setTimeout(() => stream.end(), lifeMs).unref()
    stream.on('error', () => stream.destroy())
    stream.on('close', () => {
      count -= 1
      const left = (addresses.get(ip) ?? 1) - 1
      if (left === 0) addresses.delete(ip)
      else addresses.set(ip, left)
      part.delete(stream)
      clearTimeout(life)
      onClose(stream)
    })
    stream.write(`retry: ${Math.round(RETRY_MS.least + RETRY_MS.span * random())}\n\n`)
    return stream
  }
  return { openChannel: (options) => createChannel(open, options) }
}

const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // nginx would collect events until its buffer is full.
  'x-accel-buffering': 'no',
} as const

function write(stream: ServerResponse, event: EventText): void {
  if (stream.writableLength > BACKLOG_BYTES_MAX) stream.destroy()
  else if (!stream.writableNeedDrain) stream.write(event)
}

type Open = (
  reply: FastifyReply,
  options: { onClose: (stream: ServerResponse) => void; lifeMs: number | undefined },
) => ServerResponse | undefined

function createChannel(open: Open, { onEmpty, lifeMs }: ChannelOptions): Channel {
  const streams = new Set<ServerResponse>()
  let latest = ''
  let rest: ServerResponse[] = []
  let isAgain = false
  const behind = new WeakSet<ServerResponse>()

  const tellLatest = (stream: ServerResponse): void => {
    if (!stream.writableNeedDrain) return write(stream, latest)
    if (behind.has(stream)) return
    behind.add(stream)
    stream.once('drain', () => {
      behind.delete(stream)
      tellLatest(stream)
    })
  }
  const sendSlice = (): void => {
    for (const stream of rest.splice(0, SLICE)) tellLatest(stream)
    if (rest.length > 0) return void setImmediate(sendSlice)
    if (!isAgain) return
    isAgain = false
    rest = [...streams]
    sendSlice()
  }
  return {
    get size() {
      return streams.size
    },
    join(reply, first) {
      const onClose = (closed: ServerResponse): void => {
        streams.delete(closed)
        if (streams.size === 0) onEmpty()
      }
      try {
        const stream = open(reply, { onClose, lifeMs })
        if (stream === undefined) return
        streams.add(stream)
        stream.write(first)
      } finally {
        // Also where there was no place for it: whoever keeps the channel must not go on for nobody.
        if (streams.size === 0) onEmpty()
      }
    },
    send(event) {
      latest = event
      if (rest.length > 0) {
        isAgain = true
        return
      }
      rest = [...streams]
      sendSlice()
    },
    end(last) {
      for (const stream of streams) stream.end(last)
    },
  }
}
