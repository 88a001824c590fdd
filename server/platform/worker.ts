import type { Http } from './http.ts'

/** Something that runs beside the requests. `stop` lets the piece of work in hand end; both are bounded in time. */
export interface Worker {
  name: string
  start(): Promise<void>
  stop(): Promise<void>
}

/** What a module's factory gives to the composition root. */
export interface Module<Api> {
  routes(http: Http): void
  workers: readonly Worker[]
  api: Api
}
