// What `npm run bench` was asked for.
import { parseArgs } from 'node:util'
import { parseDuration } from '../server/commands/seed.ts'
import { CommandError } from '../server/commands/command.ts'
import type { Scale } from './rig.ts'
import type { SoakOptions } from './scenario-soak.ts'

export interface Options {
  scale: Scale
  /** Instead of the scenarios. */
  soak: SoakOptions | undefined
  /** Scenario numbers; undefined: all. */
  only: readonly number[] | undefined
  serverFlags: readonly string[]
  isSaved: boolean
}

const FULL: Scale = {
  isQuick: false,
  runSeconds: 4,
  warmupSeconds: 0.5,
  rounds: 5,
  openSeconds: 20,
  holdsSeconds: { before: 2, after: 4.5 },
  quietSecondsMax: 120,
  strangers: 200_000,
  logSegments: 100,
  earlierOrders: 1_000_000,
  holds: 100_000,
  faults: { rounds: 3, beforeSeconds: 2, awaySeconds: 2, afterSeconds: 4 },
  claimItems: 10,
}
const QUICK: Scale = {
  isQuick: true,
  runSeconds: 1.1,
  warmupSeconds: 0.2,
  rounds: 1,
  openSeconds: 2,
  holdsSeconds: { before: 1, after: 2 },
  quietSecondsMax: 0,
  strangers: 60_000,
  logSegments: 10,
  earlierOrders: 100_000,
  holds: 20_000,
  faults: { rounds: 1, beforeSeconds: 1, awaySeconds: 1, afterSeconds: 3 },
  claimItems: 1,
}

/** As README.md starts it in production. */
const PRODUCTION_FLAGS = '--max-semi-space-size=16 --heap-growing-percent=70'
const SOAK_SECONDS_MIN = 20
/** The buyers' tokens are good for four. */
const SOAK_SECONDS_MAX = 3 * 60 * 60

export const USAGE = `npm run bench [-- options]
  --quick                ends within two minutes: shorter runs, one round, fewer earlier orders, holds and claims
  --only 2,5             only the holds with these scenarios
  --rounds N             turns of each hold
  --soak 10m             a run of its own: 70 % of the maximum for so long (20s to 3h); writes about 5 GB in ten minutes
  --gate redis           of the soak: where its gate counts (memory)
  --server-flags FLAGS   passed to the node process of the service (those of production: ${PRODUCTION_FLAGS})
  --no-save              writes no files into bench/results`

/** Undefined: help is wanted. Throws CommandError where they make no sense. */
export function readOptions(): Options | undefined {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      rounds: { type: 'string' },
      soak: { type: 'string' },
      gate: { type: 'string', default: 'memory' },
      'server-flags': { type: 'string', default: PRODUCTION_FLAGS },
      'no-save': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const scale = values.quick ? QUICK : FULL
  return {
    scale: values.rounds === undefined ? scale : { ...scale, rounds: Number(values.rounds) },
    soak: readSoak(values.soak, values.gate),
    only: values.only?.split(',').map(Number),
    serverFlags: values['server-flags'].split(' ').filter((flag) => flag !== ''),
    isSaved: !values['no-save'] && values.only === undefined,
  }
}

function readSoak(time: string | undefined, gate: string): SoakOptions | undefined {
  if (time === undefined) return undefined
  if (gate !== 'memory' && gate !== 'redis') throw new CommandError('--gate must be memory or redis')
  const seconds = parseDuration(time)
  if (seconds >= SOAK_SECONDS_MIN && seconds <= SOAK_SECONDS_MAX) return { seconds, gate }
  throw new CommandError(`--soak must be ${SOAK_SECONDS_MIN}s to ${SOAK_SECONDS_MAX / 3600}h`)
}
