// Data: what a process of each role serves and runs. Read only by the composition root.

export const MODULES = [
  'user',
  'wishlist',
  'item',
  'stock',
  'order',
  'payment',
  'shipment',
  'cart',
  'notice',
] as const
type ModuleName = (typeof MODULES)[number]

export interface Role {
  /** Whether this process serves the web application. */
  pages: boolean
  /** Modules whose routes this process serves. */
  routes: readonly ModuleName[]
  /** Modules whose attendants its routes need: the sale needs the gate's and the writer's. */
  attendants: readonly ModuleName[]
  /** Modules whose work in the background this process takes part in. */
  workers: readonly ModuleName[]
}

export const ROLES: Readonly<Record<string, Role>> = {
  all: { pages: true, routes: MODULES, attendants: MODULES, workers: MODULES },
  // One role for each URL prefix, for a split behind a gateway; `worker` does what nobody waits for.
  user: { pages: false, routes: ['user', 'wishlist'], attendants: ['user', 'wishlist'], workers: [] },
  item: { pages: true, routes: ['item', 'stock'], attendants: ['item', 'stock'], workers: [] },
  order: {
    pages: false,
    routes: ['order', 'shipment', 'cart'],
    attendants: ['stock', 'order', 'shipment', 'cart'],
    workers: [],
  },
  payment: { pages: false, routes: ['payment'], attendants: ['payment'], workers: [] },
  worker: { pages: false, routes: [], attendants: [], workers: MODULES },
}
