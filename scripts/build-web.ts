// `npm run build`: the web application, where its sources have changed since the last time. The server sends what lies in web/dist.
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')
const DIST = join(ROOT, 'web', 'dist')
const STAMP = join(DIST, '.sources')
const SOURCES = ['web/**/*.{ts,tsx,css,html,svg,json}', 'client/*.ts', 'package-lock.json']

const sources = hashOf(globSync(SOURCES, { cwd: ROOT, exclude: ['web/dist*/**'] }).toSorted())
if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === sources) process.exit(0)

process.stderr.write('building the pages …\n')
// Whoever starts us may be a test: React's own checks belong in no build.
process.env['NODE_ENV'] = 'production'
const { build } = await import('vite')
// A server may be sending the files of the build before: folders are swapped whole.
const fresh = `${DIST}-${process.pid}`
await build({
  configFile: join(ROOT, 'web', 'vite.config.ts'),
  logLevel: 'warn',
  build: { outDir: fresh },
})
writeFileSync(join(fresh, '.sources'), sources)
const old = `${DIST}-old-${process.pid}`
if (existsSync(DIST)) renameSync(DIST, old)
renameSync(fresh, DIST)
rmSync(old, { recursive: true, force: true })

function hashOf(paths: readonly string[]): string {
  const hash = createHash('sha256')
  for (const path of paths)
    hash
      .update(path)
      .update('\0')
      .update(readFileSync(join(ROOT, path)))
      .update('\0')
  return hash.digest('hex')
}
