// A mail server that takes every mail and forgets it: the service of the bench mails its buyers as it would any others.
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { createInterface } from 'node:readline'

const server = createServer((socket) => void converse(socket).catch(() => socket.destroy()))
server.listen(0, '127.0.0.1', () =>
  console.log(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`),
)

/** As much of SMTP (RFC 5321) as a client that only sends needs. */
async function converse(socket: Socket): Promise<void> {
  socket.on('error', () => socket.destroy())
  socket.write('220 bench\r\n')
  let isMail = false
  for await (const line of createInterface({ input: socket })) {
    if (isMail && line !== '.') continue
    const isQuit = /^quit/i.test(line)
    isMail = !isMail && /^data/i.test(line)
    socket.write(isMail ? '354 go on\r\n' : isQuit ? '221 bye\r\n' : '250 ok\r\n')
    if (isQuit) return void socket.end()
  }
}
