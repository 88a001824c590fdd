// The contract as a document: complete for every route, what answers really look like, and the client made from it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Compile } from 'typebox/compile'
import { beforeAll, describe, expect, it } from 'vitest'
import { readOpenApi, typesOf } from '../../client/generate.ts'
import { LIMITS, RULES } from '../../server/gateway/rules.ts'
import { ERRORS } from '../../server/platform/errors.ts'

interface Content {
  schema?: { type?: string }
  example?: unknown
  examples?: Record<string, { value: unknown }>
}
interface Operation {
  operationId?: string
  summary?: string
  tags?: string[]
  security?: object[]
  parameters?: { name: string; in: string }[]
  requestBody?: { content: Record<string, Content> }
  responses: Record<string, { description?: string; content?: Record<string, Content> }>
}
interface Route {
  name: string
  method: string
  operation: Operation
}

let routes: Route[]
let document: Awaited<ReturnType<typeof readOpenApi>>

beforeAll(async () => {
  document = await readOpenApi()
  routes = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
      method: method.toUpperCase(),
      operation: operation as unknown as Operation,
    })),
  )
})

/** Names of the routes for which it does not hold. */
const failing = (holds: (route: Route) => boolean): string[] =>
  routes.filter((route) => !holds(route)).map(({ name }) => name)

const contents = (route: Route, isGood: boolean): Content[] =>
  Object.entries(route.operation.responses)
    .filter(([status]) => Number(status) < 300 === isGood)
    .flatMap(([, { content = {} }]) => Object.values(content))

describe('every route', () => {
  it('is in the table of rules, and every row of the table is a route', () => {
    expect(routes.map(({ name }) => name).toSorted()).toEqual(Object.keys(RULES).toSorted())
  })

  it('has an authorisation rule and a rate limit', () => {
    expect(failing(({ name }) => RULES[name] !== undefined && RULES[name].limit in LIMITS)).toEqual([])
    const isGuarded = ({ operation }: Route): boolean => operation.security !== undefined
    expect(failing((route) => isGuarded(route) === (RULES[route.name]?.who !== 'everybody'))).toEqual([])
  })

  it('says what it is for, under a name of its own', () => {
    expect(failing(({ operation: { summary, tags } }) => Boolean(summary) && tags?.length === 1)).toEqual([])
    const ids = routes.map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(routes.length)
  })

  it('has a schema for what it takes and for what it answers', () => {
    const hasGood = (route: Route): boolean =>
      Object.keys(route.operation.responses).some((status) => Number(status) < 400)
    expect(failing(hasGood)).toEqual([])
    const isTyped = ({ schema }: Content): boolean => schema !== undefined && Object.keys(schema).length > 0
    expect(
      failing((route) =>
        [...Object.values(route.operation.requestBody?.content ?? {}), ...contents(route, true)].every(
          isTyped,
        ),
      ),
    ).toEqual([])
    const namesParameters = ({ name, operation }: Route): boolean =>
      [...name.matchAll(/:(\w+)/g)].every(([, parameter]) =>
        operation.parameters?.some((one) => one.in === 'path' && one.name === parameter),
      )
    expect(failing(namesParameters)).toEqual([])
  })

  it('has an example of each', () => {
    const hasExample = ({ schema, example }: Content): boolean =>
      schema?.type === 'null' || example !== undefined
    expect(
      failing((route) =>
        [...Object.values(route.operation.requestBody?.content ?? {}), ...contents(route, true)].every(
          hasExample,
        ),
      ),
    ).toEqual([])
  })

  it('has examples that its own schemas accept', () => {
    const isAccepted = ({ schema, example }: Content): boolean =>
      schema === undefined || example === undefined || Compile(schema as never).Check(example)
    expect(
      failing((route) =>
        [...Object.values(route.operation.requestBody?.content ?? {}), ...contents(route, true)].every(
          isAccepted,
        ),
      ),
    ).toEqual([])
  })

  it('names its errors, each with an example that is what would be answered', () => {
    const broken = routes.flatMap((route) => {
      const problems = contents(route, false)
      if (problems.length === 0) return [`${route.name}: none`]
      return Object.entries(route.operation.responses).flatMap(([status, { content = {} }]) =>
        Object.entries(content['application/problem+json']?.examples ?? {}).flatMap(([code, { value }]) => {
          const isRight =
            code in ERRORS &&
            ERRORS[code as keyof typeof ERRORS].status === Number(status) &&
            (value as { code: string }).code === code
          return isRight ? [] : [`${route.name}: ${status} ${code}`]
        }),
      )
    })
    expect(broken).toEqual([])
    const withoutExample = failing((route) =>
      contents(route, false).every(({ examples = {} }) => Object.keys(examples).length > 0),
    )
    expect(withoutExample).toEqual([])
  })

  it('takes an Idempotency-Key where it writes for somebody', () => {
    const takesKey = ({ operation }: Route): boolean =>
      operation.parameters?.some(({ name }) => name === 'idempotency-key') === true
    expect(failing((route) => takesKey(route) === (RULES[route.name]?.key !== undefined))).toEqual([])
    const writesWithoutKey = routes.filter(
      ({ name, method }) =>
        method !== 'GET' && RULES[name]?.who !== 'everybody' && RULES[name]?.key === undefined,
    )
    // Reads that need a body.
    expect(writesWithoutKey.map(({ name }) => name)).toEqual([
      'POST /item-service/api/v1/internal/items/batch',
    ])
  })
})

describe('the client', () => {
  it('is made from the document as it is: `npm run client` brings it up to date', async () => {
    const kept = readFileSync(join(import.meta.dirname, '..', '..', 'client', 'schema.ts'), 'utf8')
    expect(await typesOf(document)).toBe(kept)
  })
})
