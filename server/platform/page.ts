// Pages of a list, in the shape of the original contract: a Spring `Page`.
import {
  Type,
  type Static,
  type TArray,
  type TBoolean,
  type TInteger,
  type TObject,
  type TSchema,
} from 'typebox'

const PAGE_SIZE_MAX = 100

export const PageQuery = Type.Object({
  page: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 1_000_000,
      default: 0,
      description: 'Counted from 0',
      examples: [0],
    }),
  ),
  size: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: PAGE_SIZE_MAX,
      default: 20,
      description: 'Entries of a page',
      examples: [20],
    }),
  ),
})

export interface PageRequest {
  page: number
  size: number
}

export function toPageRequest({
  page = 0,
  size = 20,
}: {
  page?: number | undefined
  size?: number | undefined
}): PageRequest {
  return { page, size }
}

const Sort = Type.Object({
  empty: Type.Boolean({ default: true }),
  sorted: Type.Boolean({ default: false }),
  unsorted: Type.Boolean({ default: true }),
})
const Pageable = Type.Object({
  pageNumber: Type.Integer({ examples: [0] }),
  pageSize: Type.Integer({ examples: [20] }),
  offset: Type.Integer({ examples: [0] }),
  paged: Type.Boolean({ default: true }),
  unpaged: Type.Boolean({ default: false }),
  sort: Sort,
})

type PageSchema<Entry extends TSchema> = TObject<{
  content: TArray<Entry>
  pageable: typeof Pageable
  totalElements: TInteger
  totalPages: TInteger
  size: TInteger
  number: TInteger
  numberOfElements: TInteger
  first: TBoolean
  last: TBoolean
  empty: TBoolean
  sort: typeof Sort
}>

export function PageOf<Entry extends TSchema>(entry: Entry): PageSchema<Entry> {
  return Type.Object(
    {
      content: Type.Array(entry),
      pageable: Pageable,
      totalElements: Type.Integer({ description: 'Of all pages', examples: [1] }),
      totalPages: Type.Integer({ examples: [1] }),
      size: Type.Integer({ examples: [20] }),
      number: Type.Integer({ description: 'Of this page, counted from 0', examples: [0] }),
      numberOfElements: Type.Integer({ description: 'On this page', examples: [1] }),
      first: Type.Boolean({ default: true }),
      last: Type.Boolean({ default: true }),
      empty: Type.Boolean({ default: false }),
      sort: Sort,
    },
    { description: 'One page of the list' },
  )
}

export interface Page<Entry> {
  content: Entry[]
  pageable: Static<typeof Pageable>
  totalElements: number
  totalPages: number
  size: number
  number: number
  numberOfElements: number
  first: boolean
  last: boolean
  empty: boolean
  sort: Static<typeof Sort>
}

/** `sort` says what the request asked for: callers can not ask for an order, each list has its own. */
const UNSORTED = { empty: true, sorted: false, unsorted: true }

export function toPage<Entry>(
  content: Entry[],
  { page, size }: PageRequest,
  totalElements: number,
): Page<Entry> {
  const totalPages = Math.ceil(totalElements / size)
  return {
    content,
    pageable: {
      pageNumber: page,
      pageSize: size,
      offset: page * size,
      paged: true,
      unpaged: false,
      sort: UNSORTED,
    },
    totalElements,
    totalPages,
    size,
    number: page,
    numberOfElements: content.length,
    first: page === 0,
    last: page + 1 >= totalPages,
    empty: content.length === 0,
    sort: UNSORTED,
  }
}
