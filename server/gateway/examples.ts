// Examples of every body and answer in the API's description, put together from those of their parts.
import { ERRORS, renderProblem, type ErrorCode } from '../platform/errors.ts'
import { Problem } from '../platform/problem-schema.ts'

interface Schema {
  $ref?: string
  type?: string
  const?: unknown
  enum?: unknown[]
  examples?: unknown[]
  default?: unknown
  anyOf?: Schema[]
  properties?: Record<string, Schema>
  items?: Schema
  additionalProperties?: Schema | boolean
  patternProperties?: Record<string, Schema>
}

/** Undefined where a part of it has none. Optional parts are shown, too. */
function exampleOf(schema: Schema): unknown {
  if (schema.examples !== undefined) return schema.examples[0]
  if (schema.const !== undefined) return schema.const
  if (schema.enum !== undefined) return schema.enum[0]
  if (schema.anyOf !== undefined) return exampleOf(schema.anyOf[0]!)
  if (schema.type === 'object') return exampleOfObject(schema)
  if (schema.type === 'null') return null
  if (schema.type === 'boolean') return schema.default ?? true
  if (schema.type !== 'array') return schema.default
  const entry = exampleOf(schema.items ?? {})
  return entry === undefined ? undefined : [entry]
}

function exampleOfObject({ properties = {}, patternProperties }: Schema): unknown {
  const parts = Object.entries(properties).map(([name, part]) => [name, exampleOf(part)] as const)
  const [anyName] = Object.values(patternProperties ?? {})
  if (anyName !== undefined) parts.push(['1', exampleOf(anyName)])
  return parts.some(([, part]) => part === undefined) ? undefined : Object.fromEntries(parts)
}

interface Content {
  schema?: Schema
  example?: unknown
  examples?: Record<string, { value: unknown }>
}

interface Operation {
  requestBody?: { required?: boolean; content?: Record<string, Content> }
  responses?: Record<string, { description?: string; content?: Record<string, Content> }>
}

interface Document {
  paths?: Record<string, Record<string, Operation>>
  components?: { schemas?: Record<string, Schema> }
}

/** The same document, with `example` or `examples` beside the schemas, and the one schema of all errors written once. */
export function addExamples(document: object): object {
  const { paths = {}, components = {} } = document as Document
  components.schemas = {
    ...components.schemas,
    Problem: { ...Problem, examples: [problemExample('NOT_FOUND_ITEM', '/')] },
  }
  for (const [path, operations] of Object.entries(paths))
    for (const operation of Object.values(operations)) addToOperation(path, operation)
  return document
}

function addToOperation(path: string, { requestBody, responses = {} }: Operation): void {
  for (const content of Object.values(requestBody?.content ?? {})) {
    addExample(content)
    // A body that may be null may be left out.
    if (content.schema?.anyOf?.some(({ type }) => type === 'null') === true) requestBody!.required = false
  }
  for (const { description = '', content = {} } of Object.values(responses)) {
    for (const [type, one] of Object.entries(content)) {
      if (type !== 'application/problem+json') addExample(one)
      else {
        one.schema = PROBLEM_REF
        one.examples = problemExamples(path, description)
      }
    }
  }
}

function addExample(content: Content): void {
  if (content.schema === undefined || content.example !== undefined) return
  const example = exampleOf(content.schema)
  if (example !== undefined) content.example = example
}

/** The description names the codes. */
function problemExamples(path: string, description: string): Record<string, { value: unknown }> {
  const codes = description.split(', ').filter((code): code is ErrorCode => code in ERRORS)
  return Object.fromEntries(codes.map((code) => [code, { value: problemExample(code, path) }]))
}

const PROBLEM_REF: Schema = { $ref: '#/components/schemas/Problem' }

const problemExample = (code: ErrorCode, path: string): unknown =>
  JSON.parse(renderProblem(code, 'ko', { path, id: 'b1946ac92492-7' }))
