// Requests against their schemas: what is wrong, field by field, without showing anything personal.
import type { FastifySchemaCompiler } from 'fastify'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { AppError, type FieldError } from './errors.ts'
import { reasonOf } from './validation-reasons.ts'

/**
 * Text of the address becomes the number it should be; bodies and headers are taken as they are. What may have several shapes – one
 * entry or a list of them, an object or nothing – is told what is wrong with the shape that was meant, not with each. The first is
 * meant where none fits.
 */
export const compileValidator: FastifySchemaCompiler<TSchema> = (route) => {
  const shapes = shapesOf(route.schema).map((schema) => ({
    type: schema.type,
    validate: compileShape({ ...route, schema }),
  }))
  const [first] = shapes
  if (first === undefined) return compileShape(route)
  return (input: unknown) => (shapes.find(({ type }) => type === typeOf(input)) ?? first).validate(input)
}

type Shape = TSchema & { type?: string }

/** Of a union whose parts are told apart by their type. */
function shapesOf(schema: TSchema): readonly Shape[] {
  const { anyOf = [] } = schema as { anyOf?: Shape[] }
  const types = new Set(anyOf.map(({ type }) => type))
  return types.size === anyOf.length && !types.has(undefined) ? anyOf : []
}

function typeOf(input: unknown): string {
  if (input === null) return 'null'
  return Array.isArray(input) ? 'array' : typeof input
}

const compileShape: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const validator = Compile(schema)
  const inAddress = httpPart === 'querystring' || httpPart === 'params'
  const properties = (schema as { properties?: Record<string, { type?: string }> }).properties ?? {}
  return (input: unknown) => {
    const value = inAddress ? readNumbers(properties, input as Record<string, unknown>) : input
    if (validator.Check(value)) return { value }
    const errors = validator.Errors(value)
    const wrongType = inAddress && errors.some((error) => error.keyword === 'type')
    const fields = fieldErrors(errors, value, httpPart ?? 'body')
    return { error: new AppError(wrongType ? 'INVALID_TYPE_VALUE' : 'INVALID_INPUT_VALUE', { fields }) }
  }
}

const DECIMAL = /^-?\d{1,16}$/

function readNumbers(
  properties: Record<string, { type?: string }>,
  input: Record<string, unknown>,
): Record<string, unknown> {
  const value = { ...input }
  for (const [name, { type }] of Object.entries(properties)) {
    const text = value[name]
    if (type === 'integer' && typeof text === 'string' && DECIMAL.test(text)) value[name] = Number(text)
  }
  return value
}

const PERSONAL = /password|email|phone|address|name|token|verificationCode|userStr/i
const VALUE_CHARACTERS_MAX = 100

interface SchemaError {
  instancePath: string
  keyword: string
  params: object & Record<string, unknown>
  message: string
}

const FIELD_ERRORS_MAX = 20

/** One entry for each thing wrong; missing and unknown fields are named themselves, not by their parent. */
function fieldErrors(errors: readonly SchemaError[], input: unknown, part: string): FieldError[] {
  return errors.slice(0, FIELD_ERRORS_MAX).flatMap((error) => {
    // Beside "additional property" the checker reports the property's own schema, which is `false`: the same thing twice.
    if (error.keyword === 'boolean') return []
    const parent = error.instancePath.slice(1).replaceAll('/', '.')
    const named = error.params['requiredProperties'] ?? error.params['additionalProperties']
    const reason = reasonOf(error)
    if (!Array.isArray(named))
      return [{ field: parent || part, value: shownValue(parent, valueAt(input, parent)), reason }]
    return (named as string[]).map((name) => {
      const field = parent === '' ? name : `${parent}.${name}`
      return { field, value: shownValue(field, valueAt(input, field)), reason }
    })
  })
}

function valueAt(input: unknown, path: string): unknown {
  if (path === '') return undefined
  let value = input
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as Record<string, unknown>)[name]
  }
  return value
}

/** The refused value as text for `errors[].value`: never of a personal field, never long; lists and objects are not shown. */
function shownValue(field: string, value: unknown): string {
  const isShort = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
  return isShort && !PERSONAL.test(field) ? String(value).slice(0, VALUE_CHARACTERS_MAX) : ''
}
