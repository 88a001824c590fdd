// What a browser has to load before anything can be done: read from the build itself, no browser needed.
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const DIST = join(import.meta.dirname, '..', '..', 'web', 'dist')
const KIBIBYTE = 1_024
const SCRIPT_BYTES_MAX = 170 * KIBIBYTE

interface Chunk {
  file: string
  imports?: string[]
}

test('the first load is at most 170 KB of compressed script, the console apart', () => {
  const manifest = JSON.parse(readFileSync(join(DIST, 'manifest.json'), 'utf8')) as Record<string, Chunk>
  const all = new Set<string>()
  const load = (name: string): void => {
    const chunk = manifest[name]!
    if (all.has(chunk.file)) return
    all.add(chunk.file)
    chunk.imports?.forEach(load)
  }
  load('index.html')
  const bytes = [...all].reduce((sum, file) => sum + statSync(join(DIST, `${file}.gz`)).size, 0)
  console.log(`first load: ${(bytes / KIBIBYTE).toFixed(1)} KB of gzipped script in ${all.size} file(s)`)
  expect(bytes).toBeLessThan(SCRIPT_BYTES_MAX)
  const entry = readFileSync(join(DIST, manifest['index.html']!.file), 'utf8')
  expect(entry, 'the chart of the console is not among it').not.toContain('uPlot')
})
