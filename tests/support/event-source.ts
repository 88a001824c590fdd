// Server-sent events as a test reads them: one after the other, each within a bound.
import { setTimeout as sleep } from 'node:timers/promises'

interface ReadEvent {
  type: string
  data: Record<string, never>
}

export interface EventReader {
  status: number
  headers: Headers
  /** Of this type; the others are passed over. Undefined: the stream has ended. */
  next(type: string, msMax?: number): Promise<ReadEvent | undefined>
  close(): void
}

const EVENT_MS_MAX = 10_000

export async function readEvents(url: string, token?: string): Promise<EventReader> {
  const stop = new AbortController()
  const answer = await fetch(url, {
    signal: stop.signal,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  })
  const waiting: ReadEvent[] = []
  let isOver = false
  const read = async (): Promise<void> => {
    let text = ''
    for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk
      const parts = text.split('\n\n')
      text = parts.pop() ?? ''
      waiting.push(...parts.flatMap(parse))
    }
  }
  void read()
    .catch(() => undefined)
    .finally(() => (isOver = true))
  return {
    status: answer.status,
    headers: answer.headers,
    async next(type, msMax = EVENT_MS_MAX) {
      for (const end = Date.now() + msMax; Date.now() < end; await sleep(5)) {
        while (waiting.length > 0) {
          const event = waiting.shift()!
          if (event.type === type) return event
        }
        if (isOver) return undefined
      }
      throw new Error(`no event \`${type}\` within ${msMax} ms`)
    },
    close: () => stop.abort(),
  }
}

function parse(block: string): ReadEvent[] {
  const type = /^event: (.+)$/m.exec(block)?.[1]
  const data = /^data: (.+)$/m.exec(block)?.[1]
  return type === undefined || data === undefined ? [] : [{ type, data: JSON.parse(data) }]
}
