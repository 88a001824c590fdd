// Every answer of a flow test against the OpenAPI document: a status, error code, or field that is not described is a disagreement.
import { Compile } from 'typebox/compile'
import { readOpenApi } from '../../client/generate.ts'

interface Schema {
  $ref?: string
  type?: string
  anyOf?: Schema[]
  properties?: Record<string, Schema>
  patternProperties?: Record<string, Schema>
  additionalProperties?: unknown
  items?: Schema
}

interface Described {
  accepts(body: unknown): boolean
  /** Of an error: the codes that may come. */
  codes: Set<string> | undefined
}

interface Route {
  method: string
  name: string
  pattern: RegExp
  /** By status and content type. */
  answers: Map<string, Described>
}

interface SeenAnswer {
  method: string
  /** With or without a query. */
  path: string
  status: number
  contentType: string
  body: unknown
}

export type DocumentCheck = (answer: SeenAnswer) => string | undefined

/** What is wrong with an answer; undefined where nothing is, and for addresses that are no route. */
export async function createDocumentCheck(): Promise<DocumentCheck> {
  const routes = await readRoutes()
  return ({ method, path, status, contentType, body }) => {
    const [address = ''] = path.split('?')
    const route = routes.find((one) => one.method === method && one.pattern.test(address))
    if (route === undefined) return undefined
    const kind = contentType.split(';')[0]!.trim()
    const code = (body as { code?: string } | undefined)?.code
    // An address that does not even look like the route's; a gateway says so in words of its own.
    if (code === 'NOT_FOUND' || code === 'MALFORMED_REQUEST') return undefined
    const described = route.answers.get(`${status} ${kind}`)
    if (described === undefined) return `${route.name} answered ${status} ${kind}, which is not described`
    if (!described.accepts(body))
      return `${route.name} answered ${status} with another body than described: ${JSON.stringify(body).slice(0, 500)}`
    if (described.codes !== undefined && !described.codes.has(code ?? ''))
      return `${route.name} answered ${status} ${code}, which is not described`
    return undefined
  }
}

async function readRoutes(): Promise<Route[]> {
  const { paths, components } = await readOpenApi()
  const problem = Compile(strict(components.schemas['Problem'] as Schema) as never)
  return (
    Object.entries(paths)
      .flatMap(([path, operations]) =>
        Object.entries(operations).map(([method, { responses }]): Route => {
          const answers = Object.entries(responses).flatMap(
            ([status, { content }]): [string, Described][] => {
              const kinds = Object.entries(content ?? {}) as [
                string,
                { schema?: Schema; examples?: object },
              ][]
              const isEmpty = kinds.every(([, { schema }]) => schema?.type === 'null')
              if (isEmpty)
                return [
                  [`${status} `, { accepts: (body) => body === '' || body === undefined, codes: undefined }],
                ]
              return kinds.map(([kind, { schema = {}, examples = {} }]) => {
                const isProblem = kind === 'application/problem+json'
                const validator = isProblem ? problem : Compile(strict(schema) as never)
                return [
                  `${status} ${kind}`,
                  {
                    accepts: (body) => validator.Check(body),
                    codes: isProblem ? new Set(Object.keys(examples)) : undefined,
                  },
                ]
              })
            },
          )
          const pattern = new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`)
          return {
            method: method.toUpperCase(),
            name: `${method.toUpperCase()} ${path}`,
            pattern,
            answers: new Map(answers),
          }
        }),
      )
      // `/items/batch` before `/items/{itemId}`.
      .sort((one, other) => one.name.split('{').length - other.name.split('{').length)
  )
}

/** The schema with no room for fields that it does not name. */
function strict(schema: Schema): Schema {
  const { properties, items, anyOf, patternProperties } = schema
  const isOpen = schema.additionalProperties !== undefined || patternProperties !== undefined
  const inner = (parts: Record<string, Schema>): Record<string, Schema> =>
    Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, strict(part)]))
  return {
    ...schema,
    ...(properties !== undefined && { properties: inner(properties) }),
    ...(properties !== undefined && !isOpen && { additionalProperties: false }),
    ...(items !== undefined && { items: strict(items) }),
    ...(anyOf !== undefined && { anyOf: anyOf.map(strict) }),
  }
}
