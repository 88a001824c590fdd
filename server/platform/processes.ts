// What the operating system knows of other processes.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

const HAS_PROC = existsSync('/proc/self/stat')

/** True while there is a process of this number, of whatever user. */
export function isProcess(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** The words of its command line with a blank after each; empty where there is no such process. */
export function commandLineOf(pid: number): string {
  if (!HAS_PROC) return `${ps(pid, 'command=')} `
  return readProc(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')
}

/** Numbers of processes are used again, start times with them are not. Empty where there is no such process. */
export function startTimeOf(pid: number): string {
  if (!HAS_PROC) return ps(pid, 'lstart=')
  const stat = readProc(`/proc/${pid}/stat`)
  // The second field is the program's name in brackets, which may hold blanks; the start is the 22nd.
  const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  return ticks === undefined ? '' : `${readProc('/proc/sys/kernel/random/boot_id').trim()}/${ticks}`
}

function readProc(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function ps(pid: number, column: string): string {
  return (
    spawnSync('ps', ['-ww', '-o', column, '-p', String(pid)], {
      encoding: 'utf8',
      timeout: 5_000,
    }).stdout?.trim() ?? ''
  )
}
