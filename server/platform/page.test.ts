import { expect, test } from 'vitest'
import { toPage, toPageRequest } from './page.ts'

test('a request without numbers is the first page of 20', () => {
  expect(toPageRequest({})).toEqual({ page: 0, size: 20 })
})

const facts = (page: number, count: number): unknown => {
  const { first, last, empty, totalPages, number, numberOfElements, pageable } = toPage(
    Array(count).fill(0),
    { page, size: 2 },
    5,
  )
  return { first, last, empty, totalPages, number, numberOfElements, offset: pageable.offset }
}

test('a page in the middle, the last one and one behind it', () => {
  expect(facts(1, 2)).toEqual({
    first: false,
    last: false,
    empty: false,
    totalPages: 3,
    number: 1,
    numberOfElements: 2,
    offset: 2,
  })
  expect(facts(2, 1)).toEqual({
    first: false,
    last: true,
    empty: false,
    totalPages: 3,
    number: 2,
    numberOfElements: 1,
    offset: 4,
  })
  expect(facts(3, 0)).toEqual({
    first: false,
    last: true,
    empty: true,
    totalPages: 3,
    number: 3,
    numberOfElements: 0,
    offset: 6,
  })
})

test('nothing at all is one empty page, first and last', () => {
  const page = toPage([], { page: 0, size: 20 }, 0)
  expect(page).toMatchObject({
    first: true,
    last: true,
    empty: true,
    totalPages: 0,
    totalElements: 0,
    content: [],
  })
})
