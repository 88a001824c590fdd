import { QueryClient } from '@tanstack/react-query'
import { AskError } from './answer.ts'

const FRESH_MS = 5_000
const RETRIES_MAX = 2

/** What is refused is not asked again; what nobody answered is, twice. Changes are never repeated by themselves. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: FRESH_MS,
      retry: (failures, error) =>
        failures < RETRIES_MAX && error instanceof AskError && error.problem === undefined,
    },
    mutations: { retry: false },
  },
})
