// Data: what a process of each role serves and runs. Read only by the composition root.

export const MODULES = ['user', 'item', 'stock', 'order'] as const
type ModuleName = (typeof MODULES)[number]

export interface Role {
  /** Modules whose routes this process serves. */
  routes: readonly ModuleName[]
  /** Modules whose workers this process runs. */
  workers: readonly ModuleName[]
}

export const ROLES: Readonly<Record<string, Role>> = {
  all: { routes: MODULES, workers: MODULES },
}
