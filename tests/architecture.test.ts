// Who may import whom, what files are called, how large they get: ARCHITECTURE.md as a test.
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')
const files = globSync('server/**/*.ts', { cwd: root }).map((file) => normalize(file))

interface Import {
  file: string
  line: number
  target: string
}

/** Static, dynamic and type imports, whatever number of lines they take. */
function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8')
  const pattern = /(?:\bfrom\s*|\bimport\s*\(\s*|\bimport\s+)'([^']+)'/g
  return [...text.matchAll(pattern)].map((match) => {
    const specifier = match[1]!
    const target = specifier.startsWith('.') ? normalize(join(dirname(file), specifier)) : specifier
    return { file, line: text.slice(0, match.index).split('\n').length, target }
  })
}

const isTest = (file: string): boolean => file.endsWith('.test.ts')
const moduleOf = (file: string): string | undefined => /^server\/modules\/([^/]+)\//.exec(file)?.[1]
const platform = (target: string): boolean => target.startsWith('server/platform/')
const contract = (target: string): boolean => /^server\/modules\/[^/]+\/contract\.ts$/.test(target)

interface Rule {
  who: string
  files: (file: string) => boolean
  may: (target: string, file: string) => boolean
}

/** The first rule that matches a file is its rule. Packages are checked by the last table. */
const RULES: Rule[] = [
  { who: 'platform', files: platform, may: platform },
  {
    who: 'contract.ts',
    files: contract,
    may: (target) => contract(target) || /^server\/platform\/(db|auth|events)\.ts$/.test(target),
  },
  {
    who: 'a module',
    files: (file) => moduleOf(file) !== undefined,
    may: (target, file) =>
      platform(target) ||
      contract(target) ||
      target === 'server/config.ts' ||
      target === 'server/gateway/edge.ts' ||
      target.startsWith(`server/modules/${moduleOf(file)}/`),
  },
  {
    who: 'gateway',
    files: (file) => file.startsWith('server/gateway/'),
    may: (target) => platform(target) || contract(target) || target.startsWith('server/gateway/'),
  },
  {
    who: 'compose.ts',
    files: (file) => file === 'server/compose.ts',
    may: (target) =>
      platform(target) ||
      contract(target) ||
      /^server\/(roles|config|gateway\/[\w-]+|modules\/[^/]+\/module)\.ts$/.test(target),
  },
  {
    who: 'config.ts, roles.ts',
    files: (file) => /^server\/(config|roles)\.ts$/.test(file),
    may: () => false,
  },
  // The command line: everything but the inside of modules.
  {
    who: 'main and commands',
    files: () => true,
    may: (target) => moduleOf(target) === undefined || contract(target),
  },
]

describe('imports', () => {
  const imports = files
    .filter((file) => !isTest(file))
    .flatMap(importsOf)
    .filter(({ target }) => target.startsWith('server/'))

  it('sees the code it judges', () => {
    expect(files.length).toBeGreaterThan(60)
    expect(imports.length).toBeGreaterThan(150)
  })

  it('follow the table', () => {
    const broken = imports.flatMap(({ file, line, target }) => {
      const rule = RULES.find(({ files: covers }) => covers(file))!
      return rule.may(target, file) ? [] : [`${file}:${line} (${rule.who}) may not import ${target}`]
    })
    expect(broken).toEqual([])
  })

  it('reach module.ts from compose.ts alone', () => {
    const others = imports.filter(
      ({ file, target }) => target.endsWith('/module.ts') && file !== 'server/compose.ts',
    )
    expect(others).toEqual([])
  })
})

