// The examples of both READMEs, run as a newcomer would: against a demo on a fresh data folder.
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { launch, untilReady } from '../support/demo-process.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..', '..')

/** Commands that are followed by the answer they should give. */
function examplesOf(readme: string): { script: string; answer: object }[] {
  const text = readFileSync(join(root, readme), 'utf8')
  return [...text.matchAll(/```sh\n(curl[\s\S]*?)```\n```json\n([\s\S]*?)```/g)].map((match) => ({
    script: match[1]!,
    answer: JSON.parse(match[2]!) as object,
  }))
}

describe.each(['README.md', 'README.ko.md'])('%s', (readme) => {
  it('shows a first purchase that works as it says', { timeout: 120_000 }, async () => {
    const examples = examplesOf(readme)
    expect(examples).toHaveLength(7)
    const dir = mkdtempSync(join(tmpdir(), 'hurryup-readme-'))
    const demo = launch(['start'], { DATA_DIR: join(dir, 'data'), PORT: '0' })
    try {
      const address = await untilReady(demo)
      for (const { script, answer } of examples) {
        const { stdout } = await run(
          'bash',
          ['-e', '-c', script.replaceAll('http://127.0.0.1:7070', address)],
          {
            cwd: dir,
            timeout: 20_000,
          },
        )
        expect(JSON.parse(stdout)).toMatchObject(answer)
      }
    } finally {
      demo.child.kill('SIGTERM')
      await demo.exited
      rmSync(dir, { recursive: true, force: true })
    }
  })
})

describe('the two READMEs', () => {
  it('show the same commands and the same sections', () => {
    const shape = (readme: string): string[] =>
      readFileSync(join(root, readme), 'utf8')
        .split('\n')
        .filter((line) => /^(##|```|\| `)/.test(line))
        .map((line) => (line.startsWith('##') ? '##' : line.split('|', 2).join('|').trim()))
    expect(shape('README.ko.md')).toEqual(shape('README.md'))
  })
})
