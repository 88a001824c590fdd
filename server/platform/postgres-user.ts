// Under which system user PostgreSQL runs: it refuses to run as root, so root hands it to somebody else.
import { spawnSync, type SpawnOptions } from 'node:child_process'
import { chownSync, existsSync, readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

export interface PostgresUser {
  /** The program to spawn, with the options that make it run as this user. */
  spawnAs(
    program: string,
    args: readonly string[],
  ): { command: string; args: string[]; options: SpawnOptions }
  /** Gives a folder that root made to this user. */
  own(path: string): void
}

/** Of util-linux. */
const SETPRIV = 'setpriv'

interface Identity {
  uid: number
  gid: number
}

const OURSELVES: PostgresUser = {
  spawnAs: (command, args) => ({ command, args: [...args], options: {} }),
  own: () => undefined,
}

/** `clusterDir` need not exist; `programs` are what this user must be able to run. */
export function choosePostgresUser(clusterDir: string, programs: readonly string[]): PostgresUser {
  const uid = process.getuid?.()
  const owner = existsSync(clusterDir) ? statSync(clusterDir) : undefined
  if (uid !== 0) {
    if (owner !== undefined && owner.uid !== uid) {
      throw new Error(
        `${clusterDir} belongs to another system user (uid ${owner.uid}): start as that user, or set DATA_DIR to another folder`,
      )
    }
    return OURSELVES
  }
  const identity =
    owner !== undefined && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : unprivilegedUser()
  const isOpen =
    canEnter(dirname(clusterDir), identity) && programs.every((program) => canRead(program, identity))
  return {
    spawnAs: isOpen ? spawnAsUser(identity) : spawnWithAccess(identity, programs[0] ?? 'true', clusterDir),
    own: (path) => chownSync(path, identity.uid, identity.gid),
  }
}

/** initdb wants a user that the system knows by name. */
function unprivilegedUser(): Identity {
  const users = readFileSync('/etc/passwd', 'utf8').split('\n')
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = users.find((line) => line.startsWith(`${name}:`))?.split(':') ?? []
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) }
  }
  throw new Error(
    'PostgreSQL does not run as root, and there is no user `postgres` or `nobody`: start as another user, or set DATABASE_URL',
  )
}

const spawnAsUser =
  ({ uid, gid }: Identity): PostgresUser['spawnAs'] =>
  (command, args) => ({ command, args: [...args], options: { uid, gid } })

/**
 * A folder above the data or the programs is closed to everybody but root, and its permissions are not ours to change:
 * the user keeps, of all that root may do, the right to pass permissions of files. `no_setuid_fixup` makes access(2),
 * which PostgreSQL asks about its own programs, answer by that right too.
 */
function spawnWithAccess(
  { uid, gid }: Identity,
  program: string,
  clusterDir: string,
): PostgresUser['spawnAs'] {
  const only = '-all,+dac_override'
  const capabilities = [
    `--bounding-set=${only}`,
    `--inh-caps=${only}`,
    `--ambient-caps=${only}`,
    '--securebits=+no_setuid_fixup',
  ]
  const prefix = ['--reuid', String(uid), '--regid', String(gid), '--clear-groups', ...capabilities]
  const probe = spawnSync(SETPRIV, [...prefix, program, '--version'], {
    cwd: '/',
    encoding: 'utf8',
    timeout: 10_000,
  })
  if (probe.status !== 0) {
    throw new Error(
      `PostgreSQL does not run as root, and the unprivileged user (uid ${uid}) can not enter ${dirname(clusterDir)} or ` +
        `${dirname(program)}. Put both where every user can enter, start as another user, or set DATABASE_URL. ` +
        `(setpriv: ${(probe.error?.message ?? probe.stderr).trim()})`,
    )
  }
  return (command, args) => ({ command: SETPRIV, args: [...prefix, command, ...args], options: {} })
}

const READ = 4
const ENTER = 1

function canEnter(dir: string, who: Identity): boolean {
  const parent = dirname(dir)
  return isAllowed(dir, who, ENTER) && (parent === dir || canEnter(parent, who))
}

function canRead(file: string, who: Identity): boolean {
  return isAllowed(file, who, READ | ENTER) && canEnter(dirname(file), who)
}

function isAllowed(path: string, { uid, gid }: Identity, bits: number): boolean {
  const { mode, uid: owner, gid: group } = statSync(path)
  const shift = owner === uid ? 6 : group === gid ? 3 : 0
  return ((mode >> shift) & bits) === bits
}
