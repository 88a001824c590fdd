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
  /** What the routes need beside them, in every process that serves them. */
  attendants: readonly Worker[]
  /** Work that has to be done by some process, whoever serves the routes. Several may do it at once. */
  workers: readonly Worker[]
  api: Api
}
