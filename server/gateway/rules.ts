// One row for each route: who may call it, whose thing it is about, how often, and whether a repeated key is kept.
// A route without a row is refused at start: nothing is open by accident.
import type { UserRole } from '../platform/auth.ts'

const SIGNED_IN: readonly UserRole[] = ['UNCERTIFIED_USER', 'CERTIFIED_USER', 'SELLER', 'ADMIN']
const BUYERS: readonly UserRole[] = ['CERTIFIED_USER', 'SELLER', 'ADMIN']
const SELLERS: readonly UserRole[] = ['SELLER', 'ADMIN']
const ADMINS: readonly UserRole[] = ['ADMIN']

/** `free` calls of a window are counted by each process for itself, without I/O; the rest by all together. */
interface Limit {
  max: number
  windowSeconds: number
  free: number
}

const MINUTE = { windowSeconds: 60 }

/** By the account of who is signed in, else by the address. */
export const LIMITS = {
  // What guesses, mails or hashes: by address, counted exactly.
  signUp: { max: 30, free: 0, ...MINUTE },
  logIn: { max: 30, free: 0, ...MINUTE },
  guess: { max: 30, free: 0, ...MINUTE },
  mail: { max: 10, free: 0, ...MINUTE },
  session: { max: 60, free: 0, ...MINUTE },
  password: { max: 10, free: 0, ...MINUTE },
  // A whole office may look at one sale through one address.
  read: { max: 6_000, free: 1_500, ...MINUTE },
  write: { max: 300, free: 60, ...MINUTE },
  order: { max: 60, free: 10, ...MINUTE },
  pay: { max: 60, free: 20, ...MINUTE },
  // Nobody is signed in who comes back from a window, and many may share an address.
  comeBack: { max: 3_000, free: 300, ...MINUTE },
  // By the address of a provider, which may have much to tell.
  webhook: { max: 60_000, free: 20_000, ...MINUTE },
} as const satisfies Record<string, Limit>
export type LimitName = keyof typeof LIMITS

export interface RouteRule {
  who: 'everybody' | readonly UserRole[]
  /** `self`: the member of the path, checked by the edge. `buyer`, `seller`: of the order or item, checked by the flow. */
  whose?: 'self' | 'buyer' | 'seller'
  /** Administrators may do it for others, too. */
  orAdmin?: true
  limit: LimitName
  /** Pages of others post here, such as a provider's payment window; what comes is trusted for its own signature alone. */
  fromElsewhere?: true
  /** `kept`: the answer to a repeated Idempotency-Key comes from memory; `own`: the flow sees to it; unset: keys mean nothing. */
  key?: 'kept' | 'own'
}

const everybody = (limit: LimitName): RouteRule => ({ who: 'everybody', limit })
/** For routes of the operation, which are not of the contract. */
export const FOR_EVERYBODY = everybody('read')
const reads = (who: readonly UserRole[], more: Partial<RouteRule> = {}): RouteRule => ({
  who,
  limit: 'read',
  ...more,
})
const writes = (who: readonly UserRole[], more: Partial<RouteRule> = {}): RouteRule => ({
  who,
  limit: 'write',
  key: 'kept',
  ...more,
})
const OWN_ITEM = { whose: 'seller', orAdmin: true } as const
const OWN_ORDER = { whose: 'buyer' } as const
const ONESELF = { whose: 'self' } as const

const USERS = '/user-service/api/v1/users'
const WISHLISTS = '/user-service/api/v1/wishlists'
const ITEMS = '/item-service/api/v1/items'
const STOCKS = '/item-service/api/v1/stocks'
const ORDERS = '/order-service/api/v1/orders'
const CARTS = '/order-service/api/v1/carts'
const PAYMENTS = '/payment-service/api/v1/payments'

