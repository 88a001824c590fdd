// The folder of the embedded PostgreSQL's Unix socket: nobody else may enter it, so it needs no password.
import { createHash } from 'node:crypto'
import { chmodSync, lstatSync, mkdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PostgresUser } from './postgres-user.ts'

const SOCKET_NAME = '.s.PGSQL.5432'
/** The systems allow 104 to 108 bytes. */
const PATH_BYTES_MAX = 100

/** Under `dir`, or where that is too long for a socket, in the temporary folder. Call with no PostgreSQL running on it. */
export function prepareSocketDir(dir: string, user: PostgresUser): string {
  const path = socketDirOf(dir)
  if (path.startsWith(dir)) rmSync(path, { recursive: true, force: true })
  else assertRemovable(path)
  mkdirSync(path, { mode: 0o700 })
  chmodSync(path, 0o700)
  user.own(path)
  return path
}

export function socketDirOf(dir: string, temporaryDir = tmpdir()): string {
  const wanted = join(dir, 'run')
  if (Buffer.byteLength(join(wanted, SOCKET_NAME)) <= PATH_BYTES_MAX) return wanted
  const hash = createHash('sha256').update(dir).digest('hex').slice(0, 16)
  return join(temporaryDir, `hurryup-${hash}`)
}

/** In a folder that everybody writes to, the name may have been taken by somebody else: then mkdir fails, and rightly. */
function assertRemovable(path: string): void {
  const uid = process.getuid?.()
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined) return
  if (!found.isDirectory() || (uid !== 0 && found.uid !== uid))
    throw new Error(`${path} belongs to somebody else: set DATA_DIR to a shorter path`)
  rmSync(path, { recursive: true, force: true })
}
