import type { FastifySchemaCompiler } from 'fastify'
import type { TSchema } from 'typebox'
import { compileValidator } from './validate.ts'

/**
 * The `validatorCompiler` of routes whose body has several shapes – one entry or a list of them, an object or nothing: what is
 * wrong is told of the shape that was meant, not of each. The first is meant where none fits.
 */
export const compileByShape: FastifySchemaCompiler<TSchema> = (route) => {
  const { anyOf } = route.schema as { anyOf?: (TSchema & { type?: string })[] }
  if (anyOf === undefined) return compileValidator(route)
  const shapes = anyOf.map((schema) => ({
    type: schema.type,
    validate: compileValidator({ ...route, schema }),
  }))
  return (input: unknown) => (shapes.find(({ type }) => type === typeOf(input)) ?? shapes[0]!).validate(input)
}

function typeOf(input: unknown): string {
  if (input === null) return 'null'
  return Array.isArray(input) ? 'array' : typeof input
}
