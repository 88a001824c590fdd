// Every address and its page. The server knows the same addresses (server/gateway/pages.ts).
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import {
  ForgotPasswordPage,
  LoginPage,
  ResetPasswordPage,
  SignUpPage,
  VerifyPage,
} from '../features/account/pages.tsx'
import { HomePage, SearchPage } from '../features/catalogue/pages.tsx'
import { ItemPage } from '../features/sale/item-page.tsx'
import { Broken, NotFound, Shell } from './shell.tsx'

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound, errorComponent: Broken })

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined
/** NICEPAY's are digits, which an address gives back as a number. */
const code = (value: unknown): string | undefined => (typeof value === 'number' ? String(value) : text(value))
const id = (value: unknown): number | undefined => {
  const number = Number(value)
  return Number.isSafeInteger(number) && number > 0 ? number : undefined
}
interface CheckoutSearch {
  payment?: number
  code?: string
  paymentKey?: string
  orderId?: string
  amount?: number
}
const defined = <T extends object>(values: T) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]?: Exclude<T[Key], undefined>
  }

const routes = [
  createRoute({ getParentRoute: () => root, path: '/', component: HomePage }),
  createRoute({
    getParentRoute: () => root,
    path: '/search',
    component: SearchPage,
    validateSearch: (search): { q?: string; page?: number; sort?: string } =>
      defined({ q: text(search['q']), page: id(search['page']), sort: text(search['sort']) }),
  }),
  createRoute({ getParentRoute: () => root, path: '/items/$itemId', component: ItemPage }),
  createRoute({
    getParentRoute: () => root,
    path: '/login',
    component: LoginPage,
    validateSearch: (search): { next?: string } => defined({ next: text(search['next']) }),
  }),
  createRoute({ getParentRoute: () => root, path: '/sign-up', component: SignUpPage }),
  createRoute({
    getParentRoute: () => root,
    path: '/verify',
    component: VerifyPage,
    validateSearch: (search): { user?: number; email?: string } =>
      defined({ user: id(search['user']), email: text(search['email']) }),
  }),
  createRoute({ getParentRoute: () => root, path: '/forgot-password', component: ForgotPasswordPage }),
  createRoute({ getParentRoute: () => root, path: '/reset-password', component: ResetPasswordPage }),
  createRoute({
    getParentRoute: () => root,
    path: '/profile',
    component: lazyRouteComponent(() => import('../features/account/profile-page.tsx'), 'ProfilePage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/wishlist',
    component: lazyRouteComponent(() => import('../features/lists/wishlist-page.tsx'), 'WishlistPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/cart',
    component: lazyRouteComponent(() => import('../features/lists/cart-page.tsx'), 'CartPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/orders',
    component: lazyRouteComponent(() => import('../features/orders/list-page.tsx'), 'OrdersPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/orders/$orderId',
    component: lazyRouteComponent(() => import('../features/orders/order-page.tsx'), 'OrderPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/checkout/$orderId',
    component: lazyRouteComponent(() => import('../features/orders/checkout-page.tsx'), 'CheckoutPage'),
    // What a payment window brings back.
    validateSearch: (search): CheckoutSearch =>
      defined({
        payment: id(search['payment']),
        code: code(search['code']),
        paymentKey: text(search['paymentKey']),
        orderId: text(search['orderId']),
        amount: id(search['amount']),
      }),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/console/sales/$itemId',
    component: lazyRouteComponent(() => import('../features/live-sale/page.tsx'), 'LiveSalePage'),
  }),
]

export const router = createRouter({
  routeTree: root.addChildren(routes),
  defaultPreload: 'intent',
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
