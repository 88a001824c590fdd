// A real SMTP server (MailDev's) that tests read mail from, and that can go away and come back on its port.
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface ReceivedMail {
  subject: string
  text: string
  html: string
  to: { address: string }[]
}

export interface Inbox {
  smtpUrl: string
  mailsTo(address: string): ReceivedMail[]
  /** The newest mail to `address`, once there are `count` of them. */
  waitFor(address: string, count?: number): Promise<ReceivedMail>
  goAway(): Promise<void>
  comeBack(): Promise<void>
  stop(): Promise<void>
}

interface MailServer {
  store: ReceivedMail[]
  create(port: number, host: string, mailDir: string): void
  listen(): Promise<void>
  close(done: () => void): void
}

const HOST = '127.0.0.1'
const WAIT_MS_MAX = 15_000

/** One at a time in a process: MailDev keeps its state in its module. */
export async function startInbox(): Promise<Inbox> {
  const require = createRequire(import.meta.url)
  const server = require('maildev/lib/mailserver') as MailServer
  const logger = require('maildev/lib/logger') as { setLevel(level: number): void }
  logger.setLevel(0)
  const mailDir = mkdtempSync(join(tmpdir(), 'inbox-'))
  const port = await freePort()
  const open = async (): Promise<void> => {
    server.create(port, HOST, mailDir)
    await server.listen()
  }
  const close = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()))
  const mailsTo = (address: string): ReceivedMail[] =>
    server.store.filter(({ to }) => to.some((one) => one.address === address))
  await open()
  return {
    smtpUrl: `smtp://${HOST}:${port}`,
    mailsTo,
    async waitFor(address, count = 1) {
      for (const end = Date.now() + WAIT_MS_MAX; Date.now() < end; await sleep(50)) {
        const mails = mailsTo(address)
        const newest = mails.at(-1)
        if (newest !== undefined && mails.length >= count) return newest
      }
      throw new Error(`no mail number ${count} within ${WAIT_MS_MAX} ms`)
    },
    goAway: close,
    comeBack: open,
    async stop() {
      await close()
      rmSync(mailDir, { recursive: true, force: true })
    },
  }
}

/** The code stands alone on a line of the plain text. */
export function codeIn(mail: ReceivedMail): string {
  const code = /^[A-Za-z0-9]{8}$/m.exec(mail.text)?.[0]
  if (code === undefined) throw new Error('the mail has no code')
  return code
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.on('error', reject)
    probe.listen(0, HOST, () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
}
