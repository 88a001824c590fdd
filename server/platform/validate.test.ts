import { Type, type TSchema } from 'typebox'
import { expect, test } from 'vitest'
import { AppError } from './errors.ts'
import { compileValidator } from './validate.ts'

function fieldsOf(schema: TSchema, input: unknown): string[] {
  const validate = compileValidator({ schema, method: 'POST', url: '/', httpPart: 'body' })
  const result = validate(input) as { error?: unknown; value?: unknown }
  if (result.error === undefined) return []
  return result.error instanceof AppError ? result.error.fields.map(({ field }) => field) : ['fault']
}

const strict = { additionalProperties: false }
const Entry = Type.Object({ itemId: Type.Integer(), quantity: Type.Integer({ minimum: 1 }) }, strict)
const good = { itemId: 1, quantity: 2 }
const bad = { itemId: 1, quantity: 0 }

const OneOrMany = Type.Union([Entry, Type.Array(Entry, { minItems: 1 })])
const OneOrNothing = Type.Union([Entry, Type.Null()])

test.each<[string, TSchema, unknown, string[]]>([
  ['one', OneOrMany, good, []],
  ['many', OneOrMany, [good, good], []],
  ['a wrong one', OneOrMany, bad, ['quantity']],
  ['a wrong one of many', OneOrMany, [good, bad], ['1.quantity']],
  ['none of many', OneOrMany, [], ['body']],
  ['nothing where one or many are meant', OneOrMany, null, ['body']],
  ['text where one or many are meant', OneOrMany, 'text', ['body']],
  ['nothing where it may be nothing', OneOrNothing, null, []],
  ['a wrong one where it may be nothing', OneOrNothing, { itemId: 1 }, ['quantity']],
])('%s is told of the shape that was meant', (_, schema, input, fields) => {
  expect(fieldsOf(schema, input)).toEqual(fields)
})

test('shapes of one type are all tried: none of them is the one that was meant', () => {
  const Either = Type.Union([
    Type.Object({ one: Type.Integer() }, strict),
    Type.Object({ other: Type.Integer() }, strict),
  ])
  expect(fieldsOf(Either, { one: 1 })).toEqual([])
  expect(fieldsOf(Either, { other: 1 })).toEqual([])
  expect(fieldsOf(Either, { third: 1 })).not.toEqual([])
})
