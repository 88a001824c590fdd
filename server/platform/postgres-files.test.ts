// The small decisions around the embedded PostgreSQL; that it really runs is shown by tests/faults/lifecycle.test.ts.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { restoreSymlinks } from './postgres-binaries.ts'
import { settingsAsArguments } from './postgres-settings.ts'
import { socketDirOf } from './postgres-socket.ts'

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'hurryup-files-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

describe('restoreSymlinks', () => {
  it('makes what the install script would have made, again and again', () => {
    mkdirSync(join(dir, 'native', 'lib'), { recursive: true })
    writeFileSync(join(dir, 'native', 'lib', 'libpq.so.5.18'), 'library')
    const links = [{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }]
    writeFileSync(join(dir, 'native', 'pg-symlinks.json'), JSON.stringify(links))
    restoreSymlinks(dir)
    restoreSymlinks(dir)
    expect(readFileSync(join(dir, 'native', 'lib', 'libpq.so.5'), 'utf8')).toBe('library')
  })
})

describe('socketDirOf', () => {
  it('is in the data folder where the path fits into a socket address', () => {
    expect(socketDirOf('/srv/shop')).toBe('/srv/shop/run')
  })
  it('is a short name of its own for each longer folder, counted in bytes', () => {
    const long = `/srv/${'가'.repeat(30)}`
    expect(socketDirOf(long, '/tmp')).toMatch(/^\/tmp\/hurryup-[0-9a-f]{16}$/)
    expect(socketDirOf(long, '/tmp')).not.toBe(socketDirOf(`${long}가`, '/tmp'))
  })
})

describe('settingsAsArguments', () => {
  it('never trades a confirmed order for speed', () => {
    const settings = settingsAsArguments('/run')
    for (const setting of ['fsync=on', 'synchronous_commit=on', 'full_page_writes=on'])
      expect(settings).toContain(setting)
  })
  it('quotes the socket folder, since the setting is a list', () => {
    expect(settingsAsArguments('/a, "b"')).toContain('unix_socket_directories="/a, ""b"""')
  })
})
