// Those who look at an item: streams of its events, in a process of their own. How late does each of them hear what is told?
import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { createHistogram } from './histogram.ts'

const [portText = '0', path = '/', countText = '0'] = process.argv.slice(2)
const port = Number(portText)
const count = Number(countText)
/** Opened so many at a time: a server's queue of connections that are not accepted yet is short. */
const AT_ONCE = 100

let open = 0
let lost = 0
let heard = 0
let latestMs = 0
let lateness = createHistogram()

/** The server writes its clock into each event as it sends it; this machine has one clock. */
const SENT = /"serverTime":"([^"]+)"/g

function view(): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    let isOpen = false
    socket.setEncoding('latin1')
    socket.write(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`)
    socket.on('data', (text: string) => {
      if (!isOpen) {
        isOpen = true
        open += 1
        // The first state is older than the stream.
        resolve()
        return
      }
      const now = Date.now()
      for (const [, sent = ''] of text.matchAll(SENT)) {
        const lateMs = Math.max(0, now - Date.parse(sent))
        heard += 1
        latestMs = Math.max(latestMs, lateMs)
        lateness.add(lateMs)
      }
    })
    const end = (): void => {
      if (isOpen) lost += 1
      isOpen = false
      resolve()
    }
    socket.on('error', end)
    socket.on('close', end)
  })
}

const control = createServer((request, response) => {
  if (request.url === '/reset') {
    heard = 0
    latestMs = 0
    lateness = createHistogram()
  }
  response.end(JSON.stringify({ open, lost, heard, latestMs, lateness: lateness.data() }))
})
for (let opened = 0; opened < count; opened += AT_ONCE)
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - opened) }, view))
control.listen(0, '127.0.0.1', () =>
  console.log(`listening on http://127.0.0.1:${(control.address() as AddressInfo).port}`),
)
