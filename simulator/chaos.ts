// What goes wrong, on demand. All off until asked for; each on its own, for one provider or for both.
import type { Random } from './random.ts'
import { PROVIDERS, type Provider } from './settings.ts'

type Fault = { times: number } | { percent: number } | null

const WEBHOOK_MODES = ['normal', 'off', 'duplicated', 'reordered', 'delayed', 'before_answer'] as const
type WebhookMode = (typeof WEBHOOK_MODES)[number]

/** Those that happen so many times, or to so many of a hundred. */
const FAULTS = [
  'loseAnswerBeforeApproval',
  'loseAnswerAfterApproval',
  'loseAnswerBeforeCancel',
  'loseAnswerAfterCancel',
  'http500',
  'http500AfterApproval',
  'http500AfterCancel',
  'wrongAmount',
] as const
type FaultName = (typeof FAULTS)[number]

type Modes = Record<FaultName, Fault> & {
  /** Of a hundred approvals, how many the issuer refuses. */
  refusePercent: number
  /** The work is done at once; its answer comes so much later. */
  slowMs: number
  /** The work itself is only done so much later, whether or not the caller still waits. */
  lateMs: number
  webhooks: WebhookMode
  webhookDelayMs: number
  settlementMismatch: boolean
}

const WAIT_MS_MAX = 120_000

const quiet = (): Modes => ({
  ...(Object.fromEntries(FAULTS.map((name) => [name, null])) as Record<FaultName, Fault>),
  refusePercent: 0,
  slowMs: 0,
  lateMs: 0,
  webhooks: 'normal',
  webhookDelayMs: 2000,
  settlementMismatch: false,
})

export interface Chaos {
  of(provider: Provider): Readonly<Modes>
  /** Whether it happens now. One of `times` is used up. */
  strikes(provider: Provider, name: FaultName): boolean
  refuses(provider: Provider): boolean
  /** Changes what is named and nothing else; answers what was wrong with it. */
  change(wanted: unknown): string | undefined
  clear(): void
}

export function createChaos(random: Random): Chaos {
  const modes: Record<Provider, Modes> = { toss: quiet(), nice: quiet() }

  return {
    of: (provider) => modes[provider],
    strikes(provider, name) {
      const fault = modes[provider][name]
      if (fault === null) return false
      if ('percent' in fault) return random.next() * 100 < fault.percent
      modes[provider][name] = fault.times > 1 ? { times: fault.times - 1 } : null
      return true
    },
    refuses: (provider) => {
      const { refusePercent } = modes[provider]
      return refusePercent > 0 && random.next() * 100 < refusePercent
    },
    change(wanted) {
      if (!isObject(wanted)) return 'the body must be one object of modes'
      const { toss, nice, ...both } = wanted
      for (const [provider, own] of [
        ['toss', toss],
        ['nice', nice],
      ] as const) {
        if (own !== undefined && !isObject(own)) return `${provider} must be an object of modes`
      }
      const changes: [Provider, [string, unknown][]][] = PROVIDERS.map((provider) => [
        provider,
        Object.entries({ ...both, ...(wanted[provider] as object | undefined) }),
      ])
      for (const [, entries] of changes) {
        for (const [name, value] of entries) {
          if (!isMode(name, value)) return `${name} can not be ${JSON.stringify(value)}`
        }
      }
      for (const [provider, entries] of changes) {
        for (const [name, value] of entries) Object.assign(modes[provider], { [name]: toMode(name, value) })
      }
      return undefined
    },
    clear() {
      modes.toss = quiet()
      modes.nice = quiet()
    },
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isWithin = (value: unknown, max: number): boolean =>
  typeof value === 'number' && value >= 0 && value <= max

function isFault(value: unknown): boolean {
  if (value === null || typeof value === 'boolean') return true
  if (!isObject(value) || Object.keys(value).length !== 1) return false
  return 'times' in value ? isWithin(value['times'], 1_000_000) : isWithin(value['percent'], 100)
}

function isMode(name: string, value: unknown): boolean {
  if ((FAULTS as readonly string[]).includes(name)) return isFault(value)
  if (name === 'refusePercent') return isWithin(value, 100)
  if (name === 'slowMs' || name === 'lateMs') return isWithin(value, WAIT_MS_MAX)
  if (name === 'webhookDelayMs') return isWithin(value, Number.MAX_SAFE_INTEGER)
  if (name === 'webhooks') return (WEBHOOK_MODES as readonly unknown[]).includes(value)
  return name === 'settlementMismatch' && typeof value === 'boolean'
}

/** `true` is every time, `false` and none never. */
function toMode(name: string, value: unknown): unknown {
  if (!(FAULTS as readonly string[]).includes(name)) return value
  if (value === true) return { percent: 100 }
  if (value === false || value === null) return null
  return 'times' in (value as object) && (value as { times: number }).times === 0 ? null : value
}
