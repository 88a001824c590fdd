// The command line: starts the simulator with what the environment says, and ends it with a signal.
import { readSettings } from './settings.ts'
import { startSimulator } from './simulator.ts'

const simulator = await startSimulator(readSettings(process.env))
process.stdout.write(`simulator on ${simulator.url}\n`)

let isEnding = false
async function end(): Promise<void> {
  if (isEnding) return
  isEnding = true
  await simulator.stop()
  process.exit(0)
}
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void end())
// Started by a launcher that is gone.
process.on('disconnect', () => void end())
// Whoever read our output may be gone.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
