// An error of the command line, as told to whoever typed it.
import { ConfigError } from '../config.ts'
import { DataDirInUse } from '../platform/data-dir.ts'
import { isUnavailable, sqlState } from '../platform/db.ts'
import { AppError } from '../platform/errors.ts'
import { CommandError } from './command.ts'

export function explain(error: unknown): string {
  if (error instanceof CommandError || error instanceof ConfigError || error instanceof DataDirInUse)
    return error.message
  if (error instanceof AppError) {
    const fields = error.fields.map(
      ({ field, reason }) => `\n  - ${field}: ${typeof reason === 'string' ? reason : reason.en}`,
    )
    return `refused (${error.code})${fields.join('')}`
  }
  if (isListenError(error)) {
    if (error.code === 'EADDRINUSE')
      return `port ${error.port} is in use: set PORT to another one (0 takes a free one)`
    if (error.code === 'EACCES')
      return `port ${error.port} may not be used by this user: set PORT to one above 1023`
    return `${error.address} can not be listened on: set HOST to an address of this machine`
  }
  if (isForbidden(error))
    return `${error.path} may not be read or written by this user: set DATA_DIR to another folder`
  if (isUnavailable(error))
    return `PostgreSQL can not be used (${sqlState(error) ?? 'no answer'}): is DATABASE_URL right, and is it up?`
  // The platform's errors say what to do; of a fault in the code the stack says more.
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause instanceof Error ? `\n  because: ${error.cause.message}` : ''
  const code = sqlState(error)
  return `${error.stack ?? error.message}${cause}${code === undefined ? '' : `\n  code: ${code}`}`
}

function isListenError(error: unknown): error is NodeJS.ErrnoException & { port: number; address: string } {
  return error instanceof Error && 'syscall' in error && error.syscall === 'listen'
}

function isForbidden(error: unknown): error is NodeJS.ErrnoException & { path: string } {
  return (
    error instanceof Error && ['EACCES', 'EPERM', 'EROFS'].includes(sqlState(error) ?? '') && 'path' in error
  )
}
