import { pino, type Logger } from 'pino'

export type Log = Logger

/** JSON lines on stderr (stdout belongs to the command line's answers). Secrets and personal data are cut by name. */
export function createLog(level: string): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: [
          'password',
          'email',
          'token',
          '*.password',
          '*.email',
          '*.token',
          '*.phoneNumber',
          '*.address',
          'req.headers.authorization',
          'req.headers.cookie',
        ],
        censor: '[cut]',
      },
    },
    pino.destination({ fd: 2, sync: false }),
  )
}
