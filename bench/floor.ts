// The floor F: a bare Fastify POST with the body, the headers and the schemas of a limited order, and nothing behind it.
import { fastify } from 'fastify'
import { LimitedOrderRequest, OrderBody } from '../server/modules/order/contract.ts'
import { ORDERS_PATH } from './load-protocol.ts'

process.on('disconnect', () => process.exit(0))
process.on('SIGINT', () => undefined)

const http = fastify()
let orderId = 1_000_000
http.post<{ Body: LimitedOrderRequest }>(
  ORDERS_PATH,
  { schema: { body: LimitedOrderRequest, response: { 201: OrderBody } } },
  (request, reply) => {
    const { itemId, quantity = 1 } = request.body
    const line = {
      orderItemId: itemId,
      itemId,
      quantity,
      unitPrice: 99_000,
      totalSum: 99_000 * quantity,
      status: 'ORDER_CREATED',
    }
    const answer: OrderBody = {
      orderId: orderId++,
      userId: 4_321,
      totalSum: line.totalSum,
      orderDate: '2026-01-02T12:00:00.000+09:00',
      orderItemList: [line],
      status: 'CREATED',
      payBy: '2026-01-02T12:05:00.000+09:00',
      saleSequence: 4_294_967_296 + orderId,
    }
    void reply.code(201).send(answer)
  },
)
// The floor of a read: a bare Fastify GET with the headers and a body of an item, prepared as text.
const ITEM = JSON.stringify({
  id: 1,
  name: '한정판 머그컵',
  description: '딱 100개만 만든 머그컵입니다.',
  quantity: 100,
  price: 12_000,
  openTime: null,
  isReserved: false,
  sellerId: 7,
})
const READ_HEADERS = {
  'content-type': 'application/json; charset=utf-8',
  'x-request-id': '0123456789ab-1',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'ratelimit-limit': '6000',
  'ratelimit-remaining': '5999',
  'ratelimit-reset': '60',
  etag: '"0123456789abcdef.0123456789abcdef"',
  'cache-control': 'no-cache',
}
for (const path of ['/item-service/api/v1/items/:itemId', '/item-service/api/v1/stocks/items/:itemId'])
  http.get(path, (_request, reply) => void reply.headers(READ_HEADERS).send(ITEM))
console.log(`listening on ${await http.listen({ host: '127.0.0.1', port: 0 })}`)