describe('the text of the code', () => {
  const source = files
    .filter((file) => !isTest(file))
    .map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }))
  const matching = (pattern: RegExp, allowed: RegExp): string[] =>
    source.filter(({ file, text }) => pattern.test(text) && !allowed.test(file)).map(({ file }) => file)

  it('has SQL only where SQL lives', () => {
    expect(
      matching(
        /\bsql`|\bsql<|\.query\(/,
        /\/sql(-[a-z]+)?\.ts$|^server\/platform\/|^server\/gateway\/operations\.ts$/,
      ),
    ).toEqual([])
  })

  it('reads the environment in one place', () => {
    expect(
      matching(
        /process\.env\b/,
        /^server\/(main|commands\/[\w-]+|platform\/(embedded-postgres|postgres-[a-z]+))\.ts$/,
      ),
    ).toEqual([])
  })

  it('names no schema of another module', () => {
    const schemas: Record<string, RegExp> = {
      user: /\busers\.\w/,
      item: /\bitems\.\w+\b(?!\()/,
      stock: /\bstock\.(stock|ledger|sale_audit)\b/,
      order: /\borders\.(orders|line|recipient|carried_units|history|reversal|reversal_line|notice)\b/,
      wishlist: /\bwishlists\.(wishlist|line)\b/,
      cart: /\bcarts\.(cart|line)\b/,
      payment: /\bpayments\.(payment|refund|webhook)\b/,
      shipment: /\bshipments\.(shipment|line)\b/,
    }
    const broken = source.flatMap(({ file, text }) => {
      const own = moduleOf(file)
      if (own === undefined || !/\/sql(-[a-z]+)?\.ts$/.test(file)) return []
      return Object.entries(schemas).flatMap(([module, pattern]) =>
        module !== own && pattern.test(text) ? [`${file} names the schema of ${module}`] : [],
      )
    })
    expect(broken).toEqual([])
  })

  it('uses no empty names', () => {
    const empty = /(^|\/|-)(utils?|helpers?|common|managers?|base|impl|dto|services?|misc)(-|\.|\/)/
    expect(files.filter((file) => empty.test(file) && !/common-passwords/.test(file))).toEqual([])
  })

  it('has names in kebab-case', () => {
    expect(files.filter((file) => !/^[a-z0-9/.-]+$/.test(file))).toEqual([])
  })

  it('stays small: no file past 400 lines', () => {
    expect(source.filter(({ text }) => text.split('\n').length > 400).map(({ file }) => file)).toEqual([])
  })

  it('knows nothing of where it was made', () => {
    expect(matching(/\/work\/|\.library|\.\.\/shared/, /^$/)).toEqual([])
  })
})

describe('the web application', () => {
  const web = globSync('web/**/*.{ts,tsx}', { cwd: root, exclude: ['web/dist*/**'] }).map((file) =>
    normalize(file),
  )
  const featureOf = (path: string): string | undefined => /^web\/features\/([^/]+)\//.exec(path)?.[1]
  const imports = web.flatMap(importsOf)
  const allowed = ({ file, target }: Import): boolean => {
    const isOwn = target.startsWith('web/') || target.startsWith('server/') || target.startsWith('client/')
    if (!isOwn) return true
    // The contract alone, by the typed client.
    if (target === 'client/index.ts') return true
    if (file.startsWith('web/app/')) return target.startsWith('web/')
    const feature = featureOf(file)
    if (feature !== undefined && featureOf(target) === feature) return true
    return target.startsWith('web/shared/') && (feature !== undefined || file.startsWith('web/shared/'))
  }

  it('is put together in web/app: no feature knows another, and none of it knows the server', () => {
    expect(imports.length).toBeGreaterThan(100)
    const broken = imports
      .filter((one) => !allowed(one))
      .filter(({ file }) => !/^web\/[\w.]+\.ts$/.test(file))
    expect(broken).toEqual([])
  })

  it('has names in kebab-case and no file past 400 lines', () => {
    expect(web.filter((file) => !/^[a-z0-9/.-]+$/.test(file))).toEqual([])
    const long = web.filter((file) => readFileSync(join(root, file), 'utf8').split('\n').length > 400)
    expect(long).toEqual([])
  })
})

describe('the simulator of the providers', () => {
  const simulator = globSync('simulator/**/*.ts', { cwd: root }).map((file) => normalize(file))

  it('knows node, fastify and itself: a mistake of the server must not be its mistake, too', () => {
    expect(simulator.length).toBeGreaterThan(20)
    const known = (target: string): boolean =>
      target.startsWith('node:') || target === 'fastify' || target.startsWith('simulator/')
    expect(simulator.flatMap(importsOf).filter(({ target }) => !known(target))).toEqual([])
  })

  it('is known to the server only where it is started', () => {
    const others = files
      .filter((file) => !isTest(file))
      .flatMap(importsOf)
      .filter(({ target }) => target.startsWith('simulator/'))
      .filter(
        ({ file, target }) =>
          file !== 'server/commands/demo-simulator.ts' || target !== 'simulator/simulator.ts',
      )
    expect(others).toEqual([])
  })

  it('has names in kebab-case and no file past 400 lines', () => {
    expect(simulator.filter((file) => !/^[a-z0-9/.-]+$/.test(file))).toEqual([])
    const long = simulator.filter((file) => readFileSync(join(root, file), 'utf8').split('\n').length > 400)
    expect(long).toEqual([])
  })
})

describe('.env.example', () => {
  it('lists the variables that config.ts reads, and no others', () => {
    const config = readFileSync(join(root, 'server/config.ts'), 'utf8')
    const read = new Set(
      [...config.matchAll(/(?:get|required|number|oneOf)\('([A-Z][A-Z0-9_]*)'/g)].map((match) => match[1]),
    )
    const listed = new Set(
      [...readFileSync(join(root, '.env.example'), 'utf8').matchAll(/^#?\s?([A-Z][A-Z0-9_]*)=/gm)].map(
        (match) => match[1],
      ),
    )
    const elsewhere = new Set(['ALLOW_LOAD_SEED'])
    expect([...read].filter((name) => !listed.has(name))).toEqual([])
    expect([...listed].filter((name) => !read.has(name) && !elsewhere.has(name!))).toEqual([])
  })
})

describe('package-lock.json', () => {
  it('has the packages of every platform, not only of the one it was last changed on', () => {
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { optionalDependencies?: Record<string, string> }>
    }
    const missing = Object.entries(lock.packages).flatMap(([, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !Object.keys(lock.packages).some((other) => other.endsWith(`node_modules/${name}`)),
      ),
    )
    expect(missing).toEqual([])
  })
})
