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
/** Who reads slower than it is spoken misses what is said meanwhile; whoever reads nothing at all is let go. */
const BACKLOG_BYTES_MAX = 64 * 1024
const STREAMS_MAX = 20_000
const BEAT_MS = 15_000
/** Jittered, so that those who lost a server together do not come back together. */
const RETRY_MS = { least: 1_000, span: 3_000 }

export const eventText = (type: string, data: string, id?: string): EventText =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${type}\ndata: ${data}\n\n`

/** One for each process: it knows how many streams are open, keeps them alive, and ends them with the server. */
export interface EventStreams {
  openChannel(onEmpty: () => void): Channel
}

export function createEventStreams(http: Http, random: () => number = Math.random): EventStreams {
  const all = new Set<ServerResponse>()
  const beat = setInterval(() => {
    for (const stream of all) write(stream, eventText('beat', '{}'))
  }, BEAT_MS).unref()
  http.addHook('preClose', async () => {
    clearInterval(beat)
    for (const stream of all) stream.end()
  })
  const open = (reply: FastifyReply, onClose: (stream: ServerResponse) => void): ServerResponse => {
    if (all.size >= STREAMS_MAX) throw new AppError('SERVICE_UNAVAILABLE', { retryAfterSeconds: 5 })
    reply.hijack()
    const stream = reply.raw
    const headers = reply.getHeaders()
    stream.writeHead(200, { ...headers, ...STREAM_HEADERS } as Record<string, string>)
    // Asked only whether there is one.
    if (reply.request.method === 'HEAD') stream.end()
    stream.on('error', () => stream.destroy())
    stream.on('close', () => {
      all.delete(stream)
      onClose(stream)
    })
    all.add(stream)
    stream.write(`retry: ${Math.round(RETRY_MS.least + RETRY_MS.span * random())}\n\n`)
    return stream
  }
  return { openChannel: (onEmpty) => createChannel(open, onEmpty) }
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

type Open = (reply: FastifyReply, onClose: (stream: ServerResponse) => void) => ServerResponse

function createChannel(open: Open, onEmpty: () => void): Channel {
  const streams = new Set<ServerResponse>()
  let latest = ''
  let rest: ServerResponse[] = []
  let isAgain = false

  const sendSlice = (): void => {
    for (const stream of rest.splice(0, SLICE)) write(stream, latest)
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
      const stream = open(reply, () => {
        streams.delete(stream)
        if (streams.size === 0) onEmpty()
      })
      streams.add(stream)
      stream.write(first)
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
