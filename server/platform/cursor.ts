// Lists that go on where the last page ended: cursors that mean nothing to callers, and pages of them.
import { Type, type TArray, type TObject, type TSchema, type TString, type TNull, type TUnion } from 'typebox'
import { AppError } from './errors.ts'

type CursorPart = number | string | null

/** What the parts of a cursor are. A part with `?` may be null. */
type PartKind = 'integer' | 'integer?' | 'text' | 'text?'
type PartOf<Kind extends PartKind> =
  (Kind extends `integer${string}` ? number : string) | (Kind extends `${string}?` ? null : never)
type PartsOf<Kinds extends readonly PartKind[]> = { -readonly [At in keyof Kinds]: PartOf<Kinds[At]> }

const CURSOR_CHARACTERS_MAX = 300
const PAGE_ENTRIES_MAX = 100
const PAGE_ENTRIES = 20

/** Where the next page begins: what the list is sorted by, of the last entry, and its id. */
export function encodeCursor(parts: readonly CursorPart[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}

/** Throws INVALID_CURSOR for everything that `encodeCursor` would not have made of such parts. */
export function decodeCursor<const Kinds extends readonly PartKind[]>(
  text: string,
  kinds: Kinds,
): PartsOf<Kinds> {
  const parts = readParts(text)
  const isOurs =
    parts?.length === kinds.length &&
    parts.every((part, at) => isOfKind(part, kinds[at]!)) &&
    encodeCursor(parts as CursorPart[]) === text
  if (!isOurs) throw new AppError('INVALID_CURSOR')
  return parts as PartsOf<Kinds>
}

function readParts(text: string): unknown[] | undefined {
  if (text.length > CURSOR_CHARACTERS_MAX) return undefined
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
    return Array.isArray(parts) ? parts : undefined
  } catch {
    return undefined
  }
}

function isOfKind(part: unknown, kind: PartKind): boolean {
  if (part === null) return kind.endsWith('?')
  // PostgreSQL keeps any text but the character zero.
  if (kind.startsWith('text')) return typeof part === 'string' && !part.includes('\0')
  return Number.isSafeInteger(part)
}

const CursorText = Type.String({
  minLength: 1,
  maxLength: CURSOR_CHARACTERS_MAX,
  description: '`next` of the page before; of the same list in the same order',
  examples: [encodeCursor([1042])],
})

/** Spread it into a query of one's own, or take it as it is. */
export const CursorQuery = Type.Object({
  cursor: Type.Optional(CursorText),
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: PAGE_ENTRIES_MAX,
      default: PAGE_ENTRIES,
      description: 'Entries of a page',
      examples: [PAGE_ENTRIES],
    }),
  ),
})

const EITHER_OR = {
  ko: 'page, size와 cursor, limit는 함께 사용할 수 없습니다.',
  en: 'Use page and size, or cursor and limit.',
}

/** Whether the query asks for the part after a cursor, and not for a page by its number. Throws where it asks for both. */
export function isByCursor({ page, size, cursor, limit }: PageOrCursor): boolean {
  const byCursor = cursor !== undefined || limit !== undefined
  if (byCursor && (page !== undefined || size !== undefined))
    throw new AppError('INVALID_INPUT_VALUE', {
      fields: [{ field: cursor === undefined ? 'limit' : 'cursor', value: '', reason: EITHER_OR }],
    })
  return byCursor
}

export interface PageOrCursor {
  page?: number | undefined
  size?: number | undefined
  cursor?: string | undefined
  limit?: number | undefined
}

export const limitOf = ({ limit }: { limit?: number | undefined }): number => limit ?? PAGE_ENTRIES

type CursorPageSchema<Entry extends TSchema> = TObject<{
  content: TArray<Entry>
  next: TUnion<[TString, TNull]>
}>

export function CursorPageOf<Entry extends TSchema>(entry: Entry): CursorPageSchema<Entry> {
  return Type.Object(
    {
      content: Type.Array(entry),
      next: Type.Union([
        Type.String({ description: 'Cursor of the next page', examples: [encodeCursor([1042])] }),
        Type.Null({ description: 'This was the last one' }),
      ]),
    },
    { description: 'A part of the list, and where it goes on' },
  )
}

export interface CursorPage<Entry> {
  content: Entry[]
  next: string | null
}

/** `rows` is one more than `limit` where the list goes on: read `limit + 1`. */
export function toCursorPage<Row>(
  rows: readonly Row[],
  limit: number,
  partsOf: (last: Row) => readonly CursorPart[],
): CursorPage<Row> {
  const content = rows.slice(0, limit)
  const last = content.at(-1)
  return { content, next: rows.length > limit && last !== undefined ? encodeCursor(partsOf(last)) : null }
}
