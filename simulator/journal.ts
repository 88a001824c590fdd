// A file of lines, one for each change, written before the answer leaves: what was answered survives a kill.
import { closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs'

export interface Line {
  kind: 'payment' | 'answer' | 'clock' | 'netcancel'
  value: unknown
}

export interface Journal {
  write(kind: Line['kind'], value: unknown): void
  /** Starts anew with these lines. */
  rewrite(lines: readonly Line[]): void
  close(): void
}

export const noJournal: Journal = { write: () => {}, rewrite: () => {}, close: () => {} }

export function readJournal(path: string): Line[] {
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((text) => {
      try {
        return text === '' ? [] : [JSON.parse(text) as Line]
      } catch {
        // The last line of a process that was killed while it wrote.
        return []
      }
    })
}

export function openJournal(path: string): Journal {
  let file = openSync(path, 'a')
  return {
    write: (kind, value) => void writeSync(file, `${JSON.stringify({ kind, value })}\n`),
    rewrite(lines) {
      closeSync(file)
      writeFileSync(`${path}.new`, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
      renameSync(`${path}.new`, path)
      file = openSync(path, 'a')
    },
    close: () => closeSync(file),
  }
}
