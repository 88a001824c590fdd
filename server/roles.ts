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
  /** Modules whose routes this process serves. */
  routes: readonly ModuleName[]
  /** Modules whose attendants its routes need: the sale needs the gate's and the writer's. */
  attendants: readonly ModuleName[]
  /** Modules whose work in the background this process takes part in. */
  workers: readonly ModuleName[]
}

export const ROLES: Readonly<Record<string, Role>> = {
  all: { routes: MODULES, attendants: MODULES, workers: MODULES },
  // One role for each URL prefix, for a split behind a gateway; `worker` does what nobody waits for.
  user: { routes: ['user', 'wishlist'], attendants: ['user', 'wishlist'], workers: [] },
  item: { routes: ['item', 'stock'], attendants: ['item', 'stock'], workers: [] },
  order: {
    routes: ['order', 'shipment', 'cart'],
    attendants: ['stock', 'order', 'shipment', 'cart'],
    workers: [],
  },
  payment: { routes: ['payment'], attendants: ['payment'], workers: [] },
  worker: { routes: [], attendants: [], workers: MODULES },
}
