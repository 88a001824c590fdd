// `npm run client`: the types of every route, from the service's own OpenAPI document, in the shape that openapi-fetch reads.
import { writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { pino } from 'pino'
import { format } from 'prettier'
import { compose } from '../server/compose.ts'
import { readConfig } from '../server/config.ts'

interface Schema {
  $ref?: string
  type?: string
  const?: unknown
  enum?: unknown[]
  anyOf?: Schema[]
  properties?: Record<string, Schema>
  patternProperties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  description?: string
}

type Content = Record<string, { schema?: Schema }>

interface Operation {
  summary?: string
  description?: string
  parameters?: { in: string; name: string; required?: boolean; schema: Schema; description?: string }[]
  requestBody?: { required?: boolean; content: Content }
  responses: Record<string, { content?: Content }>
}

export interface OpenApi {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema> }
}

/** The document of the code as it stands; nothing is connected to. */
export async function readOpenApi(): Promise<OpenApi> {
  const config = readConfig('demo', {
    TOKEN_SECRET: 'to read the document nothing is signed',
    PII_KEYS: `k1:${Buffer.alloc(32).toString('base64')}`,
    DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
  })
  const app = await compose(config, pino({ level: 'silent' }))
  const answer = await app.http.inject('/openapi.json')
  await app.stop()
  return answer.json()
}

/** The text of schema.ts. */
export function typesOf({ paths, components }: OpenApi): Promise<string> {
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) => `export type ${name} = ${typeOf(schema)}`,
  )
  const routes = Object.entries(paths).map(
    ([path, operations]) =>
      `${JSON.stringify(path)}: {${Object.entries(operations).map(operationOf).join('\n')}}`,
  )
  const text = `// Made by \`npm run client\` from the service's OpenAPI document. Do not edit.
${schemas.join('\n')}
/** All errors of a route have one shape. */
type Problems<Status extends number> = Record<Status, { content: { 'application/problem+json': Problem } }>
export interface paths {${routes.join('\n')}}
`
  return format(text, { parser: 'typescript', semi: false, singleQuote: true, printWidth: 110 })
}

function operationOf([method, operation]: [string, Operation]): string {
  const { summary = '', description, parameters = [], requestBody, responses } = operation
  const groups = ['query', 'path', 'header'].flatMap((place) => {
    const own = parameters.filter((parameter) => parameter.in === place)
    if (own.length === 0) return []
    const isRequired = own.some((parameter) => parameter.required === true)
    return [`${place}${isRequired ? '' : '?'}: {${own.map(parameterOf).join('\n')}}`]
  })
  const body =
    requestBody === undefined
      ? ''
      : `requestBody${requestBody.required === true ? '' : '?'}: { content: ${contentOf(requestBody.content)} }`
  const answers = Object.entries(responses).filter(([, { content }]) => !isProblem(content))
  const problems = Object.entries(responses).filter(([, { content }]) => isProblem(content))
  return `${comment([summary, description].filter(Boolean).join(' – '))}${method}: {
    parameters: {${groups.join('\n')}}
    ${body}
responses: {${answers.map(answerOf).join('\n')}} & Problems<${problems.map(([status]) => status).join(' | ')}>
  }`
}

const isProblem = (content: Content | undefined): boolean =>
  content?.['application/problem+json'] !== undefined

const answerOf = ([status, { content }]: [string, { content?: Content }]): string =>
  `${status}: { content: ${content === undefined ? '{}' : contentOf(content)} }`

const parameterOf = (parameter: NonNullable<Operation['parameters']>[number]): string =>
  `${comment(parameter.description)}${JSON.stringify(parameter.name)}${parameter.required === true ? '' : '?'}: ${typeOf(parameter.schema)}`

function contentOf(content: Content): string {
  const kinds = Object.entries(content).filter(([, { schema }]) => schema?.type !== 'null')
  return `{${kinds.map(([kind, { schema = {} }]) => `${JSON.stringify(kind)}: ${typeOf(schema)}`).join('\n')}}`
}

const comment = (text: string | undefined): string =>
  text === undefined || text === '' ? '' : `/** ${text.replaceAll('*/', '* /')} */\n`

const SIMPLE: Readonly<Record<string, string>> = {
  string: 'string',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  null: 'null',
}

function typeOf(schema: Schema): string {
  const { $ref, anyOf, type = '', items = {} } = schema
  if ($ref !== undefined) return $ref.split('/').at(-1)!
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  if (anyOf !== undefined) return anyOf.map((part) => `(${typeOf(part)})`).join(' | ')
  if (type === 'array') return `(${typeOf(items)})[]`
  return type === 'object' ? objectOf(schema) : (SIMPLE[type] ?? 'unknown')
}

function objectOf({ properties = {}, patternProperties = {}, required = [] }: Schema): string {
  const [anyProperty] = Object.values(patternProperties)
  if (anyProperty !== undefined) return `Record<string, ${typeOf(anyProperty)}>`
  const parts = Object.entries(properties).map(
    ([name, part]) =>
      `${comment(part.description)}${JSON.stringify(name)}${required.includes(name) ? '' : '?'}: ${typeOf(part)}`,
  )
  return parts.length === 0 ? 'Record<string, unknown>' : `{${parts.join('\n')}}`
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  writeFileSync(new URL('schema.ts', import.meta.url), await typesOf(await readOpenApi()))
