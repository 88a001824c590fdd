// One order of what is in the cart: its lines leave the cart in the transaction of the order.
import type { Database, Tx } from '../../platform/db.ts'
import { AppError } from '../../platform/errors.ts'
import type { Ids } from '../../platform/ids.ts'
import type { Once } from '../../platform/kept-answers.ts'
import type { ItemApi } from '../item/contract.ts'
import type { OrderApi, OrderBody } from '../order/contract.ts'
import { requireLine, type Cart } from './cart-lines.ts'
import type { OrderCartRequest } from './contract.ts'
import { deleteUnchangedLines, listLines, lockCart, type CartLine } from './sql.ts'

export interface OrderCartDeps {
  database: Database
  items: Pick<ItemApi, 'readItems'>
  orders: Pick<OrderApi, 'placeOrder'>
  ids: Ids
}

/** The cart is read before it is locked – who holds it must not wait for stock – so it can change in between. */
const TRIES_MAX = 3

export async function orderCart(
  deps: OrderCartDeps,
  who: { userId: number; once: Once | undefined },
  request: OrderCartRequest,
): Promise<OrderBody> {
  for (let tried = 1; ; tried++) {
    const lines = await chooseLines(deps, who.userId, request.itemIds)
    try {
      return await deps.orders.placeOrder({
        buyerId: who.userId,
        key: deps.ids.uuid(),
        lines,
        recipient: request.recipient,
        async alongside(tx) {
          await who.once?.bind(tx)
          await takeOut(tx, who.userId, lines)
        },
      })
    } catch (error) {
      // A refusal of lines that are not in the cart any more says nothing about the cart: an order of it was faster, for one.
      const mayBeStale = error instanceof AppError && tried < TRIES_MAX
      if (!mayBeStale || isUnchanged(await readLines(deps.database, who.userId), lines)) throw error
    }
  }
}

/** Named lines as they are named; else every line of a normal item that is still on sale, whether or not there are enough units. */
async function chooseLines(
  { database, items }: OrderCartDeps,
  userId: number,
  named: readonly number[] | undefined,
): Promise<CartLine[]> {
  const cart = await readLines(database, userId)
  if (named !== undefined)
    return [...new Set(named)].map((itemId) => ({ itemId, quantity: requireLine(cart, itemId, 'itemIds') }))
  const lines = [...cart].map(([itemId, quantity]) => ({ itemId, quantity }))
  const known = await items.readItems([...cart.keys()])
  const chosen = lines.filter((_, i) => known[i]?.isReserved === false)
  if (chosen.length === 0) throw new AppError('NOTHING_TO_ORDER')
  return chosen
}

/** Stock rows are locked by now: what is waited for here are changes of this one cart, which wait for nobody. */
async function takeOut(tx: Tx, userId: number, lines: readonly CartLine[]): Promise<void> {
  await lockCart(tx, userId)
  if ((await deleteUnchangedLines(tx, userId, lines)) !== lines.length) throw new AppError('CART_CHANGED')
}

async function readLines({ db }: Database, userId: number): Promise<Cart> {
  return new Map((await listLines(db, userId)).map((line) => [line.itemId, line.quantity]))
}

const isUnchanged = (cart: Cart, lines: readonly CartLine[]): boolean =>
  lines.every((line) => cart.get(line.itemId) === line.quantity)
