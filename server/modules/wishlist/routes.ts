import { Type } from 'typebox'
import { done } from '../../platform/done.ts'
import type { Http } from '../../platform/http.ts'
import { problems } from '../../platform/problem-schema.ts'
import { ItemIds } from '../item/contract.ts'
import { OrderBody } from '../order/contract.ts'
import { addItem, addItems, clearWishlist, removeItem, removeItems } from './change-wishlist.ts'
import { ItemOfWishlist, OrderWishlistRequest, WishlistAnswer } from './contract.ts'
import { orderWishlist, type OrderWishlistDeps } from './order-wishlist.ts'
import { readWishlist } from './read-wishlist.ts'

const WISHLISTS = '/user-service/api/v1/wishlists'
const SEVERAL = `${WISHLISTS}/wishlist/items`
const tags = ['wishlist']

export function wishlistRoutes(http: Http, deps: OrderWishlistDeps): void {
  readAndOrderRoutes(http, deps)
  addRoutes(http, deps)
  removeRoutes(http, deps)
}

function readAndOrderRoutes(http: Http, deps: OrderWishlistDeps): void {
  http.get(
    WISHLISTS,
    {
      schema: {
        tags,
        summary: 'What is on the wishlist',
        description: 'Each item as of now. A member who never added anything has an empty list.',
        response: { 200: WishlistAnswer },
      },
    },
    async ({ caller }) => readWishlist(deps, caller.userId),
  )
  http.post(
    `${WISHLISTS}/order`,
    {
      schema: {
        tags,
        summary: 'Order from the wishlist',
        description:
          'One order, all or nothing, at the prices of now. Without `items` it is one of each normal item that can be bought now, up to 100; limited items are bought by their sale. What was ordered stays on the list. The goods go to `recipient`, or to the member’s own address. The body may be left out.',
        body: Type.Union([OrderWishlistRequest, Type.Null()], {
          examples: [{ items: [{ itemId: 1, quantity: 2 }] }],
        }),
        response: {
          201: OrderBody,
          ...problems(
            'NOT_FOUND_WISHLIST_ITEM',
            'NOT_FOUND_ITEM',
            'NOTHING_TO_ORDER',
            'NOT_ENOUGH_STOCK',
            'LIMITED_ITEM',
            'SALE_PAUSED',
            'SALE_CLOSED',
          ),
        },
      },
    },
    async ({ caller, once, body }, reply) =>
      reply.code(201).send(await orderWishlist(deps, { userId: caller.userId, once }, body ?? {})),
  )
}

function addRoutes(http: Http, deps: OrderWishlistDeps): void {
  http.post(
    WISHLISTS,
    {
      schema: {
        tags,
        summary: 'Put an item on the wishlist',
        description: 'At most 500 items.',
        querystring: ItemOfWishlist,
        response: done('On the list', 'NOT_FOUND_ITEM', 'ALREADY_EXISTS_ITEM', 'LIST_FULL'),
      },
    },
    async ({ caller, once, query }, reply) => {
      await addItem(deps, { userId: caller.userId, once }, query.itemId)
      return reply.code(204).send(null)
    },
  )
  http.post(
    SEVERAL,
    {
      schema: {
        tags,
        summary: 'Put several items on the wishlist',
        description:
          'Items that are on it, or named twice, are skipped. Nothing is added where one of them does not exist, or the list would have more than 500.',
        body: ItemIds,
        response: done('On the list', 'NOT_FOUND_ITEM', 'LIST_FULL'),
      },
    },
    async ({ caller, once, body }, reply) => {
      await addItems(deps, { userId: caller.userId, once }, body)
      return reply.code(204).send(null)
    },
  )
}

function removeRoutes(http: Http, { database }: OrderWishlistDeps): void {
  http.delete(
    WISHLISTS,
    {
      schema: {
        tags,
        summary: 'Take an item from the wishlist',
        description: 'Also one that is not for sale any more.',
        querystring: ItemOfWishlist,
        response: done('Gone', 'NOT_FOUND_WISHLIST_ITEM'),
      },
    },
    async ({ caller, once, query }, reply) => {
      await removeItem(database, { userId: caller.userId, once }, query.itemId)
      return reply.code(204).send(null)
    },
  )
  http.delete(
    SEVERAL,
    {
      schema: {
        tags,
        summary: 'Take several items from the wishlist',
        description: 'Items that are not on it are skipped.',
        body: ItemIds,
        response: done('Gone'),
      },
    },
    async ({ caller, once, body }, reply) => {
      await removeItems(database, { userId: caller.userId, once }, body)
      return reply.code(204).send(null)
    },
  )
  http.delete(
    `${WISHLISTS}/clear`,
    {
      schema: {
        tags,
        summary: 'Clear the wishlist',
        description: 'Also where nothing is on it.',
        response: done('Empty'),
      },
    },
    async ({ caller, once }, reply) => {
      await clearWishlist(database, { userId: caller.userId, once })
      return reply.code(204).send(null)
    },
  )
}
