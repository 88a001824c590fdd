// Settings of the embedded PostgreSQL, as data.
import { totalmem } from 'node:os'

const MEBIBYTE = 1024 * 1024

/** A quarter of a gigabyte, or an eighth of a small machine. */
const sharedBuffersMb = Math.max(32, Math.min(256, Math.floor(totalmem() / 8 / MEBIBYTE)))

const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '',
  port: '5432',
  unix_socket_permissions: '0700',
  max_connections: '100',
  shared_buffers: `${sharedBuffersMb}MB`,

  // A confirmed order is on disk: never traded for speed.
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',

  // A sale writes much in little time: few checkpoints, no replicas to feed. The log is enough for a backup while it runs.
  wal_level: 'replica',
  max_wal_senders: '0',
  wal_compression: 'off',
  min_wal_size: '256MB',
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',

  // Every statement is short; planning aids for long ones only cost.
  jit: 'off',
  max_parallel_workers_per_gather: '0',

  timezone: 'UTC',
  log_timezone: 'UTC',
  // Refused statements are answers, not faults, and may carry personal data: the server's own troubles are logged, they are not.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
}

export function settingsAsArguments(socketDir: string): string[] {
  // The setting is a list, in which a quoted name may hold blanks and commas.
  const all = { ...SETTINGS, unix_socket_directories: `"${socketDir.replaceAll('"', '""')}"` }
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}
