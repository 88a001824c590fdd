import { connect, type AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { afterEach, expect, test } from 'vitest'
import { createEventStreams, eventText, type Channel } from '../../server/platform/event-stream.ts'
import { createHttp, type Http } from '../../server/platform/http.ts'

let http: Http | undefined
afterEach(() => http?.close())

async function serve({
  lifeMs,
  ofAddressMax = 1_000,
}: { lifeMs?: number; ofAddressMax?: number } = {}): Promise<{
  channel: Channel
  port: number
  emptied: () => number
}> {
  let emptied = 0
  http = createHttp({ log: pino({ level: 'silent' }), bodyBytesMax: 1 })
  const channel = createEventStreams(http, { random: () => 0.5, ofAddressMax }).openChannel({
    onEmpty: () => void emptied++,
    ...(lifeMs !== undefined && { lifeMs }),
  })
  http.get('/events', async (_request, reply) => {
    channel.join(reply, eventText('state', '"first"'))
    return reply
  })
  await http.listen({ host: '127.0.0.1', port: 0 })
  return { channel, port: (http.server.address() as AddressInfo).port, emptied: () => emptied }
}

function listen(port: number): { heard(): string; isOver(): boolean; end(): void } {
  const socket = connect(port, '127.0.0.1')
  let heard = ''
  let isOver = false
  socket.on('data', (chunk) => (heard += chunk.toString()))
  socket.on('close', () => (isOver = true))
  socket.on('error', () => undefined)
  socket.write('GET /events HTTP/1.1\r\nhost: x\r\n\r\n')
  return { heard: () => heard, isOver: () => isOver, end: () => socket.destroy() }
}

const soon = { timeout: 2_000, interval: 5 }

test('everybody hears what is sent after they joined, however many they are', async () => {
  const { channel, port } = await serve()
  const listeners = Array.from({ length: 600 }, () => listen(port))
  await expect.poll(() => channel.size, soon).toBe(600)
  channel.send(eventText('state', '1'))
  // It comes while the first is still on its way to some: those need only the newer one.
  channel.send(eventText('state', '2'))
  await expect.poll(() => listeners.every((one) => one.heard().includes('data: 2')), soon).toBe(true)
  expect(listeners.every((one) => one.heard().includes('retry: 2500'))).toBe(true)
  for (const one of listeners) one.end()
})

test('who reads slowly misses what is said meanwhile, but not the last of it', async () => {
  const { channel, port } = await serve()
  const slow = connect(port, '127.0.0.1')
  let heard = ''
  slow.on('error', () => undefined)
  slow.write('GET /events HTTP/1.1\r\nhost: x\r\n\r\n')
  slow.pause()
  await expect.poll(() => channel.size, soon).toBe(1)
  // Far more than all buffers between the two hold.
  const long = 'x'.repeat(30_000)
  for (let n = 0; n < 500; n++) {
    channel.send(eventText('state', `"${n} ${long}"`))
    await sleep(0)
  }
  channel.send(eventText('state', '"the last"'))
  expect(channel.size).toBe(1)
  slow.on('data', (chunk) => (heard = (heard + chunk.toString()).slice(-1_000)))
  slow.resume()
  await expect.poll(() => heard, soon).toContain('"the last"')
  slow.destroy()
})

test('who leaves is forgotten, and the last one is noticed', async () => {
  const { channel, port, emptied } = await serve()
  const [one, other] = [listen(port), listen(port)]
  await expect.poll(() => channel.size, soon).toBe(2)
  one.end()
  await expect.poll(() => channel.size, soon).toBe(1)
  expect(emptied()).toBe(0)
  other.end()
  await expect.poll(emptied, soon).toBe(1)
})

test('a stream ends with its time, with its channel, and with the server', async () => {
  const { channel, port } = await serve({ lifeMs: 150 })
  const one = listen(port)
  await expect.poll(() => channel.size, soon).toBe(1)
  await expect.poll(one.isOver, { ...soon, timeout: 10_000 }).toBe(false)
  await sleep(200)
  await expect.poll(() => channel.size, soon).toBe(0)
  const another = listen(port)
  await expect.poll(() => channel.size, soon).toBe(1)
  channel.end(eventText('gone', '{}'))
  await expect.poll(() => another.heard(), soon).toContain('event: gone')
})

test('asked by HEAD there is no stream', async () => {
  const { channel, port } = await serve()
  const answer = await fetch(`http://127.0.0.1:${port}/events`, { method: 'HEAD' })
  expect(answer.headers.get('content-type')).toContain('text/event-stream')
  expect(channel.size).toBe(0)
})

test('one address has so many streams and no more; a channel that nobody got into is empty', async () => {
  const { channel, port, emptied } = await serve({ ofAddressMax: 0 })
  const answer = await fetch(`http://127.0.0.1:${port}/events`)
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5'])
  expect(channel.size).toBe(0)
  // Whoever keeps it, and looks at something for it, must not go on for nobody.
  expect(emptied()).toBe(1)
})
