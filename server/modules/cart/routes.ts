import { Type } from 'typebox'
import { done } from '../../platform/done.ts'
import type { Http } from '../../platform/http.ts'
import { problems } from '../../platform/problem-schema.ts'
import { OrderBody } from '../order/contract.ts'
import { addToCart, changeCart } from './change-cart.ts'
import { decrease, empty, increase, remove, setQuantity } from './cart-lines.ts'
import {
  AddAllToCartRequest,
  AddToCartRequest,
  Amount,
  CartAnswer,
  ItemOfCart,
  OrderCartRequest,
  SetQuantityRequest,
} from './contract.ts'
import { orderCart, type OrderCartDeps } from './order-cart.ts'
import { readCart } from './read-cart.ts'

const CARTS = '/order-service/api/v1/carts'
const LINE = `${CARTS}/:itemId`
const tags = ['cart']

/** Both ways of the first version and of the second. */
const STEPS = [
  {
    word: 'increase',
    step: increase,
    description: 'Up to 1,000 units of an item.',
  },
  {
    word: 'decrease',
    step: decrease,
    description: 'A line of which nothing is left is removed.',
  },
] as const

export function cartRoutes(http: Http, deps: OrderCartDeps): void {
  readAndOrderRoutes(http, deps)
  addRoute(http, deps)
  stepRoutes(http, deps)
  lineRoutes(http, deps)
}

function readAndOrderRoutes(http: Http, deps: OrderCartDeps): void {
  http.get(
    CARTS,
    {
      schema: {
        tags,
        summary: 'What is in the cart',
        description:
          'Quantities are those of the cart; names, prices, units and sales those of the items as of now. A member who never added anything has an empty cart.',
        response: { 200: CartAnswer },
      },
    },
    async ({ caller }) => readCart(deps, caller.userId),
  )
  http.post(
    `${CARTS}/order`,
    {
      schema: {
        tags,
        summary: 'Order what is in the cart',
        description:
          'One order, all or nothing, at the prices of now; its lines leave the cart with it. Without `itemIds` it is every line of a normal item; limited items, which are bought by their sale, and items that were taken off stay in the cart. The goods go to `recipient`, or to the member’s own address. The body may be left out.',
        body: Type.Union([OrderCartRequest, Type.Null()], { examples: [{ itemIds: [1] }] }),
        response: {
          201: OrderBody,
          ...problems(
            'NOT_FOUND_CART_ITEM',
            'NOT_FOUND_ITEM',
            'NOTHING_TO_ORDER',
            'NOT_ENOUGH_STOCK',
            'LIMITED_ITEM',
            'SALE_PAUSED',
            'SALE_CLOSED',
            'CART_CHANGED',
          ),
        },
      },
    },
    async ({ caller, once, body }, reply) =>
      reply.code(201).send(await orderCart(deps, { userId: caller.userId, once }, body ?? {})),
  )
}

function addRoute(http: Http, deps: OrderCartDeps): void {
  http.post(
    CARTS,
    {
      schema: {
        tags,
        summary: 'Add to the cart',
        description:
          'One entry, or a list of them, all or nothing. The quantity is added to what is there: up to 1,000 units of an item, and 100 items. Limited items can be kept in a cart, but are bought by their sale only.',
        body: Type.Union([AddToCartRequest, AddAllToCartRequest]),
        response: done('In the cart', 'NOT_FOUND_ITEM', 'LIST_FULL'),
      },
    },
    async ({ caller, once, body }, reply) => {
      await addToCart(deps, { userId: caller.userId, once }, [body].flat())
      return reply.code(204).send(null)
    },
  )
}

function stepRoutes(http: Http, { database }: OrderCartDeps): void {
  for (const { word, step, description } of STEPS) {
    http.put(
      `${CARTS}/${word}`,
      {
        schema: {
          tags,
          summary: `One unit: ${word} the quantity of a line`,
          description,
          querystring: ItemOfCart,
          response: done('Done', 'NOT_FOUND_CART_ITEM'),
        },
      },
      async ({ caller: { userId }, once, query: { itemId } }, reply) => {
        await changeCart(database, { userId, once }, (cart) => step(cart, itemId, 1))
        return reply.code(204).send(null)
      },
    )
    http.put(
      `${LINE}/${word}`,
      {
        schema: {
          tags,
          summary: `Any number of units: ${word} the quantity of a line`,
          description: `${description} The body is the number alone.`,
          params: ItemOfCart,
          body: Amount,
          response: done('Done', 'NOT_FOUND_CART_ITEM'),
        },
      },
      async ({ caller: { userId }, once, params: { itemId }, body }, reply) => {
        await changeCart(database, { userId, once }, (cart) => step(cart, itemId, body))
        return reply.code(204).send(null)
      },
    )
  }
}

function lineRoutes(http: Http, { database }: OrderCartDeps): void {
  http.put(
    LINE,
    {
      schema: {
        tags,
        summary: 'Set the quantity of a line',
        description: 'At least 1: DELETE removes the line.',
        params: ItemOfCart,
        body: SetQuantityRequest,
        response: done('Done', 'NOT_FOUND_CART_ITEM'),
      },
    },
    async ({ caller: { userId }, once, params: { itemId }, body: { quantity } }, reply) => {
      await changeCart(database, { userId, once }, (cart) => setQuantity(cart, itemId, quantity))
      return reply.code(204).send(null)
    },
  )
  http.delete(
    LINE,
    {
      schema: {
        tags,
        summary: 'Remove one line',
        description: 'Also one of an item that was taken off.',
        params: ItemOfCart,
        response: done('Gone', 'NOT_FOUND_CART_ITEM'),
      },
    },
    async ({ caller: { userId }, once, params: { itemId } }, reply) => {
      await changeCart(database, { userId, once }, (cart) => remove(cart, itemId))
      return reply.code(204).send(null)
    },
  )
  http.delete(
    CARTS,
    {
      schema: {
        tags,
        summary: 'Empty the cart',
        description: 'Also where nothing is in it.',
        response: done('Empty'),
      },
    },
    async ({ caller: { userId }, once }, reply) => {
      await changeCart(database, { userId, once }, empty)
      return reply.code(204).send(null)
    },
  )
}
