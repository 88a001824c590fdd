// One real PostgreSQL for the run of a vitest project, as durable as in production, with a migrated template database.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { migrateDatabase } from '../../server/compose.ts'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../server/platform/embedded-postgres.ts'
import { createLog } from '../../server/platform/log.ts'

let postgres: EmbeddedPostgres | undefined
let dir = ''

export async function setup(project: TestProject): Promise<void> {
  dir = mkdtempSync(join(tmpdir(), 'hurryup-test-'))
  postgres = await startEmbeddedPostgres({ dir, log: createLog('warn') })
  await migrateDatabase(postgres.url)
  project.provide('templateUrl', postgres.url)
  project.provide('runDir', dir)
  failures = () => project.vitest.state.getCountOfFailedTests()
}

let failures = (): number => 0

export async function teardown(): Promise<void> {
  await postgres?.stop()
  if (failures() === 0) rmSync(dir, { recursive: true, force: true })
  else process.stdout.write(`the databases and logs of this run are kept in ${dir}\n`)
}
