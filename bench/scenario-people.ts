// Scenario 18: people sign up while the mail server hangs, and log in while others look at items.
import { createServer, type Socket } from 'node:net'
import { createPasswords } from '../server/platform/passwords.ts'
import { createNormalItem } from './database.ts'
import { show, toFigure } from './figures.ts'
import { createHistogram, quantile } from './histogram.ts'
import type { Rig } from './rig.ts'
import { faultsOf, median, runOnce } from './sample.ts'
import type { Outcome, Scenario } from './scenario.ts'

export const peopleScenario: Scenario = { numbers: [18], name: 'sign-ups and logins', run }

const SIGN_UPS = 200
const LOGINS_AT_ONCE = 20
const READS_PER_SECOND = 1_000
const USERS = '/user-service/api/v1/users'
const PASSWORD = 'glass-river-of-the-bench'

async function run(rig: Rig): Promise<Outcome> {
  const mailServer = await startHangingMailServer()
  await rig.life.add({ name: 'a mail server that hangs', stop: mailServer.stop, msMax: 1_000 })
  const service = await rig.startService({
    logLevel: 'silent',
    smtpUrl: `smtp://127.0.0.1:${mailServer.port}`,
  })
  const url = `http://127.0.0.1:${service.port}`
  const faults: string[] = []
  await rig.waitForQuiet()
  const hashMs = await measureHash()
  const signUps = createHistogram()
  for (let n = 0; n < SIGN_UPS; n++) signUps.add(await timed(() => signUp(url, n, faults)))
  const signUpP99 = quantile(signUps.data(), 0.99)

  const itemId = await createNormalItem(rig.client, 100)
  let isOver = false
  let logins = 0
  const logInOn = async (): Promise<void> => {
    while (!isOver) {
      const answer = await post(`${url}${USERS}/login`, {
        email: emailOf(logins % SIGN_UPS),
        password: PASSWORD,
      })
      logins += 1
      // The account was never verified: its password is checked all the same.
      if (answer !== 401) faults.push(`a login answered ${answer}`)
    }
  }
  const loggingIn = Array.from({ length: LOGINS_AT_ONCE }, logInOn)
  const reads = await runOnce(rig, {
    name: 'item reads beside logins',
    server: service,
    requests: [{ method: 'GET', path: `/item-service/api/v1/items/${itemId}` }],
    model: { kind: 'open', perSecond: READS_PER_SECOND },
    connections: 50,
    isTimed: true,
  })
  isOver = true
  await Promise.all(loggingIn)
  await service.stop()
  return {
    figures: [
      toFigure('signUp', signUpP99 - hashMs, `p99 ${show(signUpP99)} ms, one hash ${show(hashMs)} ms`),
      toFigure(
        'besideLogins',
        quantile(reads.sample.accepted, 0.99),
        `${show(reads.sample.perSecond)} reads/s, ${show(logins / rig.scale.runSeconds)} logins/s`,
      ),
    ],
    samples: [reads.sample],
    faults: [...new Set(faults), ...faultsOf(reads, ['200'])],
  }
}

const emailOf = (n: number): string => `bench-${n}@shop.example`

async function signUp(url: string, n: number, faults: string[]): Promise<void> {
  const answer = await post(`${url}${USERS}`, {
    email: emailOf(n),
    password: PASSWORD,
    name: '홍길동',
    address: '서울특별시 중구 세종대로 110',
    phoneNumber: `0109999${String(n).padStart(4, '0')}`,
  })
  if (answer !== 201) faults.push(`a sign-up answered ${answer}`)
}

async function post(url: string, body: object): Promise<number> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  await answer.arrayBuffer()
  return answer.status
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now()
  await work()
  return performance.now() - startMs
}

async function measureHash(): Promise<number> {
  const passwords = createPasswords()
  const times: number[] = []
  for (let n = 0; n < 20; n++) times.push(await timed(() => passwords.hash(PASSWORD)))
  return median(times)
}

/** It takes connections and never says a word. */
function startHangingMailServer(): Promise<{ port: number; stop: () => void }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve({
        port: typeof address === 'object' && address !== null ? address.port : 0,
        stop() {
          for (const socket of sockets) socket.destroy()
          server.close()
        },
      })
    })
  })
}
