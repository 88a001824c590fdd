// Access tokens of buyers that no server has seen, signed with the service's own secret.
import { writeFileSync } from 'node:fs'
import { createDenyList, createTokens } from '../server/platform/auth.ts'
import { systemClock } from '../server/platform/clock.ts'
import { systemIds } from '../server/platform/ids.ts'

/** Far above the ids of seeded buyers. */
const FIRST_STRANGER = 1_000_000_000
const TTL_SECONDS = 4 * 60 * 60

export function writeStrangersTokens(file: string, secret: string, count: number): void {
  const tokens = createTokens({ secret, clock: systemClock, denied: createDenyList(systemClock) })
  let text = ''
  for (let i = 0; i < count; i++) {
    const caller = {
      // In no order that a cache could profit from.
      userId: FIRST_STRANGER + ((i * 7_919) % count),
      role: 'CERTIFIED_USER' as const,
      sessionId: systemIds.uuid(),
    }
    text += `${tokens.sign(caller, TTL_SECONDS)}\n`
  }
  writeFileSync(file, text, { mode: 0o600 })
}
