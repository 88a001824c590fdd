// NICEPAY: who calls – Basic with both keys, or a token that was got with them and lives half an hour.
import { HOUR_MS, toNiceTime, type Clock } from './clock.ts'
import { codeMessage } from './nice-codes.ts'
import { sha256 } from './nice-payment.ts'
import type { Random } from './random.ts'
import type { Keys } from './settings.ts'

const TOKEN_MS = HOUR_MS / 2

export interface NiceCallers {
  isKnown(header: string | undefined): boolean
  isBasic(header: string | undefined): boolean
  /** While one is good, asking again gives the same. */
  issue(): object
}

export function createNiceCallers({ clientKey, secretKey }: Keys, clock: Clock, random: Random): NiceCallers {
  const basic = `Basic ${Buffer.from(`${clientKey}:${secretKey}`).toString('base64')}`
  let token = ''
  let endsAt = 0
  return {
    isBasic: (header) => header === basic,
    isKnown: (header) =>
      header === basic || (header === `Bearer ${token}` && token !== '' && clock.now() < endsAt),
    issue() {
      const now = clock.now()
      if (now >= endsAt) {
        token = sha256(random.text(32))
        endsAt = now + TOKEN_MS
      }
      return {
        resultCode: '0000',
        resultMsg: codeMessage('0000'),
        accessToken: token,
        tokenType: 'Bearer',
        expireAt: toNiceTime(endsAt),
        now: toNiceTime(now),
      }
    },
  }
}
