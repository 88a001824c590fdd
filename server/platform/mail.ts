import type { Transporter } from 'nodemailer'

export interface Mail {
  to: string
  subject: string
  text: string
  html: string
}

export interface Mailer {
  /** `refused`: the mail server will never take mail for this address, so trying again is useless. Throws when it may later. */
  send(mail: Mail): Promise<'accepted' | 'refused'>
}

const CONNECT_MS_MAX = 5_000
const SILENCE_MS_MAX = 10_000
const SEND_MS_MAX = 20_000

/** Without `smtpUrl` every mail fails; senders keep it and try again, so that none is lost once there is a mail server. */
export function createMailer(options: { smtpUrl: string | undefined; from: string }): Mailer {
  const { smtpUrl, from } = options
  if (smtpUrl === undefined) return { send: () => Promise.reject(new Error('no mail server is configured')) }
  // Loaded with the first mail: most processes of a large installation send none.
  let transport: Promise<Transporter> | undefined
  return {
    async send({ to, subject, text, html }) {
      const mailer = await (transport ??= openTransport(smtpUrl))
      try {
        // As an object the address is taken as it is: no list of recipients can hide in it.
        await within(
          SEND_MS_MAX,
          mailer.sendMail({ from, to: { name: '', address: to }, subject, text, html }),
        )
        return 'accepted'
      } catch (error) {
        if (isRefusedRecipient(error)) return 'refused'
        throw error
      }
    },
  }
}

async function openTransport(smtpUrl: string): Promise<Transporter> {
  const { createTransport } = await import('nodemailer')
  return createTransport({
    url: smtpUrl,
    connectionTimeout: CONNECT_MS_MAX,
    greetingTimeout: CONNECT_MS_MAX,
    dnsTimeout: CONNECT_MS_MAX,
    socketTimeout: SILENCE_MS_MAX,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
}

function isRefusedRecipient(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  const { command, responseCode } = error as { command?: unknown; responseCode?: unknown }
  return (
    command === 'RCPT TO' && typeof responseCode === 'number' && responseCode >= 550 && responseCode <= 559
  )
}

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('the mail server did not answer in time')), ms)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
