// What deploy/ says once its tools have read it: compose files merged and filled in, the chart rendered.
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'

const ROOT = join(import.meta.dirname, '../..')
export const CHART = join(ROOT, 'deploy/helm/hurry-up-order')
/** The oldest that the chart takes. */
export const KUBERNETES_OLDEST = '1.30.0'

export const readText = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

interface Finished {
  code: number
  stdout: string
  /** With stdout before it. */
  output: string
}

/** With nothing of our environment but PATH and HOME: a variable of this machine must not fill in what is missing. */
export function runTool(name: string, args: readonly string[]): Promise<Finished> {
  const { PATH, HOME } = process.env
  return new Promise((resolve) => {
    execFile(
      name,
      args,
      { cwd: ROOT, env: { PATH, HOME }, maxBuffer: 16 << 20, timeout: 60_000 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 127
        resolve({ code, stdout, output: `${stdout}${stderr}${code === 127 ? error?.message : ''}` })
      },
    )
  })
}

/** What it printed; throws where it did not end well. */
export function wellDone({ code, stdout, output }: Finished): string {
  if (code !== 0) throw new Error(output)
  return stdout
}

/** Names of a file like .env.example, set or commented out, with what is after the `=`. */
export function readExample(path: string): Map<string, string> {
  const lines = readText(path).matchAll(/^#? ?([A-Z][A-Z0-9_]*)=(.*)$/gm)
  return new Map([...lines].map(([, name = '', value = '']) => [name, value]))
}

interface ComposeService {
  image?: string
  build?: { dockerfile: string }
  command?: string[] | null
  environment?: Record<string, string>
  ports?: { target: number; published: string; host_ip?: string }[]
  healthcheck?: { test?: string[]; disable?: boolean }
  depends_on?: Record<string, { condition: string }>
  deploy?: { replicas?: number }
  networks?: Record<string, unknown>
  volumes?: { type: string; source: string; target: string; read_only?: boolean }[]
  [key: string]: unknown
}

export interface ComposeProject {
  services: Record<string, ComposeService>
  networks: Record<string, { internal?: boolean }>
}

/** `docker compose config`, with `settings` as the file of variables. */
export async function readCompose(
  file: string,
  settings: Readonly<Record<string, string>>,
): Promise<Finished> {
  const dir = mkdtempSync(join(tmpdir(), 'hurryup-compose-'))
  const env = join(dir, 'compose.env')
  writeFileSync(
    env,
    Object.entries(settings)
      .map(([name, value]) => `${name}='${value}'\n`)
      .join(''),
  )
  const args = ['--env-file', env, '-f', `deploy/${file}`, 'config', '--format', 'json']
  const finished = await runTool('docker-compose', args)
  rmSync(dir, { recursive: true, force: true })
  return finished
}

export interface Manifest {
  apiVersion: string
  kind: string
  metadata: { name: string; labels?: Record<string, string>; annotations?: Record<string, string> }
  spec: {
    replicas?: number
    minReplicas?: number
    maxReplicas?: number
    metrics?: unknown[]
    scaleTargetRef?: { name: string }
    selector?: { matchLabels?: Record<string, string> } & Record<string, unknown>
    rules?: { host: string; http: { paths: IngressPath[] } }[]
    template: { metadata: { labels: Record<string, string> }; spec: PodSpec }
  }
}

interface IngressPath {
  path: string
  pathType: string
  backend: { service: { name: string } }
}

interface PodSpec {
  terminationGracePeriodSeconds: number
  containers: {
    image: string
    args: string[]
    env: { name: string; value?: string; valueFrom?: { secretKeyRef: { name: string; key: string } } }[]
    lifecycle: { preStop: { sleep: { seconds: number } } }
  }[]
}

/** `helm template`; `args` are values files and `--set`s. */
export const renderChart = (args: readonly string[]): Promise<Finished> =>
  runTool('helm', ['template', 'shop', CHART, '--kube-version', KUBERNETES_OLDEST, ...args])

export function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text).flatMap((document) => {
    if (document.errors.length > 0) throw new Error(document.errors.join('\n'))
    const manifest = document.toJS() as Manifest | null
    return manifest === null ? [] : [manifest]
  })
}
