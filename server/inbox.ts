// The demo's mail: a real SMTP server with a page that shows what arrived (MailDev), on this machine only.
import { mkdirSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'

export interface Inbox {
  smtpUrl: string
  pageUrl: string
  stop(): Promise<void>
}

// What is used of MailDev, which brings no types. Its main file is not used: it takes the process's signals to itself.
interface MailServer {
  store: { id: string }[]
  smtp: Server
  create(port: number, host: string, mailDir: string): void
  listen(): Promise<void>
  on(event: 'new', listener: () => void): void
  deleteEmail(id: string, done: () => void): void
  close(done: () => void): void
}
interface MailPage {
  server: Server
  start(
    port: number,
    host: string,
    mail: MailServer,
    user: undefined,
    password: undefined,
    path: undefined,
    tls: object,
  ): void
  close(done: () => void): void
}

const HOST = '127.0.0.1'
const SMTP_PORT = 1025
const PAGE_PORT = 1080
const MAILS_MAX = 500

/** `mailDir` is emptied. Takes the usual ports, or free ones where those are in use. */
export async function startInbox(mailDir: string): Promise<Inbox> {
  const { mail, page } = await loadMailDev()
  rmSync(mailDir, { recursive: true, force: true })
  mkdirSync(mailDir, { recursive: true, mode: 0o700 })
  const smtpPort = await freePort(SMTP_PORT)
  mail.create(smtpPort, HOST, mailDir)
  await mail.listen()
  mail.on('new', () => {
    const oldest = mail.store[0]
    if (mail.store.length > MAILS_MAX && oldest !== undefined) mail.deleteEmail(oldest.id, () => undefined)
  })
  const pagePort = await freePort(PAGE_PORT)
  page.start(pagePort, HOST, mail, undefined, undefined, undefined, { https: false })
  // An inbox that breaks must not take the sale with it.
  page.server.on('error', () => undefined)
  return {
    smtpUrl: `smtp://${HOST}:${smtpPort}`,
    pageUrl: `http://${HOST}:${pagePort}`,
    async stop() {
      await Promise.all([
        new Promise<void>((done) => page.close(done)),
        new Promise<void>((done) => mail.close(done)),
      ])
      rmSync(mailDir, { recursive: true, force: true })
    },
  }
}

async function loadMailDev(): Promise<{ mail: MailServer; page: MailPage }> {
  // @ts-expect-error -- no types
  const logger = (await import('maildev/lib/logger.js')) as { default: { setLevel(level: number): void } }
  // @ts-expect-error -- no types
  const mail = (await import('maildev/lib/mailserver.js')) as { default: MailServer }
  // @ts-expect-error -- no types
  const page = (await import('maildev/lib/web.js')) as { default: MailPage }
  logger.default.setLevel(0)
  return { mail: mail.default, page: page.default }
}

async function freePort(wanted: number): Promise<number> {
  return (await tryPort(wanted)) ?? (await tryPort(0)) ?? wanted
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen(port, HOST, () => {
      const address = server.address()
      const taken = typeof address === 'object' && address !== null ? address.port : undefined
      server.close(() => resolve(taken))
    })
  })
}