export const RULES: Readonly<Record<string, RouteRule>> = {
  // People
  [`POST ${USERS}`]: everybody('signUp'),
  [`PUT ${USERS}/:userId/email-verification`]: everybody('guess'),
  [`POST ${USERS}/email-verification/resend`]: everybody('mail'),
  [`POST ${USERS}/password-reset`]: everybody('mail'),
  [`PUT ${USERS}/password-reset`]: everybody('guess'),
  [`POST ${USERS}/login`]: everybody('logIn'),
  [`POST ${USERS}/logout`]: everybody('session'),
  [`POST ${USERS}/reissue`]: everybody('session'),
  [`GET ${USERS}/me`]: reads(SIGNED_IN),
  [`GET ${USERS}/:userId`]: reads(SIGNED_IN, { ...ONESELF, orAdmin: true }),
  [`GET ${USERS}/:userId/export`]: reads(SIGNED_IN, { ...ONESELF, orAdmin: true }),
  [`PUT ${USERS}/:userId/info`]: writes(SIGNED_IN, ONESELF),
  [`PUT ${USERS}/:userId/password`]: writes(SIGNED_IN, { ...ONESELF, limit: 'password' }),
  [`DELETE ${USERS}/:userId`]: writes(SIGNED_IN, { ...ONESELF, limit: 'password' }),
  [`PUT ${USERS}/:userId/role`]: writes(ADMINS),
  ['GET /user-service/api/v1/internal/users']: reads(ADMINS),
  ['GET /user-service/api/v1/internal/audit']: reads(ADMINS),
  ['GET /user-service/api/v1/internal/dead-letters']: reads(ADMINS),
  ['POST /user-service/api/v1/internal/dead-letters/redrive']: writes(ADMINS),
  // Wishlist
  [`GET ${WISHLISTS}`]: reads(BUYERS),
  [`POST ${WISHLISTS}`]: writes(BUYERS),
  [`DELETE ${WISHLISTS}`]: writes(BUYERS),
  [`DELETE ${WISHLISTS}/clear`]: writes(BUYERS),
  [`POST ${WISHLISTS}/wishlist/items`]: writes(BUYERS),
  [`DELETE ${WISHLISTS}/wishlist/items`]: writes(BUYERS),
  [`POST ${WISHLISTS}/order`]: writes(BUYERS, { limit: 'order' }),
  // Items
  [`GET ${ITEMS}`]: everybody('read'),
  [`GET ${ITEMS}/:itemId`]: everybody('read'),
  [`GET ${ITEMS}/:itemId/events`]: everybody('read'),
  [`POST ${ITEMS}/batch`]: everybody('read'),
  [`POST ${ITEMS}`]: writes(SELLERS),
  [`PUT ${ITEMS}/:itemId`]: writes(SELLERS, OWN_ITEM),
  [`DELETE ${ITEMS}/:itemId`]: writes(SELLERS, OWN_ITEM),
  [`DELETE ${ITEMS}/batch`]: writes(SELLERS, OWN_ITEM),
  ['GET /item-service/api/v1/internal/items/:itemId']: reads(ADMINS),
  ['POST /item-service/api/v1/internal/items/batch']: reads(ADMINS),
  // Sales
  [`PUT ${ITEMS}/:itemId/sale`]: writes(SELLERS, OWN_ITEM),
  [`POST ${ITEMS}/:itemId/sale/pause`]: writes(SELLERS, OWN_ITEM),
  [`POST ${ITEMS}/:itemId/sale/resume`]: writes(SELLERS, OWN_ITEM),
  [`POST ${ITEMS}/:itemId/sale/close`]: writes(SELLERS, OWN_ITEM),
  // Stock
  [`GET ${STOCKS}/items/:itemId`]: everybody('read'),
  [`POST ${STOCKS}/batch`]: everybody('read'),
  [`GET ${STOCKS}/items/:itemId/ledger`]: reads(SELLERS, OWN_ITEM),
  [`POST ${STOCKS}`]: writes(SELLERS, OWN_ITEM),
  [`PUT ${STOCKS}`]: writes(SELLERS, OWN_ITEM),
  [`PUT ${STOCKS}/items/:itemId`]: writes(SELLERS, OWN_ITEM),
  [`DELETE ${STOCKS}/items/:itemId`]: writes(SELLERS, OWN_ITEM),
  [`DELETE ${STOCKS}/batch`]: writes(SELLERS, OWN_ITEM),
  ['POST /item-service/api/v1/internal/stocks']: writes(ADMINS),
  ['PUT /item-service/api/v1/internal/stocks']: writes(ADMINS),
  // Orders
  [`POST ${ORDERS}/limited`]: { who: BUYERS, limit: 'order', key: 'own' },
  [`POST ${ORDERS}`]: writes(BUYERS, { limit: 'order' }),
  [`GET ${ORDERS}`]: reads(SIGNED_IN),
  [`GET ${ORDERS}/:orderId`]: reads(SIGNED_IN, { ...OWN_ORDER, orAdmin: true }),
  [`PUT ${ORDERS}/:orderId`]: writes(SIGNED_IN, OWN_ORDER),
  [`PUT ${ORDERS}/:orderId/cancel`]: writes(SIGNED_IN, OWN_ORDER),
  [`PUT ${ORDERS}/:orderId/return`]: writes(SIGNED_IN, OWN_ORDER),
  [`DELETE ${ORDERS}/:orderId`]: writes(SIGNED_IN, OWN_ORDER),
  ['GET /order-service/api/v1/sales/:itemId/live']: reads(SELLERS, OWN_ITEM),
  // Shipments
  ['GET /order-service/api/v1/shipments']: reads(SELLERS),
  ['GET /order-service/api/v1/shipments/:shipmentId']: reads(SELLERS, OWN_ITEM),
  ['POST /order-service/api/v1/shipments/:shipmentId/pack']: writes(SELLERS, OWN_ITEM),
  ['POST /order-service/api/v1/shipments/:shipmentId/ship']: writes(SELLERS, OWN_ITEM),
  ['POST /order-service/api/v1/shipments/:shipmentId/deliver']: writes(SELLERS, OWN_ITEM),
  ['POST /order-service/api/v1/shipments/:shipmentId/receive']: writes(SELLERS, OWN_ITEM),
  [`GET ${ORDERS}/:orderId/shipments`]: reads(SIGNED_IN, { ...OWN_ORDER, orAdmin: true }),
  // Payments
  [`GET ${PAYMENTS}/preferred-pg`]: everybody('read'),
  [`GET ${PAYMENTS}/providers`]: everybody('read'),
  [`GET ${PAYMENTS}/results/:providerOrderId`]: everybody('read'),
  [`GET ${PAYMENTS}`]: reads(SIGNED_IN, { ...OWN_ORDER, orAdmin: true }),
  [`POST ${PAYMENTS}`]: writes(SIGNED_IN, { ...OWN_ORDER, limit: 'pay' }),
  [`GET ${PAYMENTS}/:paymentId`]: reads(SIGNED_IN, { ...OWN_ORDER, orAdmin: true }),
  // A repeat is answered from the attempt itself: an answer that says "being checked" must not be kept.
  [`PUT ${PAYMENTS}/:paymentId`]: { who: SIGNED_IN, ...OWN_ORDER, limit: 'pay', key: 'own' },
  [`POST ${PAYMENTS}/toss/confirm`]: { who: SIGNED_IN, ...OWN_ORDER, limit: 'pay', key: 'own' },
  [`POST ${PAYMENTS}/nice/confirm`]: { who: 'everybody', limit: 'comeBack', fromElsewhere: true },
  [`POST ${PAYMENTS}/toss/webhook`]: { who: 'everybody', limit: 'webhook', fromElsewhere: true },
  [`POST ${PAYMENTS}/nice/webhook`]: { who: 'everybody', limit: 'webhook', fromElsewhere: true },
  [`POST ${PAYMENTS}/:paymentId/refunds`]: writes(ADMINS),
  ['GET /payment-service/api/v1/internal/payments/open']: reads(ADMINS),
  // Cart
  [`GET ${CARTS}`]: reads(BUYERS),
  [`POST ${CARTS}`]: writes(BUYERS),
  [`PUT ${CARTS}/increase`]: writes(BUYERS),
  [`PUT ${CARTS}/decrease`]: writes(BUYERS),
  [`PUT ${CARTS}/:itemId/increase`]: writes(BUYERS),
  [`PUT ${CARTS}/:itemId/decrease`]: writes(BUYERS),
  [`PUT ${CARTS}/:itemId`]: writes(BUYERS),
  [`DELETE ${CARTS}/:itemId`]: writes(BUYERS),
  [`DELETE ${CARTS}`]: writes(BUYERS),
  [`POST ${CARTS}/order`]: writes(BUYERS, { limit: 'order' }),
}
